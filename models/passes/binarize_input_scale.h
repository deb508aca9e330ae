#pragma once
// XNOR-Net's scale of inputs, as `binarize` writes it, found again in a graph.

#include <vector>

#include "models/graph.h"

namespace bench {

/// layer * K, where the layer reads the signs of X and K is made of |X|: the multiplication stands
/// for what the signs have lost, and goes where they go.
struct InputScale {
  NodeId product = 0, layer = 0, sign = 0;
};

/// All of a graph, in its order.
std::vector<InputScale> find_input_scales(const Graph& graph);

}  // namespace bench
