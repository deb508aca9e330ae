#pragma once
// A quantised graph with some of its grids taken away: how much each of them costs is found out by
// leaving it out, or everything else.

#include <functional>
#include <vector>

#include "models/graph.h"

namespace bench {

enum class GridPlace {
  weight,
  bias,
  edge,  ///< the node is a FakeQuantize
};

using KeepGrid = std::function<bool(NodeId node, GridPlace place)>;

/// The graph without the grids that `keep` does not want; what they were on is in float, numbers
/// being what they stand for. `keep` is asked with the ids of the graph given, maybe twice.
/// XNOR-Net's scale of inputs (binarize_input_scale.h) goes with the signs it belongs to.
/// Everything else that `binarize` has written stays, padding of -1 or +1, halves and popcounts
/// too: without grids it is the network that real weights would make of the binary one.
Graph keep_grids(Graph graph, const KeepGrid& keep);

/// A layer's weight and bias without their grids.
void release_grids(Op& op);

/// The grids that belong to one layer: those of its weight and bias, and of its result, behind
/// batch norm, activation and padding where it has them. Every grid of a graph belongs to exactly
/// one layer; a layer here is any node but those kinds, so that the Input has its grid, and an
/// addition its own.
struct LayerGrids {
  NodeId layer = 0;
  std::vector<NodeId> edges{};  ///< FakeQuantize nodes
};

/// Of every layer with a grid, in the order of the layers.
std::vector<LayerGrids> grids_by_layer(const Graph& graph);

}  // namespace bench
