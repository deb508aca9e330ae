#include "bench/backends/int8/quantize.h"

#include <algorithm>
#include <array>

#include "bench/backends/int8/plan.h"
#include "models/every_isa.h"

namespace bench::int8 {
namespace {

// Cut to the grid before rounding, not after: the bounds are integers, so the number is the same,
// and it fits an int.
template <Rounding rounding>
[[gnu::always_inline]] inline std::int32_t one(float value, float scale, float low, float high) {
  const float quotient = value / scale;
  const float moved = rounding == Rounding::half_up ? quotient + 0.5f : quotient;
  const float number = moved == moved ? moved : 0.0f;
  const float above = rounding == Rounding::half_up ? high + 0.5f : high;
  const float cut = std::min(std::max(number, low), above);
  const float whole = static_cast<float>(static_cast<std::int32_t>(cut));
  if constexpr (rounding == Rounding::half_up) {
    return static_cast<std::int32_t>(whole) - (whole > cut ? 1 : 0);
  } else if constexpr (rounding == Rounding::half_away) {
    const float rest = cut - whole;  // exact
    return static_cast<std::int32_t>(whole) + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0);
  } else {
    constexpr float rounder = 0x1.8p23f;  // leaves no bit below 1: rounds half to even
    return static_cast<std::int32_t>((cut + rounder) - rounder);
  }
}

template <Rounding rounding>
[[gnu::always_inline]] inline void quantize_loop(const ByteGrid& grid, const float* values,
                                                 std::size_t size, std::uint8_t* bytes) {
  const float scale = grid.scale, low = static_cast<float>(grid.low),
              high = static_cast<float>(grid.high);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(one<rounding>(values[i], scale, low, high) + grid.zero);
  }
}

BENCH_FOR_EVERY_ISA
void half_even(const ByteGrid& grid, const float* values, std::size_t size, std::uint8_t* bytes) {
  quantize_loop<Rounding::half_even>(grid, values, size, bytes);
}

BENCH_FOR_EVERY_ISA
void half_up(const ByteGrid& grid, const float* values, std::size_t size, std::uint8_t* bytes) {
  quantize_loop<Rounding::half_up>(grid, values, size, bytes);
}

BENCH_FOR_EVERY_ISA
void half_away(const ByteGrid& grid, const float* values, std::size_t size, std::uint8_t* bytes) {
  quantize_loop<Rounding::half_away>(grid, values, size, bytes);
}

// Colour images: a pixel's three bytes are put together as one word, and words are written three
// bytes apart, each over the last one's fourth byte.
BENCH_FOR_EVERY_ISA
void join_three(const std::uint8_t* planes, std::int64_t pixels, std::uint32_t* words) {
  const std::uint8_t *a = planes, *b = planes + pixels, *c = planes + 2 * pixels;
  for (std::int64_t i = 0; i < pixels; ++i) {
    words[i] = std::uint32_t{a[i]} | std::uint32_t{b[i]} << 8 | std::uint32_t{c[i]} << 16;
  }
}

// Blocks that stay in the first cache.
constexpr std::int64_t block = 32;

template <class T>
void transpose_blocks(const T* from, std::int64_t rows, std::int64_t columns, T* to) {
  for (std::int64_t r = 0; r < rows; r += block) {
    const std::int64_t last_row = std::min(rows, r + block);
    for (std::int64_t c = 0; c < columns; c += block) {
      const std::int64_t last_column = std::min(columns, c + block);
      for (std::int64_t j = c; j < last_column; ++j) {
        for (std::int64_t i = r; i < last_row; ++i) to[j * rows + i] = from[i * columns + j];
      }
    }
  }
}

BENCH_FOR_EVERY_ISA
void dequantize_loop(float scale, std::int32_t zero, const std::uint8_t* bytes, std::size_t size,
                     float* values) {
  for (std::size_t i = 0; i < size; ++i) {
    values[i] = static_cast<float>(std::int32_t{bytes[i]} - zero) * scale;
  }
}

void interleave_three(const std::uint8_t* planes, std::int64_t pixels, std::uint8_t* bytes) {
  constexpr std::int64_t at_once = 256;
  std::array<std::uint32_t, at_once> words;
  std::array<std::uint8_t, 3 * at_once> rows;
  for (std::int64_t start = 0; start < pixels; start += at_once) {
    const std::int64_t n = std::min(at_once, pixels - start);
    for (std::int64_t c = 0; c < 3; ++c) {
      std::copy_n(planes + c * pixels + start, n, rows.begin() + c * n);
    }
    join_three(rows.data(), n, words.data());
    std::uint8_t* to = bytes + 3 * start;
    for (std::int64_t i = 0; i + 1 < n; ++i) {
      __builtin_memcpy(to + 3 * i, &words[static_cast<std::size_t>(i)], 4);
    }
    __builtin_memcpy(to + 3 * (n - 1), &words[static_cast<std::size_t>(n - 1)], 3);
  }
}

}  // namespace

ByteGrid::ByteGrid(const Grid& grid)
    : scale(grid.scale[0]),
      low(lowest(grid) - grid.zero_point[0]),
      high(highest(grid) - grid.zero_point[0]),
      zero(grid.zero_point[0] + byte_offset(grid)),
      rounding(grid.rounding) {}

void quantize(const ByteGrid& grid, std::span<const float> values, std::uint8_t* bytes) {
  switch (grid.rounding) {
    case Rounding::half_even: return half_even(grid, values.data(), values.size(), bytes);
    case Rounding::half_up: return half_up(grid, values.data(), values.size(), bytes);
    case Rounding::half_away: return half_away(grid, values.data(), values.size(), bytes);
  }
}

void quantize_planes(const ByteGrid& grid, const float* planes, std::int64_t channels,
                     std::int64_t pixels, std::uint8_t* bytes, std::uint8_t* scratch) {
  const auto size = static_cast<std::size_t>(channels * pixels);
  if (channels == 1 || pixels == 1) return quantize(grid, {planes, size}, bytes);
  quantize(grid, {planes, size}, scratch);
  if (channels == 3) return interleave_three(scratch, pixels, bytes);
  transpose(scratch, channels, pixels, bytes);
}

void dequantize(const ByteGrid& grid, std::span<const std::uint8_t> bytes, float* values) {
  dequantize_loop(grid.scale, grid.zero, bytes.data(), bytes.size(), values);
}

void dequantize_planes(const ByteGrid& grid, const std::uint8_t* bytes, std::int64_t channels,
                       std::int64_t pixels, float* planes) {
  std::array<float, 256> table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<float>(static_cast<std::int32_t>(i) - grid.zero) * grid.scale;
  }
  for (std::int64_t p = 0; p < pixels; p += block) {
    const std::int64_t last = std::min(pixels, p + block);
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t i = p; i < last; ++i) {
        planes[c * pixels + i] = table[bytes[i * channels + c]];
      }
    }
  }
}

void transpose(const std::uint8_t* from, std::int64_t rows, std::int64_t columns,
               std::uint8_t* to) {
  transpose_blocks(from, rows, columns, to);
}

void transpose(const float* from, std::int64_t rows, std::int64_t columns, float* to) {
  transpose_blocks(from, rows, columns, to);
}

}  // namespace bench::int8
