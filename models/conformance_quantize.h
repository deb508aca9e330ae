#pragma once
// Any graph made into a quantised one, for conformance cases: with a grid wherever a value or a
// parameter can have one, which holds what an example gives.

#include <string>

#include "models/passes/quantize.h"
#include "models/random.h"

namespace bench::conformance {

/// How a graph is quantised.
struct Style {
  Scheme edges{}, weights{};
  bool per_channel = false;  ///< weights
  bool as_numbers = false;   ///< parameters are numbers of their grids, as files have them
  bool drawn_bias = false;   ///< some biases are left without a grid
  enum class AfterMoves { nothing, same, own };
  AfterMoves after_moves = AfterMoves::nothing;  ///< the grid after ops that only move numbers
  bool behind_slopes = false;  ///< a layer's grid comes after a leaky ReLU or PRelu, slopes above 0
  float share = 1;  ///< of the example's range that edges hold: what is beyond is clamped
};

/// "s8 affine, weights u4 per channel, ..."
std::string to_string(const Style& style);

Style drawn_style(Random& random);

/// Every value on a grid but those only a clamp reads, with weights on grids, and with biases on
/// the grid of their sums.
Graph quantized(const Graph& graph, const Style& style, const Tensor& example);

}  // namespace bench::conformance
