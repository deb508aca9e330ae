#pragma once
// Pairs of layers between which a channel may be scaled: the first one's result has one reader, and
// so on up to the second, and everything between gives f(s x) = s f(x) for s > 0, channel by
// channel.

#include <string>
#include <vector>

#include "models/graph.h"

namespace bench {

struct LayerPair {
  NodeId first = 0, second = 0;
  std::vector<NodeId> between{};  ///< in order
  /// How many inputs of the second layer each channel of the first one is: 1, or the pixels that
  /// were flattened.
  std::size_t inputs_per_channel = 1;
};

/// A layer that is the first of no pair.
struct LeftLayer {
  std::string layer;
  std::string why;  ///< "node 'add' (Arithmetic) stands between"
};

struct LayerPairs {
  std::vector<LayerPair> pairs;  ///< in the order of their first layers
  std::vector<LeftLayer> left;
};

/// Between may stand relu, leaky_relu, abs and zero padding; with `through_pools` also pooling,
/// reductions over pixels, resampling and flattening. (Document 5 has no pools at first, and
/// average pools later: 36 and 37 pairs in MobileNetV2.) REQUIRES validate(graph).
LayerPairs find_layer_pairs(const Graph& graph, bool through_pools);

}  // namespace bench
