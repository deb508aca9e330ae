#pragma once
// Cutting off the few weights that would make a grid coarse for all others.

#include <cstdint>
#include <string>
#include <vector>

#include "models/graph.h"

namespace bench {

struct ClippedLayer {
  std::string layer;
  std::int64_t weights = 0;  ///< how many were beyond
};

struct ClippedWeights {
  Graph graph;
  std::vector<ClippedLayer> clipped;  ///< layers of which at least one weight was beyond
};

/// Every weight of every Conv2d and Linear into [low, high]; biases stay. Document 5's later
/// version clips to [-15, 15], before quantisation and bias correction. Throws Error{usage} unless
/// low < high, Error{bad_data} naming the node whose weights are not finite.
ClippedWeights clip_weights(Graph graph, float low, float high);

}  // namespace bench
