#pragma once
// What the sums of a binary layer are multiplied by, and what is added to them.

#include "models/passes/binarize.h"

namespace bench {

struct BinaryFactors {
  Grid grid{};     ///< of the weights: its scales are the factors
  Tensor shift{};  ///< O, or empty
  int zeros = 0;   ///< factors that were 0
};

/// `given`: of a learned layer. REQUIRES a layer with f32 weights. Throws Error{bad_data} naming
/// the node: scales that are not finite, below 0 or not one for each channel.
BinaryFactors binary_factors(const Node& node, const BinaryScheme& scheme,
                             std::span<const float> given);

}  // namespace bench
