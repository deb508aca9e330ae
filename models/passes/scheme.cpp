#include "models/passes/scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/error.h"

namespace bench {
namespace {

float power_of_two_above(float scale) { return std::exp2(std::ceil(std::log2(scale))); }

float scale_of(const Scheme& scheme, float extent, std::int32_t steps) {
  if (!(extent > 0)) return 1;
  const float scale = extent / static_cast<float>(steps);
  return scheme.power_of_two ? power_of_two_above(scale) : scale;
}

Grid form_of(const Scheme& scheme, bool positive) {
  Grid grid;
  grid.bits = scheme.bits;
  grid.is_signed = scheme.is_signed;
  grid.narrow = scheme.narrow;
  grid.rounding = scheme.rounding;
  if (scheme.unsigned_if_positive && positive) grid.is_signed = grid.narrow = false;
  if (scheme.form == Scheme::Form::offset) grid.is_signed = grid.narrow = false;
  return grid;
}

// The zero point is rounded to the nearest number; TensorFlow's and TFLite's round() goes away from
// zero.
float round_zero(const Scheme& scheme, float zero) {
  return scheme.rounding == Rounding::half_even ? std::nearbyint(zero) : std::round(zero);
}

Range range_of(std::span<const float> values) {
  if (values.empty()) return {};
  const auto [least, most] = std::ranges::minmax(values);
  const bool finite = std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
  return {finite ? least : std::nanf(""), most};
}

}  // namespace

Grid grid_for_range(const Scheme& scheme, const Range& range, std::string_view what) {
  if (!std::isfinite(range.min) || !std::isfinite(range.max) || range.min > range.max) {
    throw Error(Fault::bad_data, std::string(what) + ": " + std::to_string(range.min) + " .. " +
                                     std::to_string(range.max) + " is no range for a grid");
  }
  Grid grid = form_of(scheme, range.min >= 0);
  const std::int32_t steps = highest(grid) - lowest(grid);
  if (scheme.form == Scheme::Form::symmetric) {
    const float largest = std::max(std::abs(range.min), std::abs(range.max));
    grid.scale = {scale_of(scheme, largest, std::max(1, highest(grid)))};
  } else if (scheme.form == Scheme::Form::affine) {
    const float least = std::min(range.min, 0.0f), most = std::max(range.max, 0.0f);
    grid.scale = {scale_of(scheme, most - least, steps)};
    const float zero = round_zero(scheme, static_cast<float>(lowest(grid)) - least / grid.scale[0]);
    grid.zero_point = {std::clamp(static_cast<std::int32_t>(zero), lowest(grid), highest(grid))};
  } else {
    grid.offset = {range.min};
    grid.scale = {scale_of(scheme, range.max - range.min, highest(grid))};
  }
  validate(grid, what);
  return grid;
}

Grid grid_for_weights(const Scheme& scheme, bool per_channel, const Tensor& weights,
                      std::string_view what) {
  const auto values = weights.data<float>();
  if (!per_channel) return grid_for_range(scheme, range_of(values), what);
  const auto channels = static_cast<std::size_t>(weights.dim(0));
  const std::size_t length = values.size() / channels;
  Grid all = form_of(scheme, range_of(values).min >= 0);
  Scheme same = scheme;  // one kind of number for all channels
  same.is_signed = all.is_signed;
  same.narrow = all.narrow;
  same.unsigned_if_positive = false;
  all.axis = 0;
  all.scale.clear();
  all.zero_point.clear();
  for (std::size_t c = 0; c < channels; ++c) {
    const Grid one = grid_for_range(same, range_of(values.subspan(c * length, length)),
                                    std::string(what) + ", channel " + std::to_string(c));
    all.scale.push_back(one.scale[0]);
    all.zero_point.push_back(one.zero_point[0]);
    all.offset.insert(all.offset.end(), one.offset.begin(), one.offset.end());
  }
  return all;
}

void make_room_for_bias(const Grid& input, Grid& weight, const Tensor& bias) {
  if (weight.axis < 0) return;
  constexpr double most = 1 << 30;
  const auto values = bias.data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double least = std::abs(double{values[i]}) / most / double{input.scale[0]};
    if (!std::isfinite(least) || double{weight.scale[i]} >= least) continue;
    weight.scale[i] = std::nextafter(static_cast<float>(least), HUGE_VALF);
  }
}

Grid grid_for_sums(const Grid& input, const Grid& weight, Rounding rounding, const Tensor& bias,
                   std::string_view what) {
  Grid grid;
  grid.bits = 32;
  grid.axis = weight.axis;
  grid.rounding = rounding;
  grid.scale.clear();
  for (const float scale : weight.scale) grid.scale.push_back(input.scale[0] * scale);
  grid.zero_point.assign(grid.scale.size(), 0);
  validate(grid, what);
  const auto values = bias.data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double scale = grid.scale[grid.scale.size() == 1 ? 0 : i];
    if (std::abs(values[i] / scale) < 2147483647.0) continue;
    throw Error(Fault::bad_data,
                fmt::format("{}, channel {}: {:.6g} is beyond 32 bits in steps of input scale * "
                            "weight scale, {:.6g}; give the weights a scale per channel, or the "
                            "bias a grid of its own",
                            what, i, values[i], scale));
  }
  return grid;
}

}  // namespace bench
