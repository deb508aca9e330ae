#include "models/requantize.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>

#include "models/error.h"
#include "models/requantize_loops.h"

namespace bench {
namespace {

constexpr double too_large = 0x1p30;

constexpr Entry<Requantization> entries[] = {
    {"fixed-point", "integers, rounded twice (gemmlowp)", Requantization::fixed_point},
    {"tflite", "integers, rounded once, half up (TFLITE_SINGLE_ROUNDING)", Requantization::tflite},
    {"float-scale", "one float product, half to even", Requantization::float_scale},
};

std::int32_t saturated(std::int64_t value) {
  using Limits = std::numeric_limits<std::int32_t>;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, Limits::min(), Limits::max()));
}

void check_multipliers(std::span<const double> multipliers, std::string_view layer) {
  if (multipliers.empty()) {
    throw Error(Fault::bad_data, std::string(layer) + ": requantisation without a multiplier");
  }
  for (std::size_t c = 0; c < multipliers.size(); ++c) {
    if (multipliers[c] > 0 && multipliers[c] < too_large) continue;
    throw Error(Fault::bad_data, std::string(layer) + ": channel " + std::to_string(c) +
                                     " would be requantised by " + std::to_string(multipliers[c]) +
                                     "; it must be above 0 and below 2^30: check the scales");
  }
}

void check_target(const TargetRange& target, std::string_view layer) {
  constexpr std::int32_t limit = 1 << 16;
  const auto within = [](std::int32_t x) { return x >= -limit && x <= limit; };
  if (target.lowest <= target.highest && within(target.lowest) && within(target.highest) &&
      within(target.zero_point)) {
    return;
  }
  throw Error(Fault::bad_data,
              std::string(layer) + ": requantisation to " + std::to_string(target.lowest) + " .. " +
                  std::to_string(target.highest) + " with zero point " +
                  std::to_string(target.zero_point) + ": the range is empty or beyond 16 bits");
}

// Calls work(sums, results, index of the first) for blocks that fit on the stack, then narrows.
constexpr std::size_t block = 512;
template <class Out, class Work>
void in_blocks(std::span<const std::int32_t> sums, std::span<Out> results, const Work& work) {
  assert(sums.size() == results.size());
  std::array<std::int32_t, block> numbers;
  for (std::size_t start = 0; start < sums.size(); start += block) {
    const std::size_t count = std::min(block, sums.size() - start);
    work(sums.subspan(start, count), std::span(numbers).first(count), start);
    for (std::size_t i = 0; i < count; ++i) results[start + i] = static_cast<Out>(numbers[i]);
  }
}

}  // namespace

std::span<const Entry<Requantization>> requantizations() { return entries; }

