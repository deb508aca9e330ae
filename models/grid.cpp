#include "models/grid.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "models/error.h"

namespace bench {
namespace {

float rounded(float x, Rounding rounding) {
  switch (rounding) {
    case Rounding::half_even: return std::nearbyint(x);
    case Rounding::half_up: return std::floor(x + 0.5f);
    case Rounding::half_away: break;
  }
  return std::round(x);
}

constexpr float zero[] = {0};

// How many neighbouring elements share an index along `axis`.
std::size_t stride_of(const Shape& shape, std::size_t axis) {
  std::size_t stride = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) {
    stride *= static_cast<std::size_t>(shape[i]);
  }
  return stride;
}

}  // namespace

Grid grid_for(const DynamicGrid& rule, const Tensor& values, std::string_view what) {
  const auto x = values.data<float>();
  if (!std::ranges::all_of(x, [](float value) { return std::isfinite(value); })) {
    throw Error(Fault::bad_data, std::string(what) + ": a value is not finite, so it has no range");
  }
  const auto [least, most] = std::ranges::minmax(x.empty() ? std::span(zero) : x);
  return grid_for(rule, least, most);
}

Grid grid_for(const DynamicGrid& rule, float least, float most) {
  Grid grid;
  grid.bits = rule.bits;
  grid.rounding = rule.rounding;
  if (rule.range == DynamicGrid::Range::largest) {
    grid.narrow = true;
    const float largest = std::max(std::abs(least), std::abs(most));
    if (largest > 0) grid.scale = {largest / static_cast<float>(highest(grid))};
  } else {
    grid.is_signed = false;
    grid.offset = {least};
    grid.scale = {std::max((most - least) / static_cast<float>(highest(grid)), 1e-8f)};
  }
  return grid;
}

std::int32_t lowest(const Grid& grid) {
  if (is_binary(grid)) return -1;
  if (!grid.offset.empty()) return 0;
  const std::int64_t low = grid.is_signed ? -(std::int64_t{1} << (grid.bits - 1)) : 0;
  return static_cast<std::int32_t>(low + (grid.narrow ? 1 : 0));
}

std::int32_t highest(const Grid& grid) {
  if (is_binary(grid)) return 1;
  if (!grid.offset.empty()) return (1 << grid.bits) - 1;
  return static_cast<std::int32_t>((std::int64_t{1} << (grid.bits - grid.is_signed)) - 1);
}

std::int32_t quantize(const Grid& grid, float value, std::size_t index) {
  if (is_binary(grid)) return value < 0 ? -1 : 1;
  const bool from_offset = !grid.offset.empty();
  const float moved = from_offset ? value - grid.offset[index] : value;
  const float number = rounded(moved / grid.scale[index], grid.rounding);
  const double shift = from_offset ? 0 : grid.zero_point[index];
  if (std::isnan(number)) return static_cast<std::int32_t>(shift);
  // Clamped before it becomes an integer: a quotient may be far beyond any.
  return static_cast<std::int32_t>(std::clamp<double>(number + shift, lowest(grid), highest(grid)));
}

float dequantize(const Grid& grid, std::int32_t number, std::size_t index) {
  if (!grid.offset.empty()) {
    return static_cast<float>(number) * grid.scale[index] + grid.offset[index];
  }
  return static_cast<float>(number - grid.zero_point[index]) * grid.scale[index];
}

namespace {

// Calls `element(i, index)` for every element, `index` that of its scale.
template <class Element>
void for_each(const Grid& grid, const Tensor& values, std::string_view what, Element element) {
  const std::size_t scales = grid.scale.size();
  std::size_t stride = static_cast<std::size_t>(std::max<std::int64_t>(values.size(), 1));
  if (grid.axis >= 0) {
    const auto axis = static_cast<std::size_t>(grid.axis);
    if (axis >= values.rank() || static_cast<std::size_t>(values.dim(axis)) != scales) {
      throw Error(Fault::bad_data, std::string(what) + ": a grid of " + std::to_string(scales) +
                                       " scales on axis " + std::to_string(grid.axis) +
                                       " does not fit shape " + to_string(values.shape()));
    }
    stride = stride_of(values.shape(), axis);
  }
  const auto size = static_cast<std::size_t>(values.size());
  for (std::size_t i = 0; i < size; ++i) element(i, i / stride % scales);
}

template <class T>
void quantize_to(const Grid& grid, const Tensor& values, std::string_view what, Tensor& numbers) {
  const auto in = values.data<float>();
  const auto out = numbers.data<T>();
  for_each(grid, values, what, [&](std::size_t i, std::size_t index) {
    out[i] = static_cast<T>(quantize(grid, in[i], index));
  });
}

template <class T>
void dequantize_from(const Grid& grid, const Tensor& numbers, std::string_view what,
                     Tensor& values) {
  const auto in = numbers.data<T>();
  const auto out = values.data<float>();
  for_each(grid, numbers, what, [&](std::size_t i, std::size_t index) {
    out[i] = dequantize(grid, static_cast<std::int32_t>(in[i]), index);
  });
}

}  // namespace

