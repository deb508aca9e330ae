#include "models/passes/calibrate_moments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace bench {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double density(double z) {
  return std::exp(-z * z / 2) * std::numbers::inv_sqrtpi / std::sqrt(2.0);
}
double below(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

// 0 where x is infinite: only ever multiplied by a probability or a density that is 0 there.
double finite_part(double x) { return std::isfinite(x) ? x : 0; }

// b + W x for a weight of `rows` outputs in `groups`, positions of a kernel independent.
Moments through_layer(const Tensor& weight, const Tensor& bias, int groups, const Moments& x) {
  const auto rows = static_cast<std::size_t>(weight.dim(0));
  const auto inputs = static_cast<std::size_t>(weight.dim(1));
  const std::size_t taps = static_cast<std::size_t>(weight.size()) / (rows * inputs);
  const std::size_t rows_per_group = rows / static_cast<std::size_t>(groups);
  if (x.mean.size() != inputs * static_cast<std::size_t>(groups)) return {};
  const auto w = weight.data<float>();
  Moments y{std::vector<double>(rows), std::vector<double>(rows)};
  for (std::size_t o = 0; o < rows; ++o) {
    if (!bias.empty()) y.mean[o] = bias.data<float>()[o];
    for (std::size_t i = 0; i < inputs * taps; ++i) {
      const double k = w[o * inputs * taps + i];
      const std::size_t c = o / rows_per_group * inputs + i / taps;
      y.mean[o] += k * x.mean[c];
      y.variance[o] += k * k * x.variance[c];
    }
  }
  return y;
}

Range sum(const Range& a, const Range& b) { return {a.min + b.min, a.max + b.max}; }
Range hull(const Range& a, const Range& b) {
  return {std::min(a.min, b.min), std::max(a.max, b.max)};
}
Range within(const Range& a, const Range& b) {
  return {std::max(a.min, b.min), std::min(a.max, b.max)};
}
Range clamp(const Range& range, float low, float high) {
  return {std::clamp(range.min, low, high), std::clamp(range.max, low, high)};
}

struct Follow {
  std::span<const Distribution* const> inputs;
  double sigmas;

  const Distribution& x() const { return *inputs[0]; }
  bool all_known() const {
    return std::ranges::all_of(inputs, [](const Distribution* d) { return d->range.has_value(); });
  }

  Distribution operator()(const Conv2d& op) const { return layer(op.weight, op.bias, op.groups); }
  Distribution operator()(const Linear& op) const { return layer(op.weight, op.bias, 1); }

  Distribution operator()(const Activation& op) const {
    if (op.kind == Activation::Kind::relu) {
      return clamped(0, std::numeric_limits<float>::infinity());
    }
    return op.kind == Activation::Kind::clip ? clamped(op.alpha, op.beta) : Distribution{};
  }

  Distribution operator()(const Arithmetic& op) const {
    if (op.kind != Arithmetic::Kind::add || !all_known()) return {};
    const Moments &a = x().moments, &b = inputs[1]->moments;
    Distribution y{sum(*x().range, *inputs[1]->range)};
    if (a.mean.empty() || a.mean.size() != b.mean.size()) return y;
    y.moments = a;
    for (std::size_t c = 0; c < a.mean.size(); ++c) {
      y.moments.mean[c] += b.mean[c];
      y.moments.variance[c] += b.variance[c];
    }
    y.range = within(spread(y.moments, sigmas), *y.range);
    return y;
  }

  Distribution operator()(const Concat& op) const {
    if (!all_known()) return {};
    Distribution y{x().range};
    bool moments_known = op.axis == 1;
    for (const Distribution* d : inputs) {
      y.range = hull(*y.range, *d->range);
      moments_known = moments_known && !d->moments.mean.empty();
      const auto append = [](std::vector<double>& to, const std::vector<double>& from) {
        to.insert(to.end(), from.begin(), from.end());
      };
      append(y.moments.mean, d->moments.mean);
      append(y.moments.variance, d->moments.variance);
    }
    if (!moments_known) y.moments = {};
    return y;
  }

  Distribution operator()(const Pad& op) const {
    Distribution y = x();
    if (y.range) y.range = hull(*y.range, {op.value, op.value});
    return y;
  }

  Distribution operator()(const Reduce& op) const {
    return op.kind == Reduce::Kind::mean || op.kind == Reduce::Kind::max ? x() : Distribution{};
  }

  // Channels are elsewhere afterwards, or fewer.
  Distribution operator()(const Slice&) const { return {x().range}; }
  Distribution operator()(const Transpose&) const { return {x().range}; }

  Distribution operator()(const MaxPool&) const { return x(); }
  Distribution operator()(const RoiPool&) const { return x(); }
  Distribution operator()(const AveragePool&) const { return x(); }
  Distribution operator()(const Resize&) const { return x(); }
  // Flattening C x 1 x 1 keeps channels; elsewhere their number no longer fits.
  Distribution operator()(const Reshape&) const { return x(); }

  template <class T>
  Distribution operator()(const T&) const {
    return {};
  }

 private:
  Distribution layer(const Tensor& weight, const Tensor& bias, int groups) const {
    const Moments y = through_layer(weight, bias, groups, x().moments);
    if (y.mean.empty()) return {};
    return {spread(y, sigmas), y};
  }

  Distribution clamped(float low, float high) const {
    if (!x().range) return {};
    Distribution y{clamp(*x().range, low, high)};
    if (!x().moments.mean.empty()) y.moments = bench::clamp(x().moments, low, high);
    return y;
  }
};

}  // namespace

Range spread(const Moments& moments, double sigmas) {
  double min = infinity, max = -infinity;
  for (std::size_t c = 0; c < moments.mean.size(); ++c) {
    const double reach = sigmas * std::sqrt(moments.variance[c]);
    min = std::min(min, moments.mean[c] - reach);
    max = std::max(max, moments.mean[c] + reach);
  }
  return {static_cast<float>(min), static_cast<float>(max)};
}

Moments clamp(const Moments& moments, double low, double high) {
  Moments y = moments;
  for (std::size_t c = 0; c < y.mean.size(); ++c) {
    const double m = moments.mean[c], s = std::sqrt(moments.variance[c]);
    if (s == 0) {
      y.mean[c] = std::clamp(m, low, high);
      continue;
    }
    const double a = (low - m) / s, b = (high - m) / s;
    const double l = finite_part(low), h = finite_part(high);
    const double at_low = below(a), at_high = below(-b), between = 1 - at_low - at_high;
    const double da = density(a), db = density(b);
    const double mean = l * at_low + h * at_high + m * between + s * (da - db);
    const double square = l * l * at_low + h * h * at_high + (m * m + s * s) * between +
                          s * ((m + l) * da - (m + h) * db);
    y.mean[c] = mean;
    y.variance[c] = std::max(0.0, square - mean * mean);
  }
  return y;
}

Distribution follow(const Op& op, std::span<const Distribution* const> inputs, double sigmas) {
  return std::visit(Follow{inputs, sigmas}, op);
}

}  // namespace bench
