#pragma once
// High-bias absorption: what is all but always there on one side of a relu is moved into the bias
// on the other side, so that the range of activations between shrinks.

#include <string>
#include <vector>

#include "models/passes/equalize.h"

namespace bench {

struct AbsorbedPair {
  std::string first, second;
  std::vector<double> moved;  ///< per channel of the first layer: c >= 0
  /// False where zeros are padded between: there c is missing, and border pixels of the second
  /// layer's result move.
  bool exact_at_borders = true;
};

struct Absorbed {
  Graph graph;
  BatchStatistics statistics;       ///< those given, means lowered by c
  std::vector<AbsorbedPair> pairs;  ///< where at least one channel moved
  std::vector<LeftLayer> left;      ///< layers of which nothing moved, and why
};

struct AbsorbOptions {
  double deviations = 3;
  /// If given, only channels that it scaled up, as document 5 does.
  const EqualizeReport* scaled = nullptr;
};

/// For pairs with one relu between: c = max(0, mean - 3 deviations); the first bias loses c, the
/// second gains W2 c. The answers stay as they were wherever x >= c before the relu, for a normal x
/// 99.865 % of the time, and off the borders. REQUIRES validate(graph), batch norms folded,
/// statistics as long as their layers have outputs. Throws Error{bad_data} naming the node whose
/// weights are not finite. Source: Nagel et al. 2019 (arXiv 1906.04721), section 4.1.3.
Absorbed absorb_bias(Graph graph, BatchStatistics statistics, const AbsorbOptions& options = {});

}  // namespace bench
