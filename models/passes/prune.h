#pragma once
// Removing channels that are 0 wherever they are read: what is left of channel pruning once
// training has switched channels off. A 0 adds nothing to a sum, so the network answers as before.
// Source: document 1, section 2.2: a channel counts as pruned when its maximum over the validation
// images is 0.

#include <cstddef>
#include <string>
#include <vector>

#include "models/graph.h"
#include "models/passes/channel_maxima.h"
#include "models/passes/layer_pairs.h"

namespace bench {

struct PrunedLayer {
  std::string layer;
  std::size_t channels = 0;          ///< before
  std::vector<std::size_t> removed;  ///< numbers of the channels that are gone
};

struct Pruned {
  Graph graph;
  std::vector<PrunedLayer> layers;  ///< every convolution that might lose channels
  std::vector<LeftLayer> left;      ///< convolutions that cannot, and why
};

/// A channel of a convolution (not grouped) goes if every layer that reads it reads a 0 there, by
/// `maxima` of this graph. On the way may stand batch norm, activations, pooling, resampling,
/// padding, depthwise layers, concatenation, flattening, means over pixels, and what one number per
/// pixel scales (L2 normalisation; the norm is no reader: a 0 adds nothing to it). What it reaches
/// beyond these keeps all channels of the layer: sums of two maps, outputs, grouped layers, layers
/// with grids. One channel always stays. REQUIRES validate(graph).
/// Throws Error{missing} naming the node of which `maxima` says nothing.
Pruned prune_dead_channels(Graph graph, const ChannelMaxima& maxima);

}  // namespace bench
