#include "models/formats/mxnet_ops.h"

#include <map>

#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench {
namespace mxnet {
namespace {

using Kind = Activation::Kind;
using Of = Arithmetic::Kind;

template <Kind kind>
void function(MxnetNode& node) {
  node.give(node.add(Activation{kind}, {node.input()}));
}

void activation(MxnetNode& node) {
  static const std::map<std::string_view, Kind> kinds = {{"relu", Kind::relu},
                                                         {"sigmoid", Kind::sigmoid},
                                                         {"softrelu", Kind::softplus},
                                                         {"tanh", Kind::tanh}};
  const std::string type = node.text("act_type", "");
  const auto kind = kinds.find(type);
  if (kind == kinds.end()) {
    refuse("attribute 'act_type' is " + in_quotes(type) +
           "; relu, sigmoid, softrelu and tanh are supported");
  }
  node.give(node.add(Activation{kind->second}, {node.input()}));
}

void clip(MxnetNode& node) {
  const Activation op{Kind::clip, node.real("a_min"), node.real("a_max")};
  node.give(node.add(op, {node.input()}));
}

template <Of kind>
void combine(MxnetNode& node) {
  if (node.input_count() != 2) reject("has " + std::to_string(node.input_count()) + " inputs");
  const NodeId a = node.input(0), b = node.input(1);
  if (node.rank(a) != node.rank(b)) reject("combines tensors of unlike axes");
  node.give(node.add(Arithmetic{kind}, {a, b}));
}

void add_all(MxnetNode& node) {
  NodeId sum = node.input();
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    const bool last = i + 1 == node.input_count();
    const NodeId next = node.input(i);
    if (node.rank(sum) != node.rank(next)) reject("adds tensors of unlike axes");
    sum = node.add(Arithmetic{Of::add}, {sum, next}, last ? "" : "." + std::to_string(i));
  }
  node.give(sum);
}

template <Of kind, bool reversed = false>
void with_scalar(MxnetNode& node) {
  node.require_flag("is_int", true);
  const NodeId input = node.input();
  Tensor number(Shape(node.rank(input), 1));
  number.data<float>()[0] = node.real("scalar");
  const NodeId operand = node.add(Constant{std::move(number)}, {}, ".scalar");
  std::vector<NodeId> operands{input, operand};
  if (reversed) operands = {operand, input};
  node.give(node.add(Arithmetic{kind}, std::move(operands)));
}

void softmax(MxnetNode& node) {
  if (node.real("temperature", 1) != 1) refuse("attribute 'temperature' is not 1");
  node.ignore({"dtype"});
  node.require_flag("use_length", false);
  const NodeId input = node.input();
  const auto axes = static_cast<std::int64_t>(node.rank(input));
  const std::int64_t axis = node.integer("axis", -1, -axes);
  if (axis >= axes) reject("axis " + std::to_string(axis));
  node.give(node.add(Softmax{static_cast<int>(axis)}, {input}));
}

void softmax_activation(MxnetNode& node) {
  const bool by_channel = node.text("mode", "instance") == "channel";
  if (!by_channel) node.require("mode", "instance");
  const NodeId input = by_channel ? node.input() : node.flattened(node.input());
  node.give(node.add(Softmax{1}, {input}));
}

/// Its label and what it does to gradients are for training.
void softmax_output(MxnetNode& node) {
  node.ignore(
      {"grad_scale", "ignore_label", "use_ignore", "normalization", "out_grad", "smooth_alpha"});
  const bool over_channels = node.flag("multi_output", false);
  const bool over_last = node.flag("preserve_shape", false);
  const NodeId input = node.input();
  if (!over_channels && !over_last && node.rank(input) != 2) {
    refuse("over all but the first of " + std::to_string(node.rank(input)) + " axes");
  }
  node.give(node.add(Softmax{over_last ? -1 : 1}, {input}));
}

}  // namespace
}  // namespace mxnet

