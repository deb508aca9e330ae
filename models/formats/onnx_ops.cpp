#include "models/formats/onnx_ops.h"

namespace bench {
namespace {

struct Row {
  std::string_view op_type;
  OnnxMapping map;
};

constexpr Row rows[] = {
    {"Abs", onnx::activation},
    {"Add", onnx::arithmetic},
    {"AveragePool", onnx::pool},
    {"BatchNormalization", onnx::batch_normalization},
    {"Cast", onnx::cast},
    {"Clip", onnx::clip},
    {"Concat", onnx::concat},
    {"Constant", onnx::constant},
    {"ConstantOfShape", onnx::constant_of_shape},
    {"Conv", onnx::conv},
    {"Div", onnx::arithmetic},
    {"Dropout", onnx::identity},
    {"Elu", onnx::activation},
    {"Exp", onnx::activation},
    {"Flatten", onnx::flatten},
    {"Floor", onnx::round_down},
    {"Gather", onnx::gather},
    {"Gemm", onnx::gemm},
    {"GlobalAveragePool", onnx::global_pool},
    {"GlobalMaxPool", onnx::global_pool},
    {"HardSigmoid", onnx::activation},
    {"HardSwish", onnx::activation},
    {"Identity", onnx::identity},
    {"LeakyRelu", onnx::activation},
    {"Log", onnx::activation},
    {"MatMul", onnx::matmul},
    {"Max", onnx::variadic},
    {"MaxPool", onnx::pool},
    {"Min", onnx::variadic},
    {"Mul", onnx::arithmetic},
    {"Neg", onnx::activation},
    {"PRelu", onnx::prelu},
    {"Pad", onnx::pad},
    {"Pow", onnx::arithmetic},
    {"ReduceL2", onnx::reduce},
    {"ReduceMax", onnx::reduce},
    {"ReduceMean", onnx::reduce},
    {"ReduceMin", onnx::reduce},
    {"ReduceSum", onnx::reduce},
    {"Relu", onnx::activation},
    {"Reshape", onnx::reshape},
    {"Resize", onnx::resize},
    {"Shape", onnx::shape},
    {"Sigmoid", onnx::activation},
    {"Slice", onnx::slice},
    {"Softmax", onnx::softmax},
    {"Softplus", onnx::activation},
    {"Split", onnx::split},
    {"Sqrt", onnx::activation},
    {"Squeeze", onnx::squeeze},
    {"Sub", onnx::arithmetic},
    {"Sum", onnx::variadic},
    {"Tanh", onnx::activation},
    {"Transpose", onnx::transpose},
    {"Unsqueeze", onnx::unsqueeze},
    {"Upsample", onnx::resize},
};

}  // namespace

OnnxMapping find_onnx_mapping(std::string_view op_type) {
  for (const Row& row : rows) {
    if (row.op_type == op_type) return row.map;
  }
  return nullptr;
}

}  // namespace bench
