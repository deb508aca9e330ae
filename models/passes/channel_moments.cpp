#include "models/passes/channel_moments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "models/shapes.h"

namespace bench {
namespace {

using Known = std::optional<ChannelStatistics>;
constexpr double infinity = std::numeric_limits<double>::infinity();

// Density and distribution of the standard normal, and z times the density; 0 at infinity.
double density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }
double distribution(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
double z_density(double z) { return std::isinf(z) ? 0 : z * density(z); }

// y = x if x >= 0, else alpha x, that is (1 - alpha) relu(x) + alpha x; of squares likewise
// E y^2 = (1 - alpha^2) E relu(x)^2 + alpha^2 E x^2.
Moments leaky_normal(const Moments& x, double alpha) {
  const Moments relu = clipped_normal(x, 0, infinity);
  const auto square = [](const Moments& m) { return m.mean * m.mean + m.deviation * m.deviation; };
  const double mean = (1 - alpha) * relu.mean + alpha * x.mean;
  const double of_square = (1 - alpha * alpha) * square(relu) + alpha * alpha * square(x);
  return {mean, std::sqrt(std::max(0.0, of_square - mean * mean))};
}

template <class Function>
ChannelStatistics each(ChannelStatistics of, Function function) {
  for (std::size_t c = 0; c < of.mean.size(); ++c) {
    const Moments result = function(Moments{of.mean[c], of.deviation[c]});
    of.mean[c] = result.mean;
    of.deviation[c] = result.deviation;
  }
  return of;
}

// A node's moments from those of its inputs.
struct Propagate {
  const Node& node;
  const std::vector<Known>& known;  // by node
  const std::vector<std::size_t>& ranks;
  const BatchStatistics& statistics;

  const Known& input(std::size_t i) const {
    return known[static_cast<std::size_t>(node.inputs[i])];
  }
  std::size_t rank(std::size_t i) const { return ranks[static_cast<std::size_t>(node.inputs[i])]; }
  Known layer() const {
    const auto found = statistics.find(node.name);
    return found == statistics.end() ? Known{} : Known{found->second};
  }

  Known operator()(const Conv2d&) const { return layer(); }
  Known operator()(const Linear&) const { return layer(); }
  Known operator()(const BatchNorm& op) const {
    ChannelStatistics result;
    for (const float beta : op.beta.data<float>()) result.mean.push_back(beta);
    for (const float gamma : op.gamma.data<float>()) result.deviation.push_back(std::abs(gamma));
    return result;
  }
  Known operator()(const Activation& op) const {
    using Kind = Activation::Kind;
    if (!input(0)) return std::nullopt;
    switch (op.kind) {
      case Kind::relu: return clipped(0, infinity);
      case Kind::clip: return clipped(op.alpha, op.beta);
      case Kind::leaky_relu:
        return each(*input(0), [&](const Moments& x) { return leaky_normal(x, op.alpha); });
      default: return std::nullopt;
    }
  }
  Known operator()(const Arithmetic& op) const {
    const Known &a = input(0), &b = input(1);
    if (op.kind != Arithmetic::Kind::add || !a || !b || rank(0) != rank(1)) return std::nullopt;
    if (a->mean.size() != b->mean.size()) return std::nullopt;
    ChannelStatistics sum = *a;
    for (std::size_t c = 0; c < sum.mean.size(); ++c) {
      sum.mean[c] += b->mean[c];
      sum.deviation[c] = std::hypot(a->deviation[c], b->deviation[c]);
    }
    return sum;
  }
  Known operator()(const Concat& op) const {
    if (op.axis != 1) return std::nullopt;
    ChannelStatistics all;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!input(i)) return std::nullopt;
      all.mean.insert(all.mean.end(), input(i)->mean.begin(), input(i)->mean.end());
      all.deviation.insert(all.deviation.end(), input(i)->deviation.begin(),
                           input(i)->deviation.end());
    }
    return all;
  }
  Known operator()(const FakeQuantize&) const { return input(0); }
  Known operator()(const AveragePool&) const { return input(0); }
  Known operator()(const Resize&) const { return input(0); }
  Known operator()(const Pad& op) const {
    return op.before[1] == 0 && op.after[1] == 0 && op.value == 0 ? input(0) : std::nullopt;
  }
  Known operator()(const Reduce& op) const {
    const auto spatial = [&](int axis) { return resolve_axis(axis, rank(0)).value_or(0) >= 2; };
    const bool mean = op.kind == Reduce::Kind::mean && !op.axes.empty();
    return mean && std::ranges::all_of(op.axes, spatial) ? input(0) : std::nullopt;
  }
  // N x C x ... to N x (C ...): each channel becomes a run of columns.
  Known operator()(const Reshape& op) const {
    const Dim batch{Dim::Kind::copy, 0, 0, 0};
    return op.dims.size() == 2 && op.dims[0] == batch ? input(0) : std::nullopt;
  }
  template <class T>
  Known operator()(const T&) const {
    return std::nullopt;
  }

  Known clipped(double low, double high) const {
    return each(*input(0), [&](const Moments& x) { return clipped_normal(x, low, high); });
  }
};

}  // namespace

// With z = (x - mean) / deviation, a and b the bounds of z: y - mean has the moments
//   E  = deviation (a P(z < a) + b P(z > b) + density(a) - density(b))
//   E2 = deviation^2 (a^2 P(z < a) + b^2 P(z > b) + P(a < z < b) + a density(a) - b density(b)).
Moments clipped_normal(const Moments& x, double low, double high) {
  if (!(x.deviation > 0)) return {std::clamp(x.mean, low, high), 0};
  const double a = (low - x.mean) / x.deviation, b = (high - x.mean) / x.deviation;
  const double below = distribution(a), above = distribution(-b);
  const auto times = [](double bound, double p) { return p == 0 ? 0 : bound * p; };
  const double first = times(a, below) + times(b, above) + density(a) - density(b);
  const double second =
      times(a * a, below) + times(b * b, above) + (1 - below - above) + z_density(a) - z_density(b);
  return {std::clamp(x.mean + x.deviation * first, low, high),
          x.deviation * std::sqrt(std::max(0.0, second - first * first))};
}

std::vector<Known> channel_moments(const Graph& graph, const BatchStatistics& statistics,
                                   const Known& image) {
  const std::vector<std::size_t> ranks = infer_ranks(graph);
  std::vector<Known> known{image};
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    known.push_back(std::visit(Propagate{node, known, ranks, statistics}, node.op));
  }
  return known;
}

}  // namespace bench
