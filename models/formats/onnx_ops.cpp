#include "models/formats/onnx_ops.h"

#include <algorithm>
#include <span>

namespace bench {
namespace {

constexpr OnnxOperator standard[] = {
    {"Abs", onnx::activation},
    {"Add", onnx::arithmetic},
    {"AveragePool", onnx::pool},
    {"BatchNormalization", onnx::batch_normalization},
    {"Cast", onnx::cast},
    {"Clip", onnx::clip},
    {"Concat", onnx::concat, true},
    {"Constant", onnx::constant},
    {"ConstantOfShape", onnx::constant_of_shape},
    {"Conv", onnx::conv},
    {"ConvInteger", onnx::integer_product},
    {"DequantizeLinear", onnx::dequantize_linear},
    {"Div", onnx::arithmetic},
    {"Dropout", onnx::identity},
    {"DynamicQuantizeLinear", onnx::integer_product},
    {"Elu", onnx::activation},
    {"Exp", onnx::activation},
    {"Flatten", onnx::flatten, true},
    {"Floor", onnx::round_down},
    {"Gather", onnx::gather, true},
    {"Gemm", onnx::gemm},
    {"GlobalAveragePool", onnx::global_pool},
    {"GlobalMaxPool", onnx::global_pool},
    {"HardSigmoid", onnx::activation},
    {"HardSwish", onnx::activation},
    {"Identity", onnx::identity, true},
    {"LeakyRelu", onnx::activation},
    {"Log", onnx::activation},
    {"MatMul", onnx::matmul},
    {"MatMulInteger", onnx::integer_product},
    {"Max", onnx::variadic},
    {"MaxPool", onnx::pool, true},
    {"MaxRoiPool", onnx::max_roi_pool},
    {"Min", onnx::variadic},
    {"Mul", onnx::arithmetic},
    {"Neg", onnx::activation},
    {"PRelu", onnx::prelu},
    {"Pad", onnx::pad, true},
    {"Pow", onnx::arithmetic},
    {"QLinearConv", onnx::qlinear_conv},
    {"QLinearMatMul", onnx::qlinear_matmul},
    {"QuantizeLinear", onnx::quantize_linear},
    {"ReduceL2", onnx::reduce},
    {"ReduceMax", onnx::reduce},
    {"ReduceMean", onnx::reduce},
    {"ReduceMin", onnx::reduce},
    {"ReduceSum", onnx::reduce},
    {"Relu", onnx::activation},
    {"Reshape", onnx::reshape, true},
    {"Resize", onnx::resize, true},
    {"Shape", onnx::shape},
    {"Sigmoid", onnx::activation},
    {"Slice", onnx::slice, true},
    {"Softmax", onnx::softmax},
    {"Softplus", onnx::activation},
    {"Split", onnx::split, true},
    {"Sqrt", onnx::activation},
    {"Squeeze", onnx::squeeze, true},
    {"Sub", onnx::arithmetic},
    {"Sum", onnx::variadic},
    {"Tanh", onnx::activation},
    {"Transpose", onnx::transpose, true},
    {"Unsqueeze", onnx::unsqueeze, true},
    {"Upsample", onnx::resize},
};

constexpr OnnxOperator microsoft[] = {
    {"DequantizeLinear", onnx::dequantize_linear},
    {"QGemm", onnx::qgemm},
    {"QLinearAdd", onnx::qlinear_arithmetic},
    {"QLinearAveragePool", onnx::qlinear_pool},
    {"QLinearConcat", onnx::qlinear_concat},
    {"QLinearGlobalAveragePool", onnx::qlinear_pool},
    {"QLinearLeakyRelu", onnx::qlinear_activation},
    {"QLinearMul", onnx::qlinear_arithmetic},
    {"QLinearSigmoid", onnx::qlinear_activation},
    {"QLinearSoftmax", onnx::qlinear_softmax},
    {"QuantizeLinear", onnx::quantize_linear},
};

const OnnxOperator* find(std::span<const OnnxOperator> operators, std::string_view op_type) {
  const auto found = std::ranges::find(operators, op_type, &OnnxOperator::op_type);
  return found == operators.end() ? nullptr : &*found;
}

}  // namespace

const OnnxOperator* find_onnx_operator(std::string_view domain, std::string_view op_type) {
  if (domain.empty() || domain == "ai.onnx") return find(standard, op_type);
  return domain == "com.microsoft" ? find(microsoft, op_type) : nullptr;
}

}  // namespace bench
