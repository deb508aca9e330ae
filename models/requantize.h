#pragma once
// From the int32 sums of an integer convolution to the integers of the next grid:
//
//   q = clamp(multiplied(sum, M) + zero_point, lowest, highest)     M = input * weight / output
//   scale
//
// Three definitions of `multiplied` are in use, and they differ in what they round, how often, and
// to which side. Each is given here exactly, for every int32 and every M below 2^30; a backend that
// claims a mode gives these integers, bit for bit. A fused activation is a narrower clamp.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/registry.h"

namespace bench {

enum class Requantization {
  fixed_point,  ///< integers, rounded twice: gemmlowp, most TFLite kernels
  tflite,       ///< integers, rounded once: TFLite built with TFLITE_SINGLE_ROUNDING
  float_scale,  ///< one float product, half to even: XNNPACK, ONNX Runtime, oneDNN
};

/// fixed-point, tflite, float-scale.
std::span<const Entry<Requantization>> requantizations();

/// mantissa * 2^(shift - 31). The mantissa is 2^30 .. 2^31 - 1, or 0; the shift -31 .. 30.
struct FixedMultiplier {
  std::int32_t mantissa = 0;
  int shift = 0;
  friend bool operator==(const FixedMultiplier&, const FixedMultiplier&) = default;
};

/// The nearest one, half away from zero. Below 2^-32 it is 0. REQUIRES 0 < value < 2^30.
/// Source: TFLite's QuantizeMultiplier.
FixedMultiplier fixed_multiplier(double value);

/// floor(a * b / 2^31 + 1/2), saturated: only (-2^31)^2 needs it. ARM's VQRDMULH.
/// Source: gemmlowp's SaturatingRoundingDoublingHighMul; Jacob et al., CVPR 2018, appendix B.
std::int32_t doubling_high_product(std::int32_t a, std::int32_t b);

/// value / 2^exponent, half away from zero. REQUIRES 0 <= exponent <= 31.
/// Source: gemmlowp's RoundingDivideByPOT.
std::int32_t divide_by_power_of_two(std::int32_t value, int exponent);

/// doubling_high_product of value (shifted left and saturated, where the shift is positive) and the
/// mantissa, then divide_by_power_of_two (where it is negative): two roundings.
/// Source: TFLite's MultiplyByQuantizedMultiplier, whose left shift wraps; it must not come to
/// that.
std::int32_t multiply_fixed_point(std::int32_t value, FixedMultiplier multiplier);

/// floor(value * mantissa / 2^(31 - shift) + 1/2), saturated: one rounding, half up.
/// Source: TFLite's MultiplyByQuantizedMultiplier with TFLITE_SINGLE_ROUNDING.
std::int32_t multiply_tflite(std::int32_t value, FixedMultiplier multiplier);

/// The float nearest to value, times the multiplier in float, half to even, saturated.
/// Source: XNNPACK's fp32 requantisation.
std::int32_t multiply_float(std::int32_t value, float multiplier);

/// Where the integers go. REQUIRES lowest <= highest, all three within 17 bits with their sign.
struct TargetRange {
  std::int32_t zero_point = 0, lowest = -128, highest = 127;
};

/// input_scale * weight_scale / output_scale for every channel, in double.
std::vector<double> real_multipliers(float input_scale, std::span<const float> weight_scales,
                                     float output_scale);

/// One layer's requantisation: a multiplier for all channels or one for each.
class Requantizer {
 public:
  /// Throws Error{bad_data} naming `layer` and the channel: a multiplier that is not a number above
  /// 0 and below 2^30, none at all, a target range that is empty or beyond 16 bits.
  Requantizer(Requantization mode, std::span<const double> multipliers, TargetRange target,
              std::string_view layer);

  /// The same with `offset` added to every result: for numbers stored with an offset.
  /// REQUIRES a target range that stays within 17 bits.
  Requantizer moved_by(std::int32_t offset) const;

  Requantization mode() const { return mode_; }
  const TargetRange& target() const { return target_; }
  std::size_t channels() const { return scale_.size(); }
  FixedMultiplier fixed(std::size_t channel) const;
  float scale(std::size_t channel) const { return scale_[channel]; }

  /// The definition. REQUIRES channel < channels().
  std::int32_t apply(std::int32_t sum, std::size_t channel) const;

  /// The same for many sums of one channel. Out: std::int8_t, std::uint8_t, std::int32_t.
  /// REQUIRES as many results as sums, channel < channels(), a target range that Out can hold.
  template <class Out>
  void apply(std::span<const std::int32_t> sums, std::size_t channel, std::span<Out> results) const;

  /// The same where channels are innermost: sums[i] belongs to channel i % channels().
  template <class Out>
  void apply_interleaved(std::span<const std::int32_t> sums, std::span<Out> results) const;

 private:
  Requantization mode_;
  TargetRange target_;
  std::vector<std::int32_t> mantissa_, shift_;
  std::vector<float> scale_;
};

}  // namespace bench
