#include "models/requantize_loops.h"

#include <algorithm>
#include <limits>

// Sanitizers start after the loader has chosen a clone, and would crash in the choosing.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define BENCH_FOR_EVERY_ISA [[gnu::target_clones("default", "avx2", "avx512f")]]
#else
#define BENCH_FOR_EVERY_ISA
#endif

namespace bench::loops {
namespace {

// The target range before the zero point is added: then nothing can overflow.
struct Bounds {
  explicit Bounds(const TargetRange& target)
      : low(target.lowest - target.zero_point),
        high(target.highest - target.zero_point),
        zero_point(target.zero_point) {}
  std::int32_t low, high, zero_point;
};

[[gnu::always_inline]] inline std::int32_t saturated(std::int64_t value) {
  constexpr std::int64_t low = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t high = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::min(std::max(value, low), high));
}

[[gnu::always_inline]] inline std::int32_t onto(const Bounds& bounds, std::int64_t value) {
  const std::int64_t clamped =
      std::min(std::max(value, std::int64_t{bounds.low}), std::int64_t{bounds.high});
  return static_cast<std::int32_t>(clamped) + bounds.zero_point;
}

// Division, half away from zero, is floor((x + half - (x < 0)) / 2^right), and x itself where right
// is 0 and half is 0.
[[gnu::always_inline]] inline std::int32_t one_fixed_point(std::int32_t sum, std::int32_t mantissa,
                                                           std::int32_t shift,
                                                           const Bounds& bounds) {
  const std::int32_t left = std::max(shift, 0);
  const std::int32_t right = std::max(-shift, 0);
  const std::int64_t shifted = saturated(std::int64_t{sum} << left);
  const std::int64_t product = (shifted * mantissa + (std::int64_t{1} << 30)) >> 31;
  const std::int64_t half = (std::int64_t{1} << right) >> 1;
  const std::int64_t nudge = product < 0 && right > 0 ? half - 1 : half;
  return onto(bounds, (product + nudge) >> right);
}

[[gnu::always_inline]] inline std::int32_t one_tflite(std::int32_t sum, std::int32_t mantissa,
                                                      std::int32_t shift, const Bounds& bounds) {
  const std::int32_t right = 31 - shift;
  const std::int64_t half = std::int64_t{1} << (right - 1);
  return onto(bounds, (std::int64_t{sum} * mantissa + half) >> right);
}

// Within +-2^22, adding 1.5 * 2^23 leaves a float no bit below 1: it rounds half to even.
[[gnu::always_inline]] inline std::int32_t one_float(std::int32_t sum, float scale,
                                                     const Bounds& bounds) {
  constexpr float rounder = 0x1.8p23f;
  const float product = static_cast<float>(sum) * scale;
  const float clamped =
      std::min(std::max(product, static_cast<float>(bounds.low)), static_cast<float>(bounds.high));
  return static_cast<std::int32_t>((clamped + rounder) - rounder) + bounds.zero_point;
}

}  // namespace

BENCH_FOR_EVERY_ISA
void fixed_point(Sums sums, FixedMultiplier multiplier, const TargetRange& target,
                 Results results) {
  const Bounds bounds(target);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    results[i] = one_fixed_point(sums[i], multiplier.mantissa, multiplier.shift, bounds);
  }
}

BENCH_FOR_EVERY_ISA
void fixed_point(Sums sums, Integers mantissas, Integers shifts, const TargetRange& target,
                 Results results) {
  const Bounds bounds(target);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    results[i] = one_fixed_point(sums[i], mantissas[i], shifts[i], bounds);
  }
}

BENCH_FOR_EVERY_ISA
void tflite(Sums sums, FixedMultiplier multiplier, const TargetRange& target, Results results) {
  const Bounds bounds(target);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    results[i] = one_tflite(sums[i], multiplier.mantissa, multiplier.shift, bounds);
  }
}

BENCH_FOR_EVERY_ISA
void tflite(Sums sums, Integers mantissas, Integers shifts, const TargetRange& target,
            Results results) {
  const Bounds bounds(target);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    results[i] = one_tflite(sums[i], mantissas[i], shifts[i], bounds);
  }
}

BENCH_FOR_EVERY_ISA
void float_scale(Sums sums, float scale, const TargetRange& target, Results results) {
  const Bounds bounds(target);
  for (std::size_t i = 0; i < sums.size(); ++i) results[i] = one_float(sums[i], scale, bounds);
}

BENCH_FOR_EVERY_ISA
void float_scale(Sums sums, std::span<const float> scales, const TargetRange& target,
                 Results results) {
  const Bounds bounds(target);
  for (std::size_t i = 0; i < sums.size(); ++i) results[i] = one_float(sums[i], scales[i], bounds);
}

}  // namespace bench::loops
