#include "bench/backends/int8/finish.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace bench::int8 {
namespace {

constexpr std::int32_t shift_of(bool is_signed) { return is_signed ? 128 : 0; }

Range stored(const TargetRange& target, bool is_signed) {
  const std::int32_t up = shift_of(is_signed);
  return {target.zero_point + up, target.lowest + up, target.highest + up};
}

StoredAdd stored(const FusedAdd& add, const Convolution::Options& options) {
  const RescaledAdd& rule = add.rule;
  const bool first = add.layer_is_first;
  const Scaled& layer = first ? rule.a() : rule.b();
  const Scaled& other = first ? rule.b() : rule.a();
  return {.mode = rule.output().mode(),
          .layer_zero_point = layer.zero_point + shift_of(options.result_is_signed),
          .other_zero_point = other.zero_point + shift_of(add.other_is_signed),
          .layer_fixed = first ? rule.fixed_a() : rule.fixed_b(),
          .other_fixed = first ? rule.fixed_b() : rule.fixed_a(),
          .sum_fixed = rule.output().fixed(0),
          .layer_ratio = first ? rule.float_a() : rule.float_b(),
          .other_ratio = first ? rule.float_b() : rule.float_a(),
          .range = stored(rule.output().target(), add.sum_is_signed)};
}

template <class T, class From>
std::vector<T> padded(const Channels& channels, const From& from) {
  std::vector<T> result(static_cast<std::size_t>(channels.padded()));
  const std::int64_t count = channels.groups * channels.per_group;
  for (std::int64_t c = 0; c < count; ++c) {
    result[static_cast<std::size_t>(channels.padded_channel(c))] =
        from(static_cast<std::size_t>(c));
  }
  return result;
}

// A margin for the rounding of the product.
bool within_31_bits(const Requantizer& requantizer, std::int64_t largest_sum) {
  for (std::size_t c = 0; c < requantizer.channels(); ++c) {
    const double largest = static_cast<double>(largest_sum) * double{requantizer.scale(c)};
    if (largest >= 0x1p30) return false;
  }
  return true;
}

Finish::Kind kind_of(const integer::Layer& layer, std::int64_t largest_sum) {
  const bool quick = layer.requantizer->mode() == Requantization::float_scale &&
                     within_31_bits(*layer.requantizer, largest_sum) &&
                     (!layer.negative || within_31_bits(*layer.negative, largest_sum));
  return quick ? Finish::Kind::float_scale : Finish::Kind::any_mode;
}

Finish::Multipliers multipliers_of(const Requantizer& rule, const Channels& channels) {
  const auto one_of = [&](std::size_t c) { return rule.channels() == 1 ? 0 : c; };
  if (rule.mode() == Requantization::float_scale) {
    return {padded<float>(channels, [&](auto c) { return rule.scale(one_of(c)); }), {}, {}};
  }
  return {{},
          padded<std::int32_t>(channels, [&](auto c) { return rule.fixed(one_of(c)).mantissa; }),
          padded<std::int32_t>(channels, [&](auto c) { return rule.fixed(one_of(c)).shift; })};
}

bool some_left(const Finish::Multipliers& by) {
  return std::ranges::any_of(by.shift, [](std::int32_t shift) { return shift > 0; });
}

std::int32_t onto(const Range& range, std::int64_t multiplied) {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(multiplied + range.zero_point, range.lowest, range.highest));
}

std::int32_t multiply(Requantization mode, std::int32_t value, FixedMultiplier multiplier) {
  return mode == Requantization::tflite ? multiply_tflite(value, multiplier)
                                        : multiply_fixed_point(value, multiplier);
}

std::int32_t number(const Finish& finish, std::int32_t sum, std::size_t c) {
  const Finish::Multipliers& by = finish.leaky && sum < 0 ? finish.negative : finish.by;
  const std::int32_t multiplied = finish.mode == Requantization::float_scale
                                      ? multiply_float(sum, by.scale[c])
                                      : multiply(finish.mode, sum, {by.mantissa[c], by.shift[c]});
  return onto(finish.range, multiplied);
}

std::int32_t added(const StoredAdd& add, std::int32_t layer, std::int32_t other) {
  constexpr std::int32_t up = 1 << 20;
  const std::int32_t a = layer - add.layer_zero_point;
  const std::int32_t b = other - add.other_zero_point;
  if (add.mode != Requantization::float_scale) {
    const std::int32_t sum =
        multiply(add.mode, a * up, add.layer_fixed) + multiply(add.mode, b * up, add.other_fixed);
    return onto(add.range, multiply(add.mode, sum, add.sum_fixed));
  }
  const float sum =
      static_cast<float>(a) * add.layer_ratio + static_cast<float>(b) * add.other_ratio;
  const float nearest = std::nearbyint(sum) + static_cast<float>(add.range.zero_point);
  return static_cast<std::int32_t>(std::clamp(nearest, static_cast<float>(add.range.lowest),
                                              static_cast<float>(add.range.highest)));
}

void finish_numbers(const Finish& finish, const std::int32_t* sums, const Target& target) {
  for (std::int64_t c = 0; c < target.count; ++c) {
    std::int32_t result = number(finish, sums[c], static_cast<std::size_t>(target.first + c));
    if (finish.add) result = added(*finish.add, result, target.other[c]);
    target.result[c] = static_cast<std::uint8_t>(result);
  }
}

void finish_real(const Finish& finish, const std::int32_t* sums, const Target& target) {
  for (std::int64_t c = 0; c < target.count; ++c) {
    const auto i = static_cast<std::size_t>(target.first + c);
    const float scale = finish.by.scale[i] * target.dynamic_scale;
    target.float_result[c] = static_cast<float>(sums[c]) * scale + finish.float_bias[i];
  }
}

}  // namespace

Finish make_finish(const integer::Layer& layer, const Convolution::Options& options,
                   const Channels& channels, std::int64_t largest_sum) {
  Finish finish;
  if (!layer.requantizer) {
    finish.kind = Finish::Kind::real;
    finish.by.scale = padded<float>(channels, [&](std::size_t c) { return layer.scale[c]; });
    finish.float_bias = padded<float>(channels, [&](std::size_t c) { return layer.float_bias[c]; });
    return finish;
  }
  const Requantizer& rule = *layer.requantizer;
  finish.kind = kind_of(layer, largest_sum);
  finish.mode = rule.mode();
  finish.range = stored(rule.target(), options.result_is_signed);
  finish.by = multipliers_of(rule, channels);
  finish.leaky = layer.negative.has_value();
  if (finish.leaky) finish.negative = multipliers_of(*layer.negative, channels);
  finish.shifts_left = some_left(finish.by) || some_left(finish.negative);
  if (!options.add) return finish;
  finish.add = stored(*options.add, options);
  const StoredAdd& add = *finish.add;
  for (const FixedMultiplier& by : {add.layer_fixed, add.other_fixed, add.sum_fixed}) {
    finish.shifts_left |= by.shift > 0;
  }
  if (finish.add->layer_zero_point != finish.range.zero_point) {
    finish.kind = Finish::Kind::any_mode;
  }
  return finish;
}

void finish_pixels(const Finish& finish, const std::int32_t* sums, std::int64_t sum_stride,
                   std::int64_t pixels, const Target& target) {
  for (std::int64_t p = 0; p < pixels; ++p) {
    if (finish.kind == Finish::Kind::real) {
      finish_real(finish, sums + p * sum_stride, target.after(p));
    } else {
      finish_numbers(finish, sums + p * sum_stride, target.after(p));
    }
  }
}

}  // namespace bench::int8
