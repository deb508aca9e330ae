#include "models/formats/tflite_ops.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "models/formats/read_file.h"

namespace bench {
namespace tflite {
namespace {

template <Activation::Kind kind>
void activation(TfliteNode& node) {
  node.give(node.add(Activation{kind}, {node.input(0)}));
}

template <int low, int high>
void clip(TfliteNode& node) {
  node.give(node.add(Activation{Activation::Kind::clip, low, high}, {node.input(0)}));
}

template <Arithmetic::Kind kind>
void arithmetic(TfliteNode& node) {
  if (node.input_count() != 2) reject(std::to_string(node.input_count()) + " inputs");
  const std::size_t rank = std::max(node.input_rank(0), node.input_rank(1));
  const std::vector<NodeId> inputs = {node.operand(0, rank), node.operand(1, rank)};
  constexpr bool fuses = kind != Arithmetic::Kind::max && kind != Arithmetic::Kind::min;
  node.give(node.add(Arithmetic{kind}, inputs), fuses ? node.enumerator(0) : 0);
}

/// The one size that is -1 made what the others leave to it.
Shape resolved(Shape target, const Shape& from) {
  const auto open = std::find(target.begin(), target.end(), -1);
  if (open == target.end()) return target;
  *open = 1;
  const std::int64_t others = count(target);
  if (others == 0) reject("to " + to_string(target));
  *open = count(from) / others;
  return target;
}

}  // namespace

void fully_connected(TfliteNode& node) {
  if (node.enumerator(1) != 0) refuse("shuffled weights");
  NodeId input = node.input(0);
  TfliteParameter weight = node.weight(0), bias = node.bias();
  Linear op{std::move(weight.values), std::move(bias.values), weight.grid, bias.grid};
  if (op.weight.rank() != 2) reject("weight has shape " + to_string(op.weight.shape()));
  const bool keeps_axes = node.flag(2) && node.rank(input) != 2;
  if (keeps_axes && node.rank(input) == 4) refuse("keep_num_dims over an image");
  const std::int64_t taken = op.weight.dim(1);
  if (!keeps_axes && node.shape(input) != Shape{node.shape(input)[0], taken}) {
    const std::int64_t rows = count(node.shape(input)) / taken;
    input = node.reshaped(input, {rows, taken});
  }
  node.give(node.add(std::move(op), {input}), node.enumerator(0));
}

void prelu(TfliteNode& node) {
  const NodeId input = node.input(0);
  const std::size_t rank = node.rank(input);
  Tensor slope = node.parameter(1);
  const std::int64_t n = slope.size();
  const bool per_channel = slope.rank() > 0 && slope.shape().back() == n;
  if (n != 1 && (!per_channel || (rank != 4 && rank != 2))) {
    refuse("slopes of shape " + to_string(slope.shape()));
  }
  node.give(node.add(PRelu{std::move(slope).reshaped({n})}, {input}));
}

void leaky_relu(TfliteNode& node) {
  const Activation op{Activation::Kind::leaky_relu, node.real(0, 0)};
  node.give(node.add(op, {node.input(0)}));
}

void softmax(TfliteNode& node) {
  const float beta = node.real(0, 0);
  if (beta != 1) refuse("beta of " + std::to_string(beta));
  const NodeId input = node.input(0);
  node.give(node.add(Softmax{TfliteNode::graph_axis(-1, node.rank(input))}, {input}));
}

void concatenation(TfliteNode& node) {
  if (node.input_count() == 0) reject("no inputs");
  const std::size_t rank = node.input_rank(0);
  std::vector<NodeId> inputs;
  for (std::size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.operand(i, rank));
  const Concat op{TfliteNode::graph_axis(node.integer(0), rank)};
  node.give(node.add(op, std::move(inputs)), node.enumerator(1));
}

/// To input 1, an option, or where that is computed, the shape that the file gives the result.
void reshape(TfliteNode& node) {
  const NodeId input = node.input(0);
  Shape target = node.result().shape;
  if (node.has_input(1) && node.is_constant(1)) {
    target = node.whole_numbers(1);
  } else if (!node.has_input(1) && !node.integers(0).empty()) {
    target = node.integers(0);
  }
  node.give(node.reshaped(input, resolved(std::move(target), node.shape(input))));
}

void squeeze(TfliteNode& node) {
  const NodeId input = node.input(0);
  const Shape from = node.file_shape(input);
  const auto rank = static_cast<std::int64_t>(from.size());
  std::vector<bool> gone(from.size());
  const auto axes = node.integers(0);
  for (const std::int64_t axis : axes) {
    TfliteNode::graph_axis(axis, from.size());
    gone[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] = true;
  }
  Shape target;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (axes.empty() ? from[i] != 1 : !gone[i]) target.push_back(from[i]);
  }
  node.give(node.reshaped(input, target));
}

void pad(TfliteNode& node) {
  const NodeId input = node.input(0);
  const std::size_t rank = node.rank(input);
  const auto sizes = node.whole_numbers(1);
  if (sizes.size() != 2 * rank) reject(std::to_string(sizes.size()) + " paddings");
  Pad op{std::vector<std::int64_t>(rank), std::vector<std::int64_t>(rank)};
  for (std::size_t i = 0; i < rank; ++i) {
    const auto axis =
        static_cast<std::size_t>(TfliteNode::graph_axis(static_cast<std::int64_t>(i), rank));
    op.before[axis] = sizes[2 * i];
    op.after[axis] = sizes[2 * i + 1];
  }
  const auto beyond = [](std::int64_t size) { return size < 0 || size > 1 << 24; };
  if (std::any_of(sizes.begin(), sizes.end(), beyond)) reject("a padding below 0 or over 2^24");
  node.give(node.add(std::move(op), {input}));
}

void mean(TfliteNode& node) {
  const NodeId input = node.input(0);
  const std::size_t rank = node.rank(input);
  Reduce op;
  op.keep_dims = node.flag(0);
  for (const std::int64_t axis : node.whole_numbers(1)) {
    op.axes.push_back(TfliteNode::graph_axis(axis, rank));
  }
  std::sort(op.axes.begin(), op.axes.end());
  op.axes.erase(std::unique(op.axes.begin(), op.axes.end()), op.axes.end());
  const bool channels_go = std::count(op.axes.begin(), op.axes.end(), 1) > 0;
  const auto pixels_go = std::count_if(op.axes.begin(), op.axes.end(), [](int a) { return a > 1; });
  // What remains must lie in the graph as it does in the file.
  if (rank == 4 && !op.keep_dims && !channels_go && pixels_go < 2) {
    refuse("over these axes with keep_dims = 0");
  }
  node.give(node.add(std::move(op), {input}));
}

void resize_bilinear(TfliteNode& node) {
  const NodeId input = node.input(0);
  if (node.rank(input) != 4) reject("over data of shape " + to_string(node.shape(input)));
  Shape size = node.is_constant(1) ? node.whole_numbers(1) : node.result().shape;
  if (!node.is_constant(1) && size.size() == 4) size = {size[1], size[2]};
  const auto wrong = [](std::int64_t s) { return s < 1 || s > 1 << 24; };
  if (size.size() != 2 || std::any_of(size.begin(), size.end(), wrong)) {
    reject("to " + to_string(size));
  }
  Resize op;
  op.mode = Resize::Mode::linear;
  op.coordinates = node.flag(2)   ? Resize::Coordinates::align_corners
                   : node.flag(3) ? Resize::Coordinates::half_pixel
                                  : Resize::Coordinates::asymmetric;
  op.height = size[0];
  op.width = size[1];
  node.give(node.add(op, {input}));
}

/// At a network's end, where it is left to the decoder, which takes the largest itself.
void arg_max(TfliteNode& node) {
  const NodeId input = node.input(0);
  const auto axis = node.whole_numbers(1);
  const std::size_t rank = node.rank(input);
  if (axis.size() != 1 ||
      TfliteNode::graph_axis(axis[0], rank) != TfliteNode::graph_axis(-1, rank)) {
    refuse("over another axis than channels");
  }
  node.pass_on(0);
}

void pass_on(TfliteNode& node) { node.pass_on(0); }

}  // namespace tflite

