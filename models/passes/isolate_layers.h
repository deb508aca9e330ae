#pragma once
// A quantised network taken apart into what each layer's grids do alone and what they add up to:
// one graph that computes it all, so that any backend that heeds grids can run it.

#include <cstddef>
#include <string>
#include <vector>

#include "models/passes/keep_grids.h"

namespace bench {

/// Two outputs of the graph of an Isolation that would be equal without grids: their numbers.
struct Compared {
  std::size_t exact = 0, quantised = 0;
};

/// Results of one layer, behind its activation; one of each for every grid on its result (one
/// without grids there, if only its weights are on any).
struct IsolatedLayer {
  NodeId layer = 0;                 ///< of the graph taken apart
  std::vector<Compared> weights{};  ///< only its weight and bias on their grids; none: on no grid
  std::vector<Compared> result{};   ///< only its result
  std::vector<Compared> both{};     ///< all its grids, and no others
  std::vector<Compared> so_far{};   ///< all grids up to here
};

struct Isolation {
  Graph graph;  ///< the float network, each layer alone beside it, and the quantised network
  std::vector<IsolatedLayer> layers;
  std::vector<Compared> outputs;  ///< of the network: float, and with all grids
};

/// Holds all weights three times over. REQUIRES validate(graph).
Isolation isolate_layers(const Graph& graph);

}  // namespace bench