Tensor fake_quantize(const Grid& grid, const Tensor& values, std::string_view what) {
  Tensor result(values.shape());
  const auto in = values.data<float>();
  const auto out = result.data<float>();
  for_each(grid, values, what, [&](std::size_t i, std::size_t index) {
    out[i] = dequantize(grid, quantize(grid, in[i], index), index);
  });
  return result;
}

Tensor quantize(const Grid& grid, const Tensor& values, DType type, std::string_view what) {
  Tensor numbers(values.shape(), type);
  switch (type) {
    case DType::i8: quantize_to<std::int8_t>(grid, values, what, numbers); break;
    case DType::u8: quantize_to<std::uint8_t>(grid, values, what, numbers); break;
    default: quantize_to<std::int32_t>(grid, values, what, numbers); break;
  }
  return numbers;
}

Tensor dequantize(const Grid& grid, const Tensor& numbers, std::string_view what) {
  Tensor values(numbers.shape());
  switch (numbers.type()) {
    case DType::i8: dequantize_from<std::int8_t>(grid, numbers, what, values); break;
    case DType::u8: dequantize_from<std::uint8_t>(grid, numbers, what, values); break;
    default: dequantize_from<std::int32_t>(grid, numbers, what, values); break;
  }
  return values;
}

void validate(const Grid& grid, std::string_view what) {
  const auto require = [what](bool holds, const std::string& why) {
    if (!holds) throw Error(Fault::bad_data, std::string(what) + ": " + why);
  };
  const bool of_bias = grid.bits == 32 && grid.is_signed && grid.offset.empty();
  require((grid.bits >= 1 && grid.bits <= 16) || of_bias,
          "a grid of " + std::to_string(grid.bits) + " bits; 1 to 16 are known, and 32 signed");
  require(grid.bits > 1 || !grid.narrow, "a narrow grid needs at least 2 bits");
  require(!grid.scale.empty(), "a grid without scales");
  require(grid.axis >= 0 || grid.scale.size() == 1, "several scales, but no axis");
  require(grid.zero_point.size() == grid.scale.size(), "zero points and scales differ in number");
  require(grid.offset.empty() || grid.offset.size() == grid.scale.size(),
          "offsets and scales differ in number");
  const auto zeros = std::ranges::count(grid.zero_point, 0);
  require(!is_binary(grid) || zeros == std::ssize(grid.zero_point),
          "a binary grid has no zero points");
  for (std::size_t i = 0; i < grid.scale.size(); ++i) {
    require(std::isfinite(grid.scale[i]) && grid.scale[i] > 0,
            "scale " + std::to_string(grid.scale[i]) + " is not a positive number");
    const std::int32_t zero = grid.zero_point[i];
    require(!grid.offset.empty() || (zero >= lowest(grid) && zero <= highest(grid)),
            "zero point " + std::to_string(zero) + " is not on the grid");
  }
  for (const float offset : grid.offset) require(std::isfinite(offset), "an offset is not finite");
}

void validate(const DynamicGrid& rule, std::string_view what) {
  const int least = rule.range == DynamicGrid::Range::largest ? 2 : 1;
  if (rule.bits >= least && rule.bits <= 16) return;
  throw Error(Fault::bad_data, std::string(what) + ": a dynamic grid of " +
                                   std::to_string(rule.bits) + " bits; " + std::to_string(least) +
                                   " to 16 are known");
}

}  // namespace bench
