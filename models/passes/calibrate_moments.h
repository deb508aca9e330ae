#pragma once
// How means, variances and ranges pass through operations, every channel normal and all inputs of
// an operation independent.

#include <optional>
#include <span>
#include <vector>

#include "models/graph.h"
#include "models/passes/histogram.h"

namespace bench {

/// Per channel; both empty if unknown.
struct Moments {
  std::vector<double> mean, variance;
};

struct Distribution {
  std::optional<Range> range{};  ///< nothing if unknown
  Moments moments{};
};

/// Smallest mean - sigmas deviations to largest mean + sigmas deviations over all channels.
/// REQUIRES moments that are known.
Range spread(const Moments& moments, double sigmas);

/// Moments of min(max(x, low), high), x normal. high may be infinite.
Moments clamp(const Moments& moments, double low, double high);

/// What is known of an operation's result, given what is known of its inputs.
Distribution follow(const Op& op, std::span<const Distribution* const> inputs, double sigmas);

}  // namespace bench
