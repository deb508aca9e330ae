// Operators that move elements about and compute nothing, and resampling.

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/formats/onnx_ops.h"
#include "models/reference.h"

namespace bench::onnx {
namespace {

constexpr std::int64_t to_the_end = std::numeric_limits<std::int64_t>::max();

/// The indices begin, begin + step, ... before end (behind it, for a negative step) of an axis,
/// with Python's meaning of bounds.
std::vector<std::int64_t> slice_indices(std::int64_t size, const Slice& op) {
  const std::int64_t lowest = op.step > 0 ? 0 : -1, highest = op.step > 0 ? size : size - 1;
  const auto bound = [&](std::int64_t i) {
    return std::clamp(i < 0 ? i + size : i, lowest, std::max(lowest, highest));
  };
  const std::int64_t step = std::clamp<std::int64_t>(op.step, -size - 1, size + 1);
  std::vector<std::int64_t> result;
  for (std::int64_t i = bound(op.begin), end = bound(op.end); step > 0 ? i < end : i > end;
       i += step) {
    result.push_back(i);
  }
  return result;
}

/// The elements of data at `indices` (all within the axis), one after the other.
NodeId picked(OnnxNode& node, NodeId data, int axis, const std::vector<std::int64_t>& indices) {
  constexpr std::size_t most = 64;
  if (indices.empty() || indices.size() > most) {
    refuse(std::to_string(indices.size()) + " elements picked one by one");
  }
  std::vector<NodeId> parts;
  for (const std::int64_t i : indices) {
    parts.push_back(node.add(Slice{axis, i, i + 1, 1}, {data}));
  }
  return parts.size() == 1 ? parts[0] : node.add(Concat{axis}, std::move(parts));
}

struct SliceBounds {
  std::vector<std::int64_t> starts, ends, axes, steps;
};

SliceBounds slice_bounds(OnnxNode& node) {
  SliceBounds b;
  if (node.opset() < 10) {
    b.starts = node.integers("starts").value_or(std::vector<std::int64_t>{});
    b.ends = node.integers("ends").value_or(std::vector<std::int64_t>{});
    b.axes = node.integers("axes").value_or(std::vector<std::int64_t>{});
  } else {
    b.starts = node.known_numbers(1);
    b.ends = node.known_numbers(2);
    if (node.has_input(3)) b.axes = node.known_numbers(3);
    if (node.has_input(4)) b.steps = node.known_numbers(4);
  }
  const std::size_t n = b.starts.size();
  for (std::size_t i = b.axes.size(); b.axes.size() < n; ++i) {
    b.axes.push_back(static_cast<std::int64_t>(i));
  }
  b.steps.resize(std::max(n, b.steps.size()), 1);
  if (b.ends.size() != n || b.axes.size() != n || b.steps.size() != n) {
    reject("starts, ends, axes and steps have unlike lengths");
  }
  if (std::ranges::count(b.steps, 0) > 0) reject("a step of 0");
  return b;
}

/// data[begin:end:step] on one axis; `data` itself if that is all of it.
NodeId sliced(OnnxNode& node, NodeId data, const Slice& op) {
  const bool all = op.begin == 0 && op.step == 1 && op.end >= std::numeric_limits<int>::max();
  if (all) return data;
  if (op.step > 0) return node.add(op, {data});
  const Size& size = node.sizes(data)[static_cast<std::size_t>(op.axis)];
  if (!size.is_constant()) refuse("a negative step along an axis that follows the image");
  return picked(node, data, op.axis, slice_indices(*size.value, op));
}

std::vector<int> order_of(OnnxNode& node, std::size_t rank) {
  std::vector<int> result;
  if (const auto order = node.integers("perm")) {
    if (order->size() != rank) reject("perm does not name every axis");
    for (const std::int64_t axis : *order) result.push_back(OnnxNode::axis_of(axis, rank));
  } else {
    for (std::size_t i = rank; i-- > 0;) result.push_back(static_cast<int>(i));
  }
  std::vector<int> sorted = result;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) reject("perm names an axis twice");
  return result;
}

/// The numbers stay the numbers they are; their scales follow their axis.
OnnxParameter transposed(const OnnxParameter& parameter, const std::vector<int>& order) {
  Grid itself;  // on which a number stands for itself
  itself.is_signed = parameter.grid.is_signed;
  const Tensor reals = dequantize(itself, parameter.numbers, "weight");
  Shape shape;
  for (const int axis : order) shape.push_back(reals.dim(static_cast<std::size_t>(axis)));
  const Tensor* input = &reals;
  const Tensor moved = evaluate_node(Transpose{order}, {&input, 1}, shape);
  Grid grid = parameter.grid;
  if (grid.axis >= 0) {
    grid.axis = static_cast<int>(std::ranges::find(order, grid.axis) - order.begin());
  }
  return {quantize(itself, moved, parameter.numbers.type(), "weight"), std::move(grid)};
}

/// What is added around, given as a real number or, around quantised numbers, as one of them.
float pad_value(OnnxNode& node) {
  Tensor value({1});
  if (node.is_numbers(0)) {
    value = Tensor({1}, DType::i32);
    if (node.has_input(2)) value = node.constant(2, "constant_value");
    if (value.size() != 1) reject("constant_value is no scalar");
    value = dequantize(node.numbers(0).grid, value, "constant_value");
  } else if (node.has_input(2)) {
    value = node.parameter(2, "constant_value");
  }
  if (value.size() != 1) reject("constant_value is no scalar");
  return value.data<float>()[0];
}

}  // namespace