TfliteMapping find_tflite_mapping(int code) {
  using Kind = Arithmetic::Kind;
  using Function = Activation::Kind;
  static const std::map<int, TfliteMapping> mappings = {
      {0, tflite::arithmetic<Kind::add>},
      {1, tflite::average_pool},
      {2, tflite::concatenation},
      {3, tflite::conv},
      {4, tflite::depthwise_conv},
      {6, tflite::pass_on},
      {9, tflite::fully_connected},
      {14, tflite::activation<Function::sigmoid>},
      {17, tflite::max_pool},
      {18, tflite::arithmetic<Kind::mul>},
      {19, tflite::activation<Function::relu>},
      {20, tflite::clip<-1, 1>},
      {21, tflite::clip<0, 6>},
      {22, tflite::reshape},
      {23, tflite::resize_bilinear},
      {25, tflite::softmax},
      {28, tflite::activation<Function::tanh>},
      {34, tflite::pad},
      {40, tflite::mean},
      {41, tflite::arithmetic<Kind::sub>},
      {42, tflite::arithmetic<Kind::div>},
      {43, tflite::squeeze},
      {54, tflite::prelu},
      {55, tflite::arithmetic<Kind::max>},
      {56, tflite::arg_max},
      {57, tflite::arithmetic<Kind::min>},
      {98, tflite::leaky_relu},
      {114, tflite::pass_on},
      {117, tflite::activation<Function::hard_swish>},
  };
  const auto found = mappings.find(code);
  return found == mappings.end() ? nullptr : found->second;
}

}  // namespace bench
