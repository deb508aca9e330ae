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
/// being what they stand for. `keep` is asked with the ids of the graph given.
Graph keep_grids(Graph graph, const KeepGrid& keep);

/// A layer's weight and bias without their grids.
void release_grids(Op& op);

/// The grids that belong to one layer: those of its weight and bias, and of its result, behind
/// batch norm and activation where it has them. Every grid of a graph belongs to exactly one layer;
/// a layer here is any node but those three kinds, so that the Input has its grid, and an addition
/// its own.
struct LayerGrids {
  NodeId layer = 0;
  std::vector<NodeId> edges{};  ///< FakeQuantize nodes
};

/// Of every layer with a grid, in the order of the layers.
std::vector<LayerGrids> grids_by_layer(const Graph& graph);

}  // namespace bench
