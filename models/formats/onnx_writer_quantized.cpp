// Grids as QuantizeLinear and DequantizeLinear.

#include <algorithm>

#include "models/formats/onnx.pb.h"
#include "models/formats/onnx_writer_ops.h"
#include "models/formats/reject.h"
#include "models/passes/layers.h"

namespace bench {
namespace {

DType type_of(const Grid& grid) {
  if (grid.bits > 8) return DType::i32;
  return grid.is_signed ? DType::i8 : DType::u8;
}

/// As many scales as the grid has, or a scalar.
Shape shape_of(const Grid& grid) {
  if (grid.axis < 0) return {};
  return {static_cast<std::int64_t>(grid.scale.size())};
}

Tensor zero_points(const Grid& grid) {
  Grid itself;  // on which a number stands for itself
  itself.bits = grid.bits;
  itself.is_signed = grid.is_signed;
  const std::vector<float> reals(grid.zero_point.begin(), grid.zero_point.end());
  return quantize(itself, Tensor::of(shape_of(grid), reals), type_of(grid), "zero point");
}

/// The inputs of QuantizeLinear and DequantizeLinear after the first.
std::vector<std::string> grid_inputs(const OnnxWriterNode& node, const std::string& name,
                                     const Grid& grid) {
  return {node.file.constant(name + "_scale", Tensor::of(shape_of(grid), grid.scale)),
          node.file.constant(name + "_zero_point", zero_points(grid))};
}

void require_8_bits(const Grid& grid, const std::string& whose) {
  if (!grid.offset.empty()) {
    refuse(whose + " grid starts at an offset; ONNX has grids with a zero point only");
  }
  if (is_binary(grid)) {
    refuse(whose + " grid is binary; ONNX's grids have evenly spaced numbers with 0 among them");
  }
  if (grid.bits > 8) {
    refuse(whose + " grid has " + std::to_string(grid.bits) + " bits; opset 17 has at most 8");
  }
}

/// Numbers behind a DequantizeLinear. `axis` is that of the scales in `numbers`.
std::string write_numbers(const OnnxWriterNode& node, const std::string& name,
                          const Tensor& numbers, const Grid& grid, int axis) {
  std::vector<std::string> inputs = grid_inputs(node, name, grid);
  inputs.insert(inputs.begin(), node.file.constant(name + "_numbers", numbers));
  const std::string result = node.file.unique(name);
  auto& step = node.file.node("DequantizeLinear", result, inputs, result);
  if (grid.axis >= 0) set(step, "axis", axis);
  return result;
}

}  // namespace

std::string write_weight(const OnnxWriterNode& node, const Tensor& values,
                         const std::optional<Grid>& grid, int axis) {
  const std::string name = node.node.name + "/weight";
  if (!grid) return node.file.constant(name, values);
  require_8_bits(*grid, "its weight's");
  if (values.type() != DType::f32) return write_numbers(node, name, values, *grid, axis);
  Grid along = *grid;
  if (along.axis >= 0) along.axis = axis;
  return write_numbers(node, name, quantize(along, values, type_of(*grid), name), *grid, axis);
}

std::string write_bias(const OnnxWriterNode& node, const Tensor& values,
                       const std::optional<Grid>& grid) {
  const std::string name = node.node.name + "/bias";
  if (values.empty()) return "";
  if (!grid) return node.file.constant(name, values);
  // int32 behind DequantizeLinear has no zero point; a bias that needs one is written as reals.
  const bool at_zero = grid->offset.empty() &&
                       std::ranges::all_of(grid->zero_point, [](auto zero) { return zero == 0; });
  if (!at_zero) return node.file.constant(name, bias_in_use(node.node.op));
  Grid wide = *grid;
  wide.bits = 32;
  wide.is_signed = true;
  if (values.type() != DType::f32) return write_numbers(node, name, values, wide, 0);
  return write_numbers(node, name, quantize(*grid, values, DType::i32, name), wide, 0);
}

void write_fake_quantize(const OnnxWriterNode& node, const FakeQuantize& op) {
  const auto* grid = std::get_if<Grid>(&op.grid);
  if (!grid) refuse("its grid is made anew for each tensor; ONNX's QuantizeLinear has a fixed one");
  require_8_bits(*grid, "its");
  if (grid->rounding != Rounding::half_even && !node.how.ties_to_even) {
    const bool up = grid->rounding == Rounding::half_up;
    refuse(std::string("its grid rounds halves ") + (up ? "up" : "away from zero") +
           "; ONNX's QuantizeLinear rounds them to even (ties_to_even: written so nevertheless)");
  }
  const std::string& name = node.node.name;
  const auto grid_names = grid_inputs(node, name, *grid);
  std::string numbers = node.file.unique(name + "/numbers");
  auto& quantize_step = node.file.node("QuantizeLinear", name,
                                       {node.inputs[0], grid_names[0], grid_names[1]}, numbers);
  if (grid->axis >= 0) set(quantize_step, "axis", grid->axis);
  if (grid->bits < 8 || grid->narrow) {
    Grid itself = *grid;
    itself.scale = {1};
    itself.zero_point = {0};
    itself.axis = -1;
    const auto bound = [&](const char* which, std::int32_t number) {
      const Tensor value = Tensor::of({}, {static_cast<float>(number)});
      return node.file.constant(name + which, quantize(itself, value, type_of(*grid), name));
    };
    numbers = node.file.step(
        "Clip", name + "/clip",
        {numbers, bound("_lowest", lowest(*grid)), bound("_highest", highest(*grid))});
  }
  auto& dequantize_step = node.file.node("DequantizeLinear", node.file.unique(name + "/dequantize"),
                                         {numbers, grid_names[0], grid_names[1]}, node.result);
  if (grid->axis >= 0) set(dequantize_step, "axis", grid->axis);
}

}  // namespace bench
