#pragma once
// Batch norms whose factors have few bits: document 2's, which are not folded.

#include <string>
#include <vector>

#include "models/graph.h"
#include "models/passes/scheme.h"

namespace bench {

struct RoundedBatchNorm {
  Graph graph;
  std::vector<std::string> rounded;  ///< names of the nodes
};

/// Every BatchNorm's gamma put onto the grid that `scheme` gives it; beta, mean and variance stay.
/// Throws Error{bad_data} naming the node whose gamma is not finite.
/// Source: document 2's QBatchNorm2d (its 32-bit beta is no coarser than a float's rounding).
RoundedBatchNorm round_batch_norm(Graph graph, const Scheme& scheme);

}  // namespace bench
