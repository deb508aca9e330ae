// Functions of single elements, arithmetic between tensors, and what runs along one axis.

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/formats/onnx_ops.h"

namespace bench::onnx {
namespace {

using Function = Activation::Kind;

struct ActivationRow {
  std::string_view op_type;
  Function kind;
  float alpha = 0, beta = 0;  // defaults of the attributes; 0 where there is none
};

constexpr ActivationRow activations[] = {
    {"Abs", Function::abs},
    {"Elu", Function::elu, 1.0f},
    {"Exp", Function::exp},
    {"HardSigmoid", Function::hard_sigmoid, 0.2f, 0.5f},
    {"HardSwish", Function::hard_swish},
    {"LeakyRelu", Function::leaky_relu, 0.01f},
    {"Log", Function::log},
    {"Neg", Function::neg},
    {"Relu", Function::relu},
    {"Sigmoid", Function::sigmoid},
    {"Softplus", Function::softplus},
    {"Sqrt", Function::sqrt},
    {"Tanh", Function::tanh},
};

Arithmetic::Kind kind_of(std::string_view op_type) {
  if (op_type == "Sub") return Arithmetic::Kind::sub;
  if (op_type == "Mul") return Arithmetic::Kind::mul;
  if (op_type == "Div") return Arithmetic::Kind::div;
  if (op_type == "Pow") return Arithmetic::Kind::pow;
  if (op_type == "Min") return Arithmetic::Kind::min;
  if (op_type == "Max") return Arithmetic::Kind::max;
  return Arithmetic::Kind::add;  // Add and Sum
}

void arithmetic_of_shapes(OnnxNode& node) {
  const Integers a = node.whole_numbers(0), b = node.whole_numbers(1);
  const std::size_t n = std::max(a.values.size(), b.values.size());
  Integers result{Sizes(n), a.scalar && b.scalar, a.real || b.real};
  for (std::size_t i = 0; i < n; ++i) {
    const auto at = [&](const Integers& list) -> const Size& {
      if (list.values.size() != 1 && list.values.size() != n) reject("on shapes of unlike length");
      return list.values[list.values.size() == 1 ? 0 : i];
    };
    const Size &x = at(a), &y = at(b);
    if (node.type() == "Add") {
      result.values[i] = add(x, y);
    } else if (node.type() == "Sub") {
      result.values[i] = subtract(x, y);
    } else if (node.type() == "Mul") {
      result.values[i] = multiply(x, y);
    } else if (node.type() == "Div") {
      result.values[i] = divide(x, y);
      if (result.real && x.value && y.value && *x.value % *y.value != 0) {
        refuse("a size divided into fractions");
      }
    } else {
      refuse("on shapes");
    }
  }
  node.give(std::move(result));
}

/// `grid` with only the numbers from `low` to `high`, if such a grid there is.
std::optional<Grid> grid_between(Grid grid, std::int64_t low, std::int64_t high) {
  for (int bits = 1; bits <= 8; ++bits) {
    for (const bool narrow : {false, true}) {
      grid.bits = bits;
      grid.narrow = narrow && bits > 1;
      if (lowest(grid) == low && highest(grid) == high) return grid;
    }
  }
  return std::nullopt;
}

/// Opset 6: b's first axis lies on a's axis `axis`; afterwards the last ones are aligned.
NodeId aligned_as_opset_6(OnnxNode& node, NodeId a, NodeId b) {
  const bool broadcast = node.flag("broadcast");
  const std::size_t rank_a = node.rank(a), rank_b = node.rank(b);
  const std::int64_t axis =
      node.integer("axis", static_cast<std::int64_t>(rank_a) - static_cast<std::int64_t>(rank_b));
  if (!broadcast || rank_b == 0) return b;
  const auto before = static_cast<std::size_t>(OnnxNode::axis_of(axis, rank_a));
  if (before + rank_b > rank_a) reject("axis " + std::to_string(axis) + " leaves no room for B");
  Sizes target = node.sizes(b);
  target.resize(rank_a - before, constant_size(1));
  return node.reshape(b, target);
}

/// Between QuantizeLinear and DequantizeLinear: how a grid of fewer numbers is written.
void clip_numbers(OnnxNode& node) {
  OnnxNumbers numbers = node.numbers(0);
  const auto bound = [&](std::size_t i, std::int32_t otherwise) {
    return node.has_input(i) ? node.known_numbers(i).at(0) : std::int64_t{otherwise};
  };
  const std::int64_t low = bound(1, lowest(numbers.grid)), high = bound(2, highest(numbers.grid));
  if (const auto fewer = grid_between(numbers.grid, low, high)) {
    numbers.grid = *fewer;
  } else {
    refuse("of quantised numbers to " + std::to_string(low) + " .. " + std::to_string(high) +
           ", the numbers of no grid");
  }
  if (numbers.name.empty()) numbers.name = node.name();
  node.give(numbers);
}

}  // namespace

void activation(OnnxNode& node) {
  const auto& row = *std::ranges::find(activations, node.type(), &ActivationRow::op_type);
  Activation op{row.kind, row.alpha, row.beta};
  if (row.alpha != 0) op.alpha = node.real("alpha", row.alpha);
  if (row.beta != 0) op.beta = node.real("beta", row.beta);
  node.give(node.add(op, {node.input(0)}));
}

void clip(OnnxNode& node) {
  if (node.is_numbers(0)) return clip_numbers(node);
  constexpr float largest = std::numeric_limits<float>::max();
  const NodeId input = node.input(0);
  Activation op{Function::clip, -largest, largest};
  const auto bound = [&](std::size_t i, std::string_view name, float otherwise) {
    if (node.opset() < 11) return node.real(name, otherwise);
    if (!node.has_input(i)) return otherwise;
    const Tensor tensor = node.parameter(i, name);
    if (tensor.size() != 1) reject(std::string(name) + " is no scalar");
    return tensor.data<float>()[0];
  };
  op.alpha = bound(1, "min", op.alpha);
  op.beta = bound(2, "max", op.beta);
  if (std::isnan(op.alpha) || std::isnan(op.beta)) reject("a bound is not a number");
  if (op.alpha == 0 && op.beta >= largest) op = {Function::relu, 0, 0};
  node.give(node.add(op, {input}));
}

void prelu(OnnxNode& node) {
  const NodeId input = node.input(0);
  Tensor slope = node.parameter(1, "slope");
  const std::size_t rank = node.rank(input);
  // Every axis but that of the channels must be 1; opset 6 wrote the channels alone.
  const bool channels_alone = node.opset() < 7 && slope.rank() == 1;
  for (std::size_t i = 0; i < slope.rank(); ++i) {
    const bool is_channel_axis = rank >= slope.rank() && i + rank - slope.rank() == 1;
    if (slope.dim(i) != 1 && slope.size() != 1 && !is_channel_axis && !channels_alone) {
      refuse("a slope of shape " + to_string(slope.shape()) + "; one per channel is supported");
    }
  }
  const std::int64_t slopes = slope.size();
  if (slopes > 1 &&
      (rank < 2 || (node.sizes(input)[1].is_constant() && !node.sizes(input)[1].is(slopes)))) {
    reject(std::to_string(slopes) + " slopes do not fit the channels");
  }
  if (slopes == 0) reject("the slope is empty");
  node.give(node.add(PRelu{std::move(slope).reshaped({slopes})}, {input}));
}

void arithmetic(OnnxNode& node) {
  if (node.on_shapes()) return arithmetic_of_shapes(node);
  const NodeId a = node.input(0);
  NodeId b = node.input(1);
  if (node.opset() < 7) b = aligned_as_opset_6(node, a, b);
  node.give(node.add(Arithmetic{kind_of(node.type())}, {a, b}));
}

void variadic(OnnxNode& node) {
  NodeId result = node.input(0);
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    result = node.add(Arithmetic{kind_of(node.type())}, {result, node.input(i)});
  }
  node.give(result);
}

