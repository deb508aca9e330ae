#include "models/formats/ncnn_ops.h"

#include <cmath>
#include <limits>
#include <map>

#include "models/formats/reject.h"

namespace bench {
namespace ncnn {
namespace {

using Kind = Activation::Kind;

/// A function without parameters, or with those of keys 0 and 1.
template <Kind kind>
void function(NcnnNode& node) {
  node.give(node.add(Activation{kind}, {node.input()}));
}

void relu(NcnnNode& node) {
  const float slope = node.layer().real(0, 0);
  const Activation op = slope == 0 ? Activation{} : Activation{Kind::leaky_relu, slope};
  node.give(node.add(op, {node.input()}));
}

void clip(NcnnNode& node) {
  constexpr float most = std::numeric_limits<float>::max();
  const Activation op{Kind::clip, node.layer().real(0, -most), node.layer().real(1, most)};
  node.give(node.add(op, {node.input()}));
}

void elu(NcnnNode& node) {
  node.give(node.add(Activation{Kind::elu, node.layer().real(0, 0.1f)}, {node.input()}));
}

void hard_sigmoid(NcnnNode& node) {
  const Activation op{Kind::hard_sigmoid, node.layer().real(0, 0.2f), node.layer().real(1, 0.5f)};
  node.give(node.add(op, {node.input()}));
}

void hard_swish(NcnnNode& node) {
  const bool usual =
      std::abs(node.layer().real(0, 0.2f) - 1 / 6.f) < 1e-4f && node.layer().real(1, 0.5f) == 0.5f;
  if (!usual) refuse("another slope than 1/6 or another offset than 1/2");
  node.give(node.add(Activation{Kind::hard_swish}, {node.input()}));
}

void softmax(NcnnNode& node) {
  const NodeId input = node.input();
  const int axis = NcnnNode::graph_axis(node.layer().integer(0), node.rank(input));
  node.give(node.add(Softmax{axis}, {input}));
}

/// One number for each channel, as it is added to an image.
NodeId as_image(NcnnNode& node, NodeId row, const std::string& suffix) {
  const Reshape op{
      {{Dim::Kind::fixed, 1}, {Dim::Kind::infer}, {Dim::Kind::fixed, 1}, {Dim::Kind::fixed, 1}}};
  return node.add(op, {row}, suffix);
}

NodeId combine(NcnnNode& node, Arithmetic::Kind kind, NodeId a, NodeId b, const std::string& step) {
  if (node.rank(a) == 4 && node.rank(b) == 2) b = as_image(node, b, step + ".row");
  if (node.rank(a) == 2 && node.rank(b) == 4) a = as_image(node, a, step + ".row");
  if (node.rank(a) != node.rank(b)) refuse("blobs of unlike axes");
  return node.add(Arithmetic{kind}, {a, b}, step);
}

/// Key 0: the operation; 1 and 2: whether the second operand is a number, and which.
void binary_op(NcnnNode& node) {
  using Of = Arithmetic::Kind;
  constexpr Of kinds[] = {Of::add, Of::sub, Of::mul, Of::div, Of::max, Of::min, Of::pow};
  const int type = node.layer().integer(0);
  const bool reversed = type == 7 || type == 8;  // b - a, b / a
  if (type < 0 || type > 8) refuse("operation " + std::to_string(type));
  const Of kind = type == 7 ? Of::sub : type == 8 ? Of::div : kinds[type];
  const NodeId a = node.input();
  NodeId b = -1;
  if (node.layer().integer(1) != 0) {
    Tensor number(Shape(node.rank(a), 1));
    number.data<float>()[0] = node.layer().real(2, 0);
    b = node.add(Constant{std::move(number)}, {}, ".operand");
  } else {
    if (node.input_count() != 2) reject("has " + std::to_string(node.input_count()) + " inputs");
    b = node.input(1);
  }
  node.give(reversed ? combine(node, kind, b, a, "") : combine(node, kind, a, b, ""));
}

/// Key 0: product, sum or maximum of all inputs; 1: factors of a sum.
void eltwise(NcnnNode& node) {
  using Of = Arithmetic::Kind;
  const int type = node.layer().integer(0);
  if (type < 0 || type > 2) reject("operation " + std::to_string(type));
  for (const double factor : node.layer().list(1)) {
    if (factor != 1) refuse("a sum with factors");
  }
  const Of kind = type == 0 ? Of::mul : type == 1 ? Of::add : Of::max;
  NodeId result = node.input();
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    const bool last = i + 1 == node.input_count();
    result = combine(node, kind, result, node.input(i), last ? "" : "." + std::to_string(i));
  }
  node.give(result);
}

/// Keys 0, 1, 3, 4: what, over all axes, over which, whether they are kept; 5: axes are counted
/// without a batch in front. Negative ones are counted from the end in any case.
void reduction(NcnnNode& node) {
  const std::map<int, Reduce::Kind> kinds = {{0, Reduce::Kind::sum},
                                             {3, Reduce::Kind::mean},
                                             {4, Reduce::Kind::max},
                                             {5, Reduce::Kind::min},
                                             {8, Reduce::Kind::l2}};
  const auto kind = kinds.find(node.layer().integer(0));
  if (kind == kinds.end()) refuse("reduction " + std::to_string(node.layer().integer(0)));
  if (node.layer().real(2, 1) != 1) refuse("a factor");
  const auto rank = static_cast<int>(node.rank(node.input()));
  Reduce op{kind->second, {}, node.layer().integer(4) != 0};
  if (node.layer().integer(1, 1) != 0) refuse("over all axes");
  for (const double axis : node.layer().list(3)) {
    const double place = axis < 0 ? axis + rank : axis + (node.layer().integer(5) != 0 ? 1 : 0);
    if (!(place >= 1 && place < rank) || place != std::trunc(place)) reject("over a missing axis");
    op.axes.push_back(static_cast<int>(place));
  }
  if (op.axes.empty()) reject("over no axis");
  node.give(node.add(std::move(op), {node.input()}));
}

}  // namespace
}  // namespace ncnn

