// Operators on quantised numbers: the standard's QLinearConv and QLinearMatMul, and those that ONNX
// Runtime's tools write. Each becomes the operation on what the numbers stand for, and a step onto
// the result's grid.

#include "models/formats/onnx_ops.h"
#include "models/formats/read_file.h"

namespace bench::onnx {
namespace {

DType type_of(const Grid& grid) { return grid.is_signed ? DType::i8 : DType::u8; }

/// What the numbers of input i stand for, whose grid inputs `i + 1` and `i + 2` repeat.
NodeId real_input(OnnxNode& node, std::size_t i) {
  if (node.is_numbers(i)) {
    const Grid given = node.numbers(i).grid;
    const NodeId real = node.on_grid(i);
    const Grid named = grid_of(node, i + 1, i + 2, type_of(given), 1, node.sizes(real));
    const bool same = named.is_signed == given.is_signed && named.scale == given.scale &&
                      named.zero_point == given.zero_point && named.axis == given.axis;
    if (!same) refuse("input " + std::to_string(i) + " holds numbers of another grid");
    return real;
  }
  const Tensor numbers = node.constant(i, "an operand");
  const Grid grid = grid_of(node, i + 1, i + 2, numbers.type(), -1, {});
  if (numbers.type() != type_of(grid)) reject("an operand of another type than its zero point");
  return node.add(FakeQuantize{grid}, {node.add(Constant{dequantize(grid, numbers, "operand")})});
}

/// The numbers of input i, with the grid that the two after it spell.
LayerParameter weight_input(OnnxNode& node, std::size_t i, int axis) {
  Tensor numbers = node.constant(i, "the weight");
  Sizes sizes;
  for (const std::int64_t size : numbers.shape()) sizes.push_back(constant_size(size));
  const Grid grid = grid_of(node, i + 1, i + 2, numbers.type(), axis, sizes);
  if (grid.bits != 8 || numbers.type() != type_of(grid)) {
    reject("a weight of type " + std::string(name_of(numbers.type())) +
           " with a zero point of another");
  }
  return {std::move(numbers), grid};
}

/// The 32-bit numbers of input i, whose scale is the product of the input's and the weight's.
LayerParameter bias_input(OnnxNode& node, std::size_t i, std::size_t input_scale,
                          const Grid& weight) {
  if (!node.has_input(i)) return {};
  Tensor numbers = node.constant(i, "the bias");
  if (numbers.type() != DType::i32) {
    reject("a bias of type " + std::string(name_of(numbers.type())) + ", not i32");
  }
  const float of_input = node.parameter(input_scale, "the scale").data<float>()[0];
  Grid grid;
  grid.bits = 32;
  grid.axis = weight.axis < 0 ? -1 : 0;
  grid.scale = weight.scale;
  for (float& scale : grid.scale) scale *= of_input;
  grid.zero_point.assign(grid.scale.size(), 0);
  validate(grid, "the bias's grid");
  return {std::move(numbers), grid};
}

/// Gives `real` on the grid of inputs `scale` and `scale + 1`.
void give(OnnxNode& node, NodeId real, std::size_t scale) {
  const Grid grid = grid_of(node, scale, scale + 1, DType::u8, 1, node.sizes(real));
  if (grid.axis >= 0) refuse("a result with several scales");
  if (grid.bits != 8) reject("a result of type i32");
  node.give(OnnxNumbers{real, grid, node.name() + "/numbers"});
}

void want_channels_first(OnnxNode& node) {
  if (node.flag("channels_last")) refuse("channels_last = 1");
}

}  // namespace

void qlinear_conv(OnnxNode& node) {
  const NodeId input = real_input(node, 0);
  LayerParameter weight = weight_input(node, 3, 0);
  LayerParameter bias = bias_input(node, 8, 1, *weight.grid);
  give(node, convolution(node, input, std::move(weight), std::move(bias)), 6);
}

void qlinear_matmul(OnnxNode& node) {
  const NodeId input = real_input(node, 0);
  give(node, linear(node, input, weight_input(node, 3, 1), false, {}), 6);
}

void qgemm(OnnxNode& node) {
  const NodeId input = real_input(node, 0);
  if (node.flag("transA")) refuse("transA = 1");
  if (node.real("alpha", 1) != 1) refuse("alpha other than 1");
  const bool is_output_by_input = node.flag("transB");
  LayerParameter b = weight_input(node, 3, is_output_by_input ? 0 : 1);
  LayerParameter c = bias_input(node, 6, 1, *b.grid);
  const NodeId result = linear(node, input, std::move(b), is_output_by_input, std::move(c));
  if (node.has_input(7)) return give(node, result, 7);
  node.give(result);
}

void qlinear_arithmetic(OnnxNode& node) {
  const NodeId a = real_input(node, 0), b = real_input(node, 3);
  const auto kind = node.type() == "QLinearMul" ? Arithmetic::Kind::mul : Arithmetic::Kind::add;
  give(node, node.add(Arithmetic{kind}, {a, b}), 6);
}

void qlinear_pool(OnnxNode& node) {
  const NodeId input = real_input(node, 0);
  want_channels_first(node);
  const bool global = node.type() == "QLinearGlobalAveragePool";
  give(node, global ? global_pool(node, input, Reduce::Kind::mean) : average_pool(node, input), 3);
}

void qlinear_concat(OnnxNode& node) {
  std::vector<NodeId> inputs;
  for (std::size_t i = 2; i < node.input_count(); i += 3) inputs.push_back(real_input(node, i));
  if (inputs.empty()) reject("joins nothing");
  const int axis = OnnxNode::axis_of(node.integer("axis", 1), node.rank(inputs[0]));
  give(node, node.add(Concat{axis}, std::move(inputs)), 0);
}

void qlinear_activation(OnnxNode& node) {
  const NodeId input = real_input(node, 0);
  const Activation op = node.type() == "QLinearSigmoid"
                            ? Activation{Activation::Kind::sigmoid}
                            : Activation{Activation::Kind::leaky_relu, node.real("alpha", 0.01f)};
  give(node, node.add(op, {input}), 3);
}

void qlinear_softmax(OnnxNode& node) {
  const NodeId input = real_input(node, 0);
  const bool one_axis = node.integer("opset", node.opset()) >= 13;
  const std::int64_t axis = node.integer("axis", one_axis ? -1 : 1);
  give(node, softmax(node, input, axis, one_axis), 3);
}

void integer_product(OnnxNode&) {
  refuse("quantises by the range of each tensor at run time; quantise the network statically");
}

}  // namespace bench::onnx