NodeId softmax(OnnxNode& node, NodeId input, std::int64_t given_axis, bool one_axis) {
  const Sizes in = node.sizes(input);
  const int axis = OnnxNode::axis_of(given_axis, in.size());
  const auto split = static_cast<std::size_t>(axis);
  const bool flat_already =
      std::all_of(in.begin() + axis + 1, in.end(), [](const Size& size) { return size.is(1); });
  if (one_axis || flat_already) return node.add(Softmax{axis}, {input});

  // Before opset 13: over everything from `axis` on, as if the tensor were a matrix.
  Size rows = constant_size(1), columns = constant_size(1);
  for (std::size_t i = 0; i < in.size(); ++i) {
    Size& side = i < split ? rows : columns;
    side = multiply(side, in[i]);
  }
  if (!rows.is_constant() && !columns.is_constant()) {
    (rows.node >= 0 ? columns : rows) = constant_size(-1);
  }
  const NodeId matrix = node.reshape(input, {rows, columns});
  return node.reshape(node.add(Softmax{1}, {matrix}), in);
}

void softmax(OnnxNode& node) {
  const bool one_axis = node.opset() >= 13;
  const std::int64_t axis = node.integer("axis", one_axis ? -1 : 1);
  node.give(softmax(node, node.input(0), axis, one_axis));
}

void reduce(OnnxNode& node) {
  const NodeId input = node.input(0);
  Reduce op;
  op.keep_dims = node.flag("keepdims", true);
  if (node.type() == "ReduceSum") op.kind = Reduce::Kind::sum;
  if (node.type() == "ReduceMax") op.kind = Reduce::Kind::max;
  if (node.type() == "ReduceMin") op.kind = Reduce::Kind::min;
  if (node.type() == "ReduceL2") op.kind = Reduce::Kind::l2;
  const bool none_means_none = node.flag("noop_with_empty_axes");
  const auto axes = axes_of(node, node.type() == "ReduceSum" ? 12 : 17, 1);
  const std::size_t rank = node.rank(input);
  if (axes && !axes->empty()) {
    for (const std::int64_t axis : *axes) op.axes.push_back(OnnxNode::axis_of(axis, rank));
    std::ranges::sort(op.axes);
    if (std::ranges::adjacent_find(op.axes) != op.axes.end()) reject("names an axis twice");
  } else if (none_means_none) {
    return node.give(input);
  } else {
    for (std::size_t i = 0; i < rank; ++i) op.axes.push_back(static_cast<int>(i));
  }
  node.give(node.add(std::move(op), {input}));
}

}  // namespace bench::onnx
