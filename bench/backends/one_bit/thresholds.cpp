#include "bench/backends/one_bit/thresholds.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "bench/onednn/elementwise.h"

namespace bench::one_bit {
namespace {

bool all_finite(const std::vector<float>& numbers) {
  return std::ranges::all_of(numbers, [](float x) { return std::isfinite(x); });
}

bool any_nan(const std::vector<float>& numbers) {
  return std::ranges::any_of(numbers, [](float x) { return std::isnan(x); });
}

std::vector<float> numbers_of(const Tensor& tensor) {
  const auto numbers = tensor.data<float>();
  return {numbers.begin(), numbers.end()};
}

// Floats in their order, from -infinity to infinity, are neighbouring integers; both zeros are 0.
constexpr std::int64_t kInfinity = 0x7f800000;

float float_at(std::int64_t index) {
  const auto magnitude = std::bit_cast<float>(static_cast<std::uint32_t>(std::abs(index)));
  return index < 0 ? -magnitude : magnitude;
}

// The least index of (low, high] at which `positive` is what it is at `high`. REQUIRES it to be
// otherwise at `low`, and to change once.
template <class Positive>
std::int64_t change(std::int64_t low, std::int64_t high, const Positive& positive) {
  const bool wanted = positive(high);
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (positive(middle) == wanted ? high : low) = middle;
  }
  return high;
}

// Where a monotone `sign` of number_at(low), ..., number_at(high) is +1.
template <class Number, class NumberAt, class Positive>
Threshold<Number> find(std::int64_t low, std::int64_t high, NumberAt number_at, Positive positive) {
  using Limits = std::numeric_limits<Number>;
  constexpr Number never = Limits::has_quiet_NaN ? Limits::quiet_NaN() : Limits::max();
  constexpr Number always = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  const auto positive_at = [&](std::int64_t index) { return positive(number_at(index)); };
  const bool at_high = positive_at(high);
  if (positive_at(low) == at_high) return {at_high ? always : never};
  const std::int64_t first = change(low, high, positive_at);
  return at_high ? Threshold<Number>{number_at(first), false}
                 : Threshold<Number>{number_at(first - 1), true};
}

}  // namespace

float Chain::Link::operator()(float x, std::size_t channel) const {
  const float a = by[by.size() == 1 ? 0 : channel];
  switch (kind) {
    case Kind::scale: return a == 0 ? 0 : x * a;
    case Kind::shift: return x + a;
    case Kind::subtract: return x - a;
    case Kind::divide: return x / a;
    case Kind::slope: return x >= 0 || a == 0 ? std::max(x, 0.0f) : x * a;
    case Kind::at_least: return std::max(x, a);
    case Kind::at_most: break;
  }
  return std::min(x, a);
}

Chain::Link::Kind Chain::link_of(Arithmetic::Kind kind) {
  switch (kind) {
    case Arithmetic::Kind::sub: return Link::Kind::subtract;
    case Arithmetic::Kind::mul: return Link::Kind::scale;
    case Arithmetic::Kind::div: return Link::Kind::divide;
    case Arithmetic::Kind::min: return Link::Kind::at_most;
    case Arithmetic::Kind::max: return Link::Kind::at_least;
    default: return Link::Kind::shift;
  }
}

bool Chain::append_slopes(std::vector<float> slopes) {
  if (!all_finite(slopes) || std::ranges::min(slopes) < 0) return false;
  links_.push_back({Link::Kind::slope, std::move(slopes)});
  return true;
}

bool Chain::append_arithmetic(Arithmetic::Kind kind, const Tensor& operand) {
  using Arith = Arithmetic::Kind;
  if (kind == Arith::pow || operand.type() != DType::f32 || operand.empty()) return false;
  std::vector<float> by = numbers_of(operand);
  const bool bounds = kind == Arith::min || kind == Arith::max;
  if (bounds ? any_nan(by) : !all_finite(by)) return false;
  if (kind == Arith::div && std::ranges::count(by, 0.0f) > 0) return false;
  links_.push_back({link_of(kind), std::move(by)});
  return true;
}

bool Chain::append_activation(const Activation& activation) {
  using Kind = Activation::Kind;
  const float alpha = activation.alpha, beta = activation.beta;
  switch (activation.kind) {
    case Kind::relu: links_.push_back({Link::Kind::at_least, {0}}); return true;
    case Kind::leaky_relu: return append_slopes({alpha});
    case Kind::clip:
      if (any_nan({alpha, beta})) return false;
      links_.push_back({Link::Kind::at_least, {alpha}});
      links_.push_back({Link::Kind::at_most, {beta}});
      return true;
    default: return false;
  }
}

bool Chain::append_norm(const BatchNorm& norm) {
  onednn::Affine affine = onednn::affine_of(norm);
  if (!all_finite(affine.scale) || !all_finite(affine.shift)) return false;
  append_scale(std::move(affine.scale));
  append_shift(std::move(affine.shift));
  return true;
}

bool Chain::append(const Node& node, const Tensor* operand) {
  if (const auto* norm = std::get_if<BatchNorm>(&node.op)) return append_norm(*norm);
  if (const auto* prelu = std::get_if<PRelu>(&node.op)) {
    return append_slopes(numbers_of(prelu->slope));
  }
  if (const auto* activation = std::get_if<Activation>(&node.op)) {
    return append_activation(*activation);
  }
  const auto* arithmetic = std::get_if<Arithmetic>(&node.op);
  return arithmetic != nullptr && operand != nullptr &&
         append_arithmetic(arithmetic->kind, *operand);
}

void Chain::append_scale(std::vector<float> by) {
  links_.push_back({Link::Kind::scale, std::move(by)});
}

void Chain::append_shift(std::vector<float> by) {
  links_.push_back({Link::Kind::shift, std::move(by)});
}

float Chain::operator()(float x, std::size_t channel) const {
  for (const Link& link : links_) x = link(x, channel);
  return x;
}

std::vector<Threshold<float>> Chain::of_floats(std::size_t channels) const {
  std::vector<Threshold<float>> thresholds;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto positive = [&](float x) { return !((*this)(x, c) < 0); };
    thresholds.push_back(find<float>(-kInfinity, kInfinity, float_at, positive));
  }
  return thresholds;
}

std::vector<Threshold<std::int32_t>> Chain::of_sums(std::size_t channels, std::int32_t lowest,
                                                    std::int32_t highest) const {
  const auto sum_at = [](std::int64_t index) { return static_cast<std::int32_t>(index); };
  std::vector<Threshold<std::int32_t>> thresholds;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto positive = [&](std::int32_t x) { return !((*this)(static_cast<float>(x), c) < 0); };
    thresholds.push_back(find<std::int32_t>(lowest, highest, sum_at, positive));
  }
  return thresholds;
}

}  // namespace bench::one_bit