NcnnMapping find_ncnn_mapping(std::string_view type) {
  static const std::map<std::string_view, NcnnMapping> mappings = {
      {"AbsVal", ncnn::function<ncnn::Kind::abs>},
      {"BatchNorm", ncnn::batch_norm},
      {"BinaryOp", ncnn::binary_op},
      {"Clip", ncnn::clip},
      {"Concat", ncnn::concat},
      {"Convolution", ncnn::convolution},
      {"ConvolutionDepthWise", ncnn::depthwise},
      {"Dropout", ncnn::pass_on},
      {"ELU", ncnn::elu},
      {"Eltwise", ncnn::eltwise},
      {"Flatten", ncnn::flatten},
      {"HardSigmoid", ncnn::hard_sigmoid},
      {"HardSwish", ncnn::hard_swish},
      {"InnerProduct", ncnn::inner_product},
      {"Interp", ncnn::interp},
      {"Noop", ncnn::pass_on},
      {"PReLU", ncnn::prelu},
      {"Padding", ncnn::padding},
      {"Permute", ncnn::permute},
      {"Pooling", ncnn::pooling},
      {"ReLU", ncnn::relu},
      {"Reduction", ncnn::reduction},
      {"Reshape", ncnn::reshape},
      {"Scale", ncnn::scale},
      {"Sigmoid", ncnn::function<ncnn::Kind::sigmoid>},
      {"Softmax", ncnn::softmax},
      {"Split", ncnn::pass_on},
      {"Swish", ncnn::function<ncnn::Kind::swish>},
      {"TanH", ncnn::function<ncnn::Kind::tanh>},
  };
  const auto found = mappings.find(type);
  return found == mappings.end() ? nullptr : found->second;
}

}  // namespace bench