FixedMultiplier fixed_multiplier(double value) {
  assert(value > 0 && value < too_large);
  int shift = 0;
  const double fraction = std::frexp(value, &shift);  // 1/2 <= fraction < 1
  auto mantissa = static_cast<std::int64_t>(std::round(fraction * 0x1p31));
  if (mantissa == std::int64_t{1} << 31) {
    mantissa /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  if (shift > 30) return {std::numeric_limits<std::int32_t>::max(), 30};
  return {static_cast<std::int32_t>(mantissa), shift};
}

std::int32_t doubling_high_product(std::int32_t a, std::int32_t b) {
  return saturated((std::int64_t{a} * b + (std::int64_t{1} << 30)) >> 31);
}

std::int32_t divide_by_power_of_two(std::int32_t value, int exponent) {
  const std::int64_t half = (std::int64_t{1} << exponent) >> 1;
  const std::int64_t magnitude = (std::abs(std::int64_t{value}) + half) >> exponent;
  return saturated(value < 0 ? -magnitude : magnitude);
}

std::int32_t multiply_fixed_point(std::int32_t value, FixedMultiplier multiplier) {
  const int left = std::max(multiplier.shift, 0);
  const int right = std::max(-multiplier.shift, 0);
  const std::int32_t shifted = saturated(std::int64_t{value} << left);
  return divide_by_power_of_two(doubling_high_product(shifted, multiplier.mantissa), right);
}

std::int32_t multiply_tflite(std::int32_t value, FixedMultiplier multiplier) {
  const int shift = 31 - multiplier.shift;  // 1 .. 62: product and half stay below 2^63
  const std::int64_t half = std::int64_t{1} << (shift - 1);
  return saturated((std::int64_t{value} * multiplier.mantissa + half) >> shift);
}

std::int32_t multiply_float(std::int32_t value, float multiplier) {
  const float product = std::nearbyint(static_cast<float>(value) * multiplier);
  if (product >= 0x1p31f) return std::numeric_limits<std::int32_t>::max();
  if (product < -0x1p31f) return std::numeric_limits<std::int32_t>::min();
  return static_cast<std::int32_t>(product);
}

std::vector<double> real_multipliers(float input_scale, std::span<const float> weight_scales,
                                     float output_scale) {
  std::vector<double> result;
  result.reserve(weight_scales.size());
  for (const float weight_scale : weight_scales) {
    result.push_back(double{input_scale} * double{weight_scale} / double{output_scale});
  }
  return result;
}

Requantizer::Requantizer(Requantization mode, std::span<const double> multipliers,
                         TargetRange target, std::string_view layer)
    : mode_(mode), target_(target) {
  check_multipliers(multipliers, layer);
  check_target(target, layer);
  for (const double multiplier : multipliers) {
    const FixedMultiplier fixed = fixed_multiplier(multiplier);
    mantissa_.push_back(fixed.mantissa);
    shift_.push_back(fixed.shift);
    scale_.push_back(static_cast<float>(multiplier));
  }
}

Requantizer Requantizer::moved_by(std::int32_t offset) const {
  Requantizer moved = *this;
  moved.target_.zero_point += offset;
  moved.target_.lowest += offset;
  moved.target_.highest += offset;
  return moved;
}

FixedMultiplier Requantizer::fixed(std::size_t channel) const {
  return {mantissa_[channel], shift_[channel]};
}

std::int32_t Requantizer::apply(std::int32_t sum, std::size_t channel) const {
  const auto multiplied = [&] {
    switch (mode_) {
      case Requantization::fixed_point: return multiply_fixed_point(sum, fixed(channel));
      case Requantization::tflite: return multiply_tflite(sum, fixed(channel));
      case Requantization::float_scale: break;
    }
    return multiply_float(sum, scale_[channel]);
  };
  const std::int64_t number = std::int64_t{multiplied()} + target_.zero_point;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(number, target_.lowest, target_.highest));
}

template <class Out>
void Requantizer::apply(std::span<const std::int32_t> sums, std::size_t channel,
                        std::span<Out> results) const {
  in_blocks(sums, results, [&](auto from, auto to, std::size_t) {
    switch (mode_) {
      case Requantization::fixed_point:
        return loops::fixed_point(from, fixed(channel), target_, to);
      case Requantization::tflite: return loops::tflite(from, fixed(channel), target_, to);
      case Requantization::float_scale:
        return loops::float_scale(from, scale_[channel], target_, to);
    }
  });
}

template <class Out>
void Requantizer::apply_interleaved(std::span<const std::int32_t> sums,
                                    std::span<Out> results) const {
  for (std::size_t start = 0; start < sums.size(); start += channels()) {
    const std::size_t row = std::min(channels(), sums.size() - start);
    in_blocks(sums.subspan(start, row), results.subspan(start, row),
              [&](auto from, auto to, std::size_t first) {
                const auto mantissas = std::span(mantissa_).subspan(first);
                const auto shifts = std::span(shift_).subspan(first);
                switch (mode_) {
                  case Requantization::fixed_point:
                    return loops::fixed_point(from, mantissas, shifts, target_, to);
                  case Requantization::tflite:
                    return loops::tflite(from, mantissas, shifts, target_, to);
                  case Requantization::float_scale:
                    return loops::float_scale(from, std::span(scale_).subspan(first), target_, to);
                }
              });
  }
}

#define BENCH_INSTANTIATE(Out)                                                                 \
  template void Requantizer::apply(std::span<const std::int32_t>, std::size_t, std::span<Out>) \
      const;                                                                                   \
  template void Requantizer::apply_interleaved(std::span<const std::int32_t>, std::span<Out>) const;
BENCH_INSTANTIATE(std::int8_t)
BENCH_INSTANTIATE(std::uint8_t)
BENCH_INSTANTIATE(std::int32_t)
#undef BENCH_INSTANTIATE

}  // namespace bench