MxnetMapping find_mxnet_mapping(std::string_view op) {
  using namespace mxnet;
  static const std::map<std::string_view, MxnetMapping> mappings = {
      {"Activation", activation},
      {"BatchNorm", batch_norm},
      {"BatchNorm_v1", batch_norm},
      {"BinaryInferenceConvolution", binary_inference_convolution},
      {"BinaryInferenceFullyConnected", binary_inference_fully_connected},
      {"BlockGrad", pass_on},
      {"Concat", concat},
      {"Convolution", convolution},
      {"Convolution_v1", convolution},
      {"Dropout", pass_on},
      {"ElementWiseSum", add_all},
      {"Flatten", flatten},
      {"FullyConnected", fully_connected},
      {"LeakyReLU", leaky_relu},
      {"Pad", pad},
      {"Pooling", pooling},
      {"Pooling_v1", pooling},
      {"QActivation", q_activation},
      {"QConvolution", q_convolution},
      {"QFullyConnected", q_fully_connected},
      {"Reshape", reshape},
      {"Softmax", softmax_output},
      {"SoftmaxActivation", softmax_activation},
      {"SoftmaxOutput", softmax_output},
      {"UpSampling", up_sampling},
      {"_DivScalar", with_scalar<Of::div>},
      {"_Minus", combine<Of::sub>},
      {"_MinusScalar", with_scalar<Of::sub>},
      {"_Mul", combine<Of::mul>},
      {"_MulScalar", with_scalar<Of::mul>},
      {"_Plus", combine<Of::add>},
      {"_PlusScalar", with_scalar<Of::add>},
      {"_RDivScalar", with_scalar<Of::div, true>},
      {"_RMinusScalar", with_scalar<Of::sub, true>},
      {"_contrib_gradcancel", pass_on},
      {"_copy", pass_on},
      {"_div", combine<Of::div>},
      {"_div_scalar", with_scalar<Of::div>},
      {"_maximum", combine<Of::max>},
      {"_minimum", combine<Of::min>},
      {"_minus", combine<Of::sub>},
      {"_minus_scalar", with_scalar<Of::sub>},
      {"_mul", combine<Of::mul>},
      {"_mul_scalar", with_scalar<Of::mul>},
      {"_plus", combine<Of::add>},
      {"_plus_scalar", with_scalar<Of::add>},
      {"_rdiv_scalar", with_scalar<Of::div, true>},
      {"_rminus_scalar", with_scalar<Of::sub, true>},
      {"_sub", combine<Of::sub>},
      {"abs", function<Kind::abs>},
      {"add_n", add_all},
      {"broadcast_add", combine<Of::add>},
      {"broadcast_div", combine<Of::div>},
      {"broadcast_maximum", combine<Of::max>},
      {"broadcast_minimum", combine<Of::min>},
      {"broadcast_minus", combine<Of::sub>},
      {"broadcast_mul", combine<Of::mul>},
      {"broadcast_plus", combine<Of::add>},
      {"broadcast_sub", combine<Of::sub>},
      {"clip", clip},
      {"concat", concat},
      {"det_sign", det_sign},
      {"elemwise_add", combine<Of::add>},
      {"elemwise_div", combine<Of::div>},
      {"elemwise_mul", combine<Of::mul>},
      {"elemwise_sub", combine<Of::sub>},
      {"exp", function<Kind::exp>},
      {"flatten", flatten},
      {"identity", pass_on},
      {"log", function<Kind::log>},
      {"negative", function<Kind::neg>},
      {"pad", pad},
      {"relu", function<Kind::relu>},
      {"reshape", reshape},
      {"sigmoid", function<Kind::sigmoid>},
      {"softmax", softmax},
      {"sqrt", function<Kind::sqrt>},
      {"stop_gradient", pass_on},
      {"tanh", function<Kind::tanh>},
      {"transpose", transpose},
  };
  const auto found = mappings.find(op);
  return found == mappings.end() ? nullptr : found->second;
}

}  // namespace bench