void concat(OnnxNode& node) {
  const std::int64_t axis = node.integer("axis", 1);
  if (node.on_shapes()) {
    Integers all;
    for (std::size_t i = 0; i < node.input_count(); ++i) {
      const Integers next = node.whole_numbers(i);
      all.values.insert(all.values.end(), next.values.begin(), next.values.end());
      all.real = all.real || next.real;
    }
    return node.give(std::move(all));
  }
  std::vector<NodeId> inputs;
  for (std::size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  if (inputs.empty()) reject("joins nothing");
  const int checked = OnnxNode::axis_of(axis, node.rank(inputs[0]));
  node.give(inputs.size() == 1 ? inputs[0] : node.add(Concat{checked}, inputs));
}

void split(OnnxNode& node) {
  const NodeId data = node.input(0);
  const int axis = OnnxNode::axis_of(node.integer("axis", 0), node.rank(data));
  std::vector<std::int64_t> parts;
  if (node.opset() < 13) {
    parts = node.integers("split").value_or(parts);
  } else if (node.has_input(1)) {
    parts = node.known_numbers(1);
  }
  const Size& size = node.sizes(data)[static_cast<std::size_t>(axis)];
  const auto outputs = static_cast<std::int64_t>(node.output_count());
  const std::int64_t wanted = node.integer("num_outputs", outputs);
  if (wanted != outputs) reject("num_outputs is not the number of its outputs");
  if (parts.empty()) {
    if (!size.value) refuse("into equal parts of a size that follows the image");
    if (node.opset() < 18 && *size.value % outputs != 0) reject("does not come out even");
    parts.assign(node.output_count(), (*size.value + outputs - 1) / outputs);
    parts.back() = *size.value - parts[0] * (outputs - 1);
  }
  std::int64_t begin = 0;
  for (const std::int64_t length : parts) {
    if (length < 0 || length > to_the_end - begin) reject("has a part of negative or huge length");
    node.give(node.add(Slice{axis, begin, begin + length, 1}, {data}));
    begin += length;
  }
  if (parts.size() != node.output_count() || (size.value && begin != *size.value)) {
    reject("its parts do not make up the whole");
  }
}

void slice(OnnxNode& node) {
  const SliceBounds b = slice_bounds(node);
  if (node.is_whole(0)) {
    Integers numbers = node.whole_numbers(0);
    if (b.axes.size() != 1 || OnnxNode::axis_of(b.axes[0], 1) != 0) reject("of a shape");
    Sizes kept;
    const auto length = static_cast<std::int64_t>(numbers.values.size());
    for (const std::int64_t i : slice_indices(length, {0, b.starts[0], b.ends[0], b.steps[0]})) {
      kept.push_back(numbers.values[static_cast<std::size_t>(i)]);
    }
    numbers.values = std::move(kept);
    return node.give(std::move(numbers));
  }
  NodeId data = node.input(0);
  for (std::size_t i = 0; i < b.starts.size(); ++i) {
    const int axis = OnnxNode::axis_of(b.axes[i], node.rank(data));
    data = sliced(node, data, {axis, b.starts[i], b.ends[i], b.steps[i]});
  }
  node.give(data);
}

void transpose(OnnxNode& node) {
  if (const OnnxParameter* parameter = node.quantised_parameter(0)) {
    return node.give(transposed(*parameter, order_of(node, parameter->numbers.rank())));
  }
  const NodeId data = node.input(0);
  Transpose op{order_of(node, node.rank(data))};
  node.give(std::ranges::is_sorted(op.order) ? data : node.add(std::move(op), {data}));
}

void pad(OnnxNode& node) {
  const NodeId data = node.input(0);
  const std::size_t rank = node.rank(data);
  const std::string mode = node.text("mode", "constant");
  if (mode != "constant") refuse("mode " + mode);
  Pad op{std::vector<std::int64_t>(rank), std::vector<std::int64_t>(rank), 0};
  std::vector<std::int64_t> pads, axes;
  if (node.opset() < 11) {
    pads = node.integers("pads").value_or(pads);
    op.value = node.real("value", 0);
  } else {
    pads = node.known_numbers(1);
    op.value = pad_value(node);
  }
  if (node.has_input(3)) axes = node.known_numbers(3);
  for (std::size_t i = 0; axes.size() < rank && !node.has_input(3); ++i) {
    axes.push_back(static_cast<std::int64_t>(i));
  }
  if (pads.size() != 2 * axes.size()) reject("pads has not two entries per axis");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(OnnxNode::axis_of(axes[i], rank));
    op.before[axis] = pads[i];
    op.after[axis] = pads[i + axes.size()];
  }
  node.give(node.add(std::move(op), {data}));
}

void gather(OnnxNode& node) {
  const std::int64_t axis = node.integer("axis", 0);
  const Integers where = node.whole_numbers(1);
  if (node.is_whole(0)) {
    const Integers from = node.whole_numbers(0);
    Integers result{{}, where.scalar, from.real};
    for (const std::int64_t i : node.known_numbers(1)) {
      const int index = OnnxNode::axis_of(i, from.values.size());
      result.values.push_back(from.values[static_cast<std::size_t>(index)]);
    }
    return node.give(std::move(result));
  }
  const NodeId data = node.input(0);
  const int along = OnnxNode::axis_of(axis, node.rank(data));
  const Size& size = node.sizes(data)[static_cast<std::size_t>(along)];
  auto indices = node.known_numbers(1);
  for (std::int64_t& i : indices) {
    if (!size.value) refuse("along an axis that follows the image's size");
    i = OnnxNode::axis_of(i, static_cast<std::size_t>(*size.value));
  }
  const NodeId some = picked(node, data, along, indices);
  if (!where.scalar) return node.give(some);
  Sizes target = node.sizes(some);
  target.erase(target.begin() + along);
  node.give(node.reshape(some, target));
}

}  // namespace bench::onnx
