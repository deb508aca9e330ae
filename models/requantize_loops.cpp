#include "models/requantize_loops.h"

#include <algorithm>
#include <limits>

#include "models/every_isa.h"

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

[[gnu::always_inline]] inline std::int32_t onto(const Bounds& bounds, std::int64_t value) {
  const std::int64_t clamped =
      std::min(std::max(value, std::int64_t{bounds.low}), std::int64_t{bounds.high});
  return static_cast<std::int32_t>(clamped) + bounds.zero_point;
}

// No "half" is added before a shift: floor(x / 2^n + 1/2) = floor((floor(2 x / 2^n) + 1) / 2). That
// spares a 64-bit shift of a constant, which g++ 12 does not turn into vectors.

// Half up becomes half away from zero with 2 x - 1 for a negative x: only ties feel it, and x
// itself is kept where n is 0. A sum that would not survive the left shift is cut to one that lies
// beyond every range too: at least 2^30 before the product, 2^29 after it.
[[gnu::always_inline]] inline std::int32_t one_fixed_point(std::int32_t sum, std::int32_t mantissa,
                                                           std::int32_t shift,
                                                           const Bounds& bounds) {
  const std::int32_t left = std::max(shift, 0);
  const std::int32_t right = std::max(-shift, 0);
  const std::int32_t most = std::numeric_limits<std::int32_t>::max() >> left;
  const std::int32_t shifted = std::min(std::max(sum, -most - 1), most) << left;
  const std::int64_t product = (std::int64_t{shifted} * mantissa + (std::int64_t{1} << 30)) >> 31;
  const std::int64_t doubled = 2 * product + (product >> 63);
  return onto(bounds, ((doubled >> right) + 1) >> 1);
}

[[gnu::always_inline]] inline std::int32_t one_tflite(std::int32_t sum, std::int32_t mantissa,
                                                      std::int32_t shift, const Bounds& bounds) {
  const std::int64_t product = std::int64_t{sum} * mantissa;
  return onto(bounds, ((product >> (30 - shift)) + 1) >> 1);
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
