#include "bench/onednn/grid_loops.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

// Sanitizers start after the loader has chosen a clone, and would crash in the choosing.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define BENCH_FOR_EVERY_ISA [[gnu::target_clones("default", "avx2", "avx512f")]]
#define BENCH_HAS_CLONES 1
#else
#define BENCH_FOR_EVERY_ISA
#define BENCH_HAS_CLONES 0
#endif

namespace bench::onednn {
namespace {

// Within +-2^22, adding 1.5 * 2^23 leaves a float no bit below 1: it rounds half to even, and never
// gives -0.
[[gnu::always_inline]] inline float half_even(float x) {
  constexpr float rounder = 0x1.8p23f;
  return (x + rounder) - rounder;
}

// floor(x + 1/2), the sum in float.
[[gnu::always_inline]] inline float half_up(float x) {
  const float moved = x + 0.5f;
  const float nearest = half_even(moved);
  return nearest > moved ? nearest - 1.0f : nearest;
}

// Towards 0 after a step away from it: of the largest float below 1/2, whose sum with what lies
// below a tie stays below the next integer, and whose sum with a tie is rounded up to it.
[[gnu::always_inline]] inline float half_away(float x) {
  constexpr float step = 0x1.fffffep-2f;
  return static_cast<float>(static_cast<std::int32_t>(x + std::copysign(step, x)));
}

template <Rounding rounding>
[[gnu::always_inline]] inline float rounded(float x) {
  if constexpr (rounding == Rounding::half_even) return half_even(x);
  if constexpr (rounding == Rounding::half_up) return half_up(x);
  return half_away(x);
}

// Bounds are integers, so clamping before or after rounding is the same. NaN stands for 0.
template <Rounding rounding>
[[gnu::always_inline]] inline float one(float x, float scale, float low, float high, float offset) {
  const float quotient = (x - offset) / scale;
  const float number = quotient == quotient ? quotient : 0.0f;
  const float clamped = std::min(std::max(number, low), high);
  return rounded<rounding>(clamped) * scale + offset;
}

[[gnu::always_inline]] inline float sign_of(float x, float scale) { return x < 0 ? -scale : scale; }

[[gnu::always_inline]] inline void run_binary(float scale, const float* values, float* results,
                                              std::size_t size) {
#pragma GCC ivdep
  for (std::size_t i = 0; i < size; ++i) results[i] = sign_of(values[i], scale);
}

[[gnu::always_inline]] inline void run_binary_rows(const std::vector<float>& scales,
                                                   const float* values, float* results,
                                                   std::size_t rows) {
  const float* scale = scales.data();
  const std::size_t size = scales.size();
  for (std::size_t row = 0; row < rows; ++row, values += size, results += size) {
#pragma GCC ivdep
    for (std::size_t i = 0; i < size; ++i) results[i] = sign_of(values[i], scale[i]);
  }
}

template <Rounding rounding>
[[gnu::always_inline]] inline void run(const FloatGrid& grid, std::size_t index,
                                       const float* values, float* results, std::size_t size) {
  const float scale = grid.scale[index], offset = grid.offset[index];
  const float low = grid.low[index], high = grid.high[index];
#pragma GCC ivdep
  for (std::size_t i = 0; i < size; ++i) {
    results[i] = one<rounding>(values[i], scale, low, high, offset);
  }
}

template <Rounding rounding>
[[gnu::always_inline]] inline void run_rows(const FloatGrid& grid, const float* values,
                                            float* results, std::size_t rows) {
  const float *scale = grid.scale.data(), *offset = grid.offset.data();
  const float *low = grid.low.data(), *high = grid.high.data();
  const std::size_t size = grid.scale.size();
  for (std::size_t row = 0; row < rows; ++row, values += size, results += size) {
#pragma GCC ivdep
    for (std::size_t i = 0; i < size; ++i) {
      results[i] = one<rounding>(values[i], scale[i], low[i], high[i], offset[i]);
    }
  }
}

}  // namespace

FloatGrid::FloatGrid(const Grid& grid)
    : scale(grid.scale),
      offset(grid.scale.size(), 0.0f),
      rounding(grid.rounding),
      binary(is_binary(grid)) {
  const bool from_offset = !grid.offset.empty();
  if (from_offset) offset = grid.offset;
  for (std::size_t i = 0; i < scale.size(); ++i) {
    const std::int32_t zero = from_offset ? 0 : grid.zero_point[i];
    low.push_back(static_cast<float>(lowest(grid) - zero));
    high.push_back(static_cast<float>(highest(grid) - zero));
  }
}

std::string loop_name() {
#if BENCH_HAS_CLONES
  if (__builtin_cpu_supports("avx512f")) return "loop:avx512f";
  if (__builtin_cpu_supports("avx2")) return "loop:avx2";
#endif
  return "loop:default";
}

BENCH_FOR_EVERY_ISA
void put_on_grid(const FloatGrid& grid, std::size_t index, const float* values, float* results,
                 std::size_t size) {
  if (grid.binary) return run_binary(grid.scale[index], values, results, size);
  switch (grid.rounding) {
    case Rounding::half_even: return run<Rounding::half_even>(grid, index, values, results, size);
    case Rounding::half_up: return run<Rounding::half_up>(grid, index, values, results, size);
    case Rounding::half_away: return run<Rounding::half_away>(grid, index, values, results, size);
  }
}

BENCH_FOR_EVERY_ISA
void put_rows_on_grid(const FloatGrid& grid, const float* values, float* results,
                      std::size_t rows) {
  if (grid.binary) return run_binary_rows(grid.scale, values, results, rows);
  switch (grid.rounding) {
    case Rounding::half_even: return run_rows<Rounding::half_even>(grid, values, results, rows);
    case Rounding::half_up: return run_rows<Rounding::half_up>(grid, values, results, rows);
    case Rounding::half_away: return run_rows<Rounding::half_away>(grid, values, results, rows);
  }
}

// A minimum over all would be taken one by one; so each of 64 lanes has its own. Magnitudes are
// compared as integers, where infinity and NaN are the largest.
BENCH_FOR_EVERY_ISA
Extremes extremes_of(const float* values, std::size_t size) {
  constexpr std::size_t kLanes = 64;
  std::array<float, kLanes> least, most;
  std::array<std::uint32_t, kLanes> magnitude{};
  least.fill(values[0]);
  most.fill(values[0]);
  const auto see = [&](std::size_t lane, float x) __attribute__((always_inline)) {
    least[lane] = std::min(least[lane], x);
    most[lane] = std::max(most[lane], x);
    magnitude[lane] = std::max(magnitude[lane], std::bit_cast<std::uint32_t>(x) & 0x7fffffffu);
  };
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) see(lane, values[i + lane]);
  }
  for (; i < size; ++i) see(0, values[i]);
  constexpr std::uint32_t infinity = 0x7f800000u;
  return {*std::ranges::min_element(least), *std::ranges::max_element(most),
          *std::ranges::max_element(magnitude) < infinity};
}

}  // namespace bench::onednn
