#pragma once
// Quantised tensors that meet on another grid: the integer meaning of a residual add, an average
// and a concatenation, in every mode of models/requantize.h.

#include <cstdint>
#include <string_view>

#include "models/requantize.h"

namespace bench {

/// value = scale * (number - zero_point)
struct Scaled {
  float scale = 1;
  std::int32_t zero_point = 0;
};

/// a + b on the grid of the sum.
///
/// fixed-point, tflite: with T = 2 max(scale a, scale b), both are brought to the scale T / 2^20,
/// are added there, and the sum is brought to the output's:
///   multiplied(multiplied((a - za) 2^20, scale a / T) + multiplied((b - zb) 2^20, scale b / T),
///              T / (2^20 output scale))
/// Source: TFLite's reference add of 8-bit tensors, whose left shift is 20.
///
/// float-scale: half_even(float(a - za) ra + float(b - zb) rb), r = scale / output scale; both
/// products and their sum are rounded to float, nothing is fused.
class RescaledAdd {
 public:
  /// Throws Error{bad_data} naming `layer`: as Requantizer, and scales that are not positive.
  RescaledAdd(Requantization mode, Scaled a, Scaled b, float output_scale, TargetRange target,
              std::string_view layer);

  /// REQUIRES numbers and their zero points of 8 bits, signed or not.
  std::int32_t apply(std::int32_t a, std::int32_t b) const;

  // The parts, for backends. In the integer modes the result is output().apply(term_a(a) +
  // term_b(b), 0); in float-scale the products of a - a().zero_point and float_a(), b's likewise,
  // are added and rounded onto output().target().
  const Scaled& a() const { return a_; }
  const Scaled& b() const { return b_; }
  std::int32_t term_a(std::int32_t number) const;
  std::int32_t term_b(std::int32_t number) const;
  FixedMultiplier fixed_a() const { return fixed_a_; }
  FixedMultiplier fixed_b() const { return fixed_b_; }
  float float_a() const { return float_a_; }
  float float_b() const { return float_b_; }
  const Requantizer& output() const { return output_; }

 private:
  float float_sum(std::int32_t a, std::int32_t b) const;

  Scaled a_, b_;
  FixedMultiplier fixed_a_, fixed_b_;
  float float_a_, float_b_;
  Requantizer output_;
};

/// A tensor's numbers on another grid: apply it to number - input.zero_point. Where the two grids
/// are equal, a concatenation copies and this gives the same. Throws like RescaledAdd. Source:
/// TFLite's int8 to int8 Quantize and fixed-point Concatenation.
Requantizer rescaler(Requantization mode, Scaled input, float output_scale, TargetRange target,
                     std::string_view layer);

/// An average of `count` numbers on another grid: apply it to their sum - count * input.zero_point.
/// REQUIRES count > 0. Throws like RescaledAdd.
Requantizer averager(Requantization mode, Scaled input, std::int32_t count, float output_scale,
                     TargetRange target, std::string_view layer);

/// An average of `count` numbers on their own grid, in the modes fixed-point and tflite: the sum of
/// the numbers as they are / count, half away from the number 0 (not from the zero point). In the
/// mode float-scale it is the averager's matter. REQUIRES count > 0.
/// Source: TFLite's reference average pool.
std::int32_t average_on_own_grid(std::int32_t sum, std::int32_t count);

}  // namespace bench
