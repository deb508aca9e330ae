// The step onto a grid, and from its numbers back to reals.

#include "models/formats/onnx_ops.h"
#include "models/formats/read_file.h"

namespace bench::onnx {
namespace {

DType type_of(const Grid& grid) {
  if (grid.bits == 32) return DType::i32;
  return grid.is_signed ? DType::i8 : DType::u8;
}

std::vector<std::int32_t> zero_points(const Tensor& tensor) {
  const auto copy = [](auto values) {
    return std::vector<std::int32_t>(values.begin(), values.end());
  };
  switch (tensor.type()) {
    case DType::u8: return copy(tensor.data<std::uint8_t>());
    case DType::i8: return copy(tensor.data<std::int8_t>());
    case DType::i32: return copy(tensor.data<std::int32_t>());
    default: refuse("a zero point of type " + std::string(name_of(tensor.type())));
  }
}

/// Several scales lie along an axis of that many elements.
void check_axis(const Grid& grid, const Sizes& sizes) {
  if (grid.axis < 0) return;
  const Size& size = sizes[static_cast<std::size_t>(grid.axis)];
  if (!size.is_constant()) {
    refuse("scales along axis " + std::to_string(grid.axis) + ", which follows the image's size");
  }
  if (!size.is(static_cast<std::int64_t>(grid.scale.size()))) {
    reject(std::to_string(grid.scale.size()) + " scales for the " + std::to_string(*size.value) +
           " elements of axis " + std::to_string(grid.axis));
  }
}

int axis_attribute(OnnxNode& node) {
  if (node.opset() < 13) return 0;
  constexpr std::int64_t far = 1 << 16;
  const std::int64_t axis = node.integer("axis", 1);
  if (axis < -far || axis > far) reject("axis " + std::to_string(axis));
  return static_cast<int>(axis);
}

/// The grid that inputs 1 and 2 of QuantizeLinear and DequantizeLinear spell.
Grid own_grid(OnnxNode& node, DType otherwise, const Sizes& sizes) {
  const Grid grid = grid_of(node, 1, 2, otherwise, axis_attribute(node), sizes);
  if (node.opset() < 13 && grid.axis >= 0) reject("several scales before opset 13");
  return grid;
}

Sizes sizes_of(const Tensor& tensor) {
  Sizes sizes;
  for (const std::int64_t size : tensor.shape()) sizes.push_back(constant_size(size));
  return sizes;
}

bool same_numbers(const Grid& a, const Grid& b) {
  return a.is_signed == b.is_signed && a.scale == b.scale && a.zero_point == b.zero_point &&
         a.axis == b.axis;
}

}  // namespace

Grid grid_of(OnnxNode& node, std::size_t scale, std::size_t zero_point, DType otherwise, int axis,
             const Sizes& sizes) {
  const Tensor scales = node.parameter(scale, "the scale");
  Grid grid;
  grid.scale.assign(scales.data<float>().begin(), scales.data<float>().end());
  grid.zero_point.assign(grid.scale.size(), 0);
  DType type = otherwise;
  if (node.has_input(zero_point)) {
    const Tensor zeros = node.constant(zero_point, "the zero point");
    grid.zero_point = zero_points(zeros);
    type = zeros.type();
  }
  grid.bits = type == DType::i32 ? 32 : 8;
  grid.is_signed = type != DType::u8;
  if (scales.rank() > 1) refuse("scales in a tensor of " + std::to_string(scales.rank()) + " axes");
  if (scales.size() != 1) grid.axis = OnnxNode::axis_of(axis, sizes.size());
  validate(grid, "its grid");
  check_axis(grid, sizes);
  return grid;
}

void quantize_linear(OnnxNode& node) {
  if (node.is_constant(0)) {
    const Tensor reals = node.parameter(0, "what is quantised");
    const Grid grid = own_grid(node, DType::u8, sizes_of(reals));
    return node.give(quantize(grid, reals, type_of(grid), "what is quantised"));
  }
  const NodeId input = node.input(0);
  const Grid grid = own_grid(node, DType::u8, node.sizes(input));
  if (grid.bits == 32) refuse("to int32");
  node.give(OnnxNumbers{input, grid, node.name()});
}

void dequantize_linear(OnnxNode& node) {
  if (node.is_numbers(0)) {
    const Grid given = node.numbers(0).grid;
    const NodeId real = node.on_grid(0);
    if (!same_numbers(given, own_grid(node, type_of(given), node.sizes(real)))) {
      refuse("of numbers of another grid");
    }
    return node.give(real);
  }
  Tensor numbers = node.constant(0, "what is dequantised");
  const DType type = numbers.type();
  if (type != DType::u8 && type != DType::i8 && type != DType::i32) {
    reject("of numbers of type " + std::string(name_of(type)));
  }
  Grid grid = own_grid(node, type, sizes_of(numbers));
  if (type_of(grid) != type) {
    reject("numbers of type " + std::string(name_of(type)) + " with a zero point of type " +
           std::string(name_of(type_of(grid))));
  }
  node.give(OnnxParameter{std::move(numbers), std::move(grid)});
}

}  // namespace bench::onnx
