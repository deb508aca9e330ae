#pragma once
// Between f32 and the bytes of a grid's numbers.

#include <cstdint>
#include <span>

#include "models/grid.h"

namespace bench::int8 {

/// A grid of one scale as arithmetic on bytes.
struct ByteGrid {
  explicit ByteGrid(const Grid& grid);

  float scale = 1;
  std::int32_t low = 0, high = 0;  ///< before the zero point is added
  std::int32_t zero = 0;           ///< the byte of 0
  Rounding rounding = Rounding::half_even;
};

/// quantize(grid, value) for every value, as bytes. REQUIRES equal sizes.
void quantize(const ByteGrid& grid, std::span<const float> values, std::uint8_t* bytes);

/// The same from one image's planes (channels x pixels) to pixels x channels. `scratch` holds
/// channels * pixels bytes.
void quantize_planes(const ByteGrid& grid, const float* planes, std::int64_t channels,
                     std::int64_t pixels, std::uint8_t* bytes, std::uint8_t* scratch);

/// dequantize(grid, number) for every byte.
void dequantize(const ByteGrid& grid, std::span<const std::uint8_t> bytes, float* values);

/// The same from one image's pixels x channels to planes.
void dequantize_planes(const ByteGrid& grid, const std::uint8_t* bytes, std::int64_t channels,
                       std::int64_t pixels, float* planes);

/// rows x columns to columns x rows.
void transpose(const std::uint8_t* from, std::int64_t rows, std::int64_t columns, std::uint8_t* to);
void transpose(const float* from, std::int64_t rows, std::int64_t columns, float* to);

}  // namespace bench::int8
