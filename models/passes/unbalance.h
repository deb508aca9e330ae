#pragma once
// The opposite of equalization: a network that answers as before, and whose channels are so far
// apart that one scale per tensor loses most of them. What data-free quantisation must undo.
//
// Channels are scaled by powers of two, which floats multiply by exactly: every sum, product and
// batch norm gives the same digits. A ReLU passes any factor. A ReLU6 passes factors up to 1 as
// long as the channel stays below 6; where it does not, the answers change.

#include <string>
#include <vector>

#include "models/graph.h"
#include "models/passes/channel_maxima.h"
#include "models/passes/layer_pairs.h"

namespace bench {

struct UnbalanceOptions {
  int seed = 1;
  int lowest = -6, highest = 0;  ///< of the exponents, drawn uniformly; behind them a ReLU6: <= 0
};

struct UnbalancedPair {
  std::string first, second;   ///< names of the layers
  std::vector<int> exponents;  ///< per channel: the first layer's is multiplied by 2^this
  bool through_relu6 = false;
};

struct Unbalanced {
  Graph graph;
  std::vector<UnbalancedPair> pairs;
  std::vector<LeftLayer> left;          ///< layers that are the first of no pair, and why
  std::vector<std::string> reaching_6;  ///< "NODE channel 3": ReLU6's channels that reach 6
};

/// For each pair of layers of find_layer_pairs, ReLU6 allowed between them: channel c of the first
/// layer's batch norm, or of its weights and bias, times 2^k, and the second layer's weights that
/// read it times 2^-k. Batch norms stay, so that batch_statistics still finds them. With `maxima`
/// (of `graph`), ReLU6's channels that reach 6 are told, and left as they are with `spare`: the
/// answers on those images are then exactly as before. REQUIRES validate(graph), lowest <= highest.
/// Throws Error{bad_data} naming the node whose weights are not finite.
Unbalanced unbalance(Graph graph, const UnbalanceOptions& options = {},
                     const ChannelMaxima* maxima = nullptr, bool spare = false);

}  // namespace bench
