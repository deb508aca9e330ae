#include "models/passes/binarize_factors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "models/error.h"
#include "models/passes/layers.h"

namespace bench {
namespace {

using Scale = BinaryScheme::Scale;

std::vector<double> means_of_magnitudes(const Op& op) {
  const LayerSize size = size_of_layer(op);
  const std::size_t products = size.inputs * size.kernel;
  const auto weights = weight_of(op)->data<float>();
  std::vector<double> means(size.outputs, 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i) means[i / products] += std::abs(weights[i]);
  for (double& mean : means) mean /= static_cast<double>(products);
  return means;
}

std::vector<double> checked(std::span<const float> given, const Node& node) {
  const std::string what = describe(node) + ": its ";
  const std::size_t outputs = size_of_layer(node.op).outputs;
  if (given.size() != outputs) {
    throw Error(Fault::bad_data, what + std::to_string(given.size()) + " scales should be " +
                                     std::to_string(outputs) + ", one for each output channel");
  }
  const auto bad = std::ranges::find_if(given, [](float s) { return !(s >= 0) || std::isinf(s); });
  if (bad != given.end()) {
    throw Error(Fault::bad_data, what + "scale number " + std::to_string(bad - given.begin()) +
                                     " is " + std::to_string(*bad) +
                                     ", not a finite number of 0 or above");
  }
  return {given.begin(), given.end()};
}

std::vector<double> scales_of(const Node& node, Scale scale, std::span<const float> given) {
  switch (scale) {
    case Scale::none: return {1.0};
    case Scale::learned: return checked(given, node);
    default: return means_of_magnitudes(node.op);
  }
}

// scale * K + bias for popcounts, since (K + dot) / 2 * s is dot * (s / 2) + K * (s / 2).
Tensor shift_of(const Node& node, const BinaryScheme& scheme, const Grid& grid) {
  const Tensor& bias = *bias_of(node.op);
  const bool keeps_bias = scheme.keeps_bias && !bias.empty();
  if (scheme.output != BinaryScheme::Output::popcount) return keeps_bias ? bias : Tensor();
  const LayerSize size = size_of_layer(node.op);
  const auto products = static_cast<double>(size.inputs * size.kernel);
  Tensor shift(Shape{static_cast<std::int64_t>(size.outputs)});
  for (std::size_t o = 0; o < size.outputs; ++o) {
    const double own = keeps_bias ? bias.data<float>()[o] : 0;
    const float factor = grid.scale[grid.scale.size() == 1 ? 0 : o];
    shift.data<float>()[o] = static_cast<float>(products * factor + own);
  }
  return shift;
}

}  // namespace

BinaryFactors binary_factors(const Node& node, const BinaryScheme& scheme,
                             std::span<const float> given) {
  constexpr float least = std::numeric_limits<float>::min();
  BinaryFactors result;
  const double part = scheme.output == BinaryScheme::Output::dot ? 1 : 0.5;
  Grid& grid = result.grid;
  grid.bits = 1;
  grid.scale.clear();
  for (const double scale : scales_of(node, scheme.scale, given)) {
    grid.scale.push_back(std::max(static_cast<float>(scale * part), least));
    if (scale == 0) ++result.zeros;
  }
  grid.zero_point.assign(grid.scale.size(), 0);
  grid.axis = scheme.scale == Scale::none ? -1 : 0;
  result.shift = shift_of(node, scheme, grid);
  return result;
}

}  // namespace bench
