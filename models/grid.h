#pragma once
// A grid: the numbers a quantised tensor can take. It says what a value becomes; how the arithmetic
// is then done is a backend's matter.
//
//   q = clamp(round(x / scale) + zero_point, lowest, highest)        value = (q - zero_point) *
//   scale
//
// or, with an offset (a range that starts at its minimum and need not hold 0):
//
//   q = clamp(round((x - offset) / scale), 0, 2^bits - 1)            value = q * scale + offset
//
// Divisions and products are in float, as the published schemes compute them.
//
// A signed grid of 1 bit (without an offset) is binary: its two numbers are -1 and +1 (QONNX's
// BipolarQuant, BMXNet's det_sign), and the sign alone decides:
//
//   q = x < 0 ? -1 : +1                            value = q * scale

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/tensor.h"

namespace bench {

/// What happens to a quotient halfway between two integers.
enum class Rounding {
  half_even,  ///< to the even one: IEEE's default, numpy, PyTorch, ONNX
  half_up,    ///< to the larger one, floor(x + 1/2): TensorFlow's fake quantisation
  half_away,  ///< away from zero: C's round(), TFLite, ncnn
};

struct Grid {
  int bits = 8;                    ///< 1 .. 16; or 32, signed, for biases
  bool is_signed = true;           ///< -2^(bits-1) .. 2^(bits-1) - 1, else 0 .. 2^bits - 1;
                                   ///< -1 and +1 if it is binary
  bool narrow = false;             ///< without the lowest number: -127 .. 127, 1 .. 255
  std::vector<float> scale = {1};  ///< one, or one per index along `axis`
  std::vector<std::int32_t> zero_point = {0};  ///< as many as scales
  std::vector<float> offset = {};  ///< empty, or as many as scales: the form with an offset
  int axis = -1;                   ///< the axis scales belong to; -1: one scale for the tensor
  Rounding rounding = Rounding::half_even;
  friend bool operator==(const Grid&, const Grid&) = default;
};

/// A grid made anew for each tensor, from that tensor's own values.
struct DynamicGrid {
  enum class Range {
    largest,   ///< symmetric and narrow: scale = max |x| / (2^(bits-1) - 1); all zeros stay zeros
    extremes,  ///< with an offset: from min to max, scale = (max - min) / (2^bits - 1), at least
               ///< 1e-8
  };
  Range range = Range::largest;
  int bits = 8;  ///< 2 .. 16 for `largest`, 1 .. 16 for `extremes`
  Rounding rounding = Rounding::half_even;
  friend bool operator==(const DynamicGrid&, const DynamicGrid&) = default;
};

/// The grid that `rule` gives for these values. Throws Error{bad_data} naming `what` if a value is
/// not finite.
Grid grid_for(const DynamicGrid& rule, const Tensor& values, std::string_view what);

/// The same from the smallest and the largest value. REQUIRES both to be finite.
Grid grid_for(const DynamicGrid& rule, float least, float most);

/// Whether the grid's numbers are -1 and +1.
inline bool is_binary(const Grid& grid) {
  return grid.bits == 1 && grid.is_signed && grid.offset.empty();
}

std::int32_t lowest(const Grid& grid);
std::int32_t highest(const Grid& grid);

/// REQUIRES index < grid.scale.size(). NaN becomes the number of 0 (or of the offset); it and -0
/// are +1 on a binary grid.
std::int32_t quantize(const Grid& grid, float value, std::size_t index = 0);
float dequantize(const Grid& grid, std::int32_t number, std::size_t index = 0);

/// Every element put onto the grid and back. Throws Error{bad_data} if the grid's axis is not one
/// of the tensor's, or its length is not the number of scales. `what` names the tensor in messages.
Tensor fake_quantize(const Grid& grid, const Tensor& values, std::string_view what);

/// The numbers of every element, as `type`, and back. Throws as fake_quantize. REQUIRES a type (i8,
/// u8, i32) that holds the grid's numbers.
Tensor quantize(const Grid& grid, const Tensor& values, DType type, std::string_view what);
Tensor dequantize(const Grid& grid, const Tensor& numbers, std::string_view what);

/// Throws Error{bad_data} naming `what`: bits out of range, scales not positive and finite, zero
/// points off the grid (or other than 0 if it is binary), lengths that differ.
void validate(const Grid& grid, std::string_view what);
void validate(const DynamicGrid& rule, std::string_view what);

}  // namespace bench
