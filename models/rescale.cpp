#include "models/rescale.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <string>

#include "models/error.h"

namespace bench {
namespace {

constexpr int add_left_shift = 20;

void check_scale(float scale, std::string_view what, std::string_view layer) {
  if (scale > 0 && std::isfinite(scale)) return;
  throw Error(Fault::bad_data, std::string(layer) + ": the " + std::string(what) + " scale " +
                                   std::to_string(scale) + " is not a positive number");
}

double twice_the_larger(Scaled a, Scaled b) { return 2.0 * double{std::max(a.scale, b.scale)}; }

// What the last step multiplies by. In float the operands were on the output's scale before it;
// then this is only checked: the larger operand's multiplier.
double output_multiplier(Requantization mode, double twice, float output_scale) {
  const double divisor = mode == Requantization::float_scale ? 2 : 1 << add_left_shift;
  return twice / (divisor * double{output_scale});
}

std::int32_t multiply(Requantization mode, std::int32_t value, FixedMultiplier multiplier) {
  return mode == Requantization::tflite ? multiply_tflite(value, multiplier)
                                        : multiply_fixed_point(value, multiplier);
}

Requantizer checked(Requantization mode, Scaled input, double count, float output_scale,
                    TargetRange target, std::string_view layer) {
  check_scale(input.scale, "input", layer);
  check_scale(output_scale, "output", layer);
  const double multiplier[] = {double{input.scale} / (count * double{output_scale})};
  return Requantizer(mode, multiplier, target, layer);
}

Requantizer last_step(Requantization mode, Scaled a, Scaled b, float output_scale,
                      TargetRange target, std::string_view layer) {
  check_scale(a.scale, "first input's", layer);
  check_scale(b.scale, "second input's", layer);
  check_scale(output_scale, "output's", layer);
  const double multiplier[] = {output_multiplier(mode, twice_the_larger(a, b), output_scale)};
  return Requantizer(mode, multiplier, target, layer);
}

}  // namespace

RescaledAdd::RescaledAdd(Requantization mode, Scaled a, Scaled b, float output_scale,
                         TargetRange target, std::string_view layer)
    : a_(a),
      b_(b),
      float_a_(static_cast<float>(double{a.scale} / double{output_scale})),
      float_b_(static_cast<float>(double{b.scale} / double{output_scale})),
      output_(last_step(mode, a, b, output_scale, target, layer)) {
  fixed_a_ = fixed_multiplier(double{a.scale} / twice_the_larger(a, b));
  fixed_b_ = fixed_multiplier(double{b.scale} / twice_the_larger(a, b));
}

// At most 2^9 * 2^20 times 1/2: the sum of two is below 2^31.
std::int32_t RescaledAdd::term_a(std::int32_t number) const {
  return multiply(output_.mode(), (number - a_.zero_point) * (1 << add_left_shift), fixed_a_);
}

std::int32_t RescaledAdd::term_b(std::int32_t number) const {
  return multiply(output_.mode(), (number - b_.zero_point) * (1 << add_left_shift), fixed_b_);
}

float RescaledAdd::float_sum(std::int32_t a, std::int32_t b) const {
  return static_cast<float>(a - a_.zero_point) * float_a_ +
         static_cast<float>(b - b_.zero_point) * float_b_;
}

std::int32_t RescaledAdd::apply(std::int32_t a, std::int32_t b) const {
  if (output_.mode() != Requantization::float_scale) {
    return output_.apply(term_a(a) + term_b(b), 0);
  }
  const TargetRange& target = output_.target();
  // Clamped as float: the sum may be far beyond any integer.
  const float number = std::nearbyint(float_sum(a, b)) + static_cast<float>(target.zero_point);
  return static_cast<std::int32_t>(
      std::clamp(number, static_cast<float>(target.lowest), static_cast<float>(target.highest)));
}

Requantizer rescaler(Requantization mode, Scaled input, float output_scale, TargetRange target,
                     std::string_view layer) {
  return checked(mode, input, 1, output_scale, target, layer);
}

Requantizer averager(Requantization mode, Scaled input, std::int32_t count, float output_scale,
                     TargetRange target, std::string_view layer) {
  assert(count > 0);
  return checked(mode, input, count, output_scale, target, layer);
}

std::int32_t average_on_own_grid(std::int32_t sum, std::int32_t count) {
  assert(count > 0);
  const std::int64_t magnitude = (std::abs(std::int64_t{sum}) + count / 2) / count;
  return static_cast<std::int32_t>(sum < 0 ? -magnitude : magnitude);
}

}  // namespace bench
