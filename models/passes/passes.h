#pragma once
// Exact rewrites: the graph means the same afterwards (up to the rounding of folded constants).

#include <string_view>

#include "models/graph.h"

namespace bench {

/// Removes nodes no output needs, identities (Reshape to the same shape, clip over all numbers,
/// slices of everything, no padding), and computes whatever depends on constants alone.
Graph simplify(Graph graph);

/// BatchNorm, and per-channel multiply or add by a constant, into the convolution or linear layer
/// whose only reader it is. Computed in double, rounded once.
Graph fold_batch_norm(Graph graph);

/// The graph up to the result of the node called `name`, on its grid if a FakeQuantize reads it:
/// its one output. Throws Error{missing} with a did-you-mean if there is no such node.
Graph ending_at(Graph graph, std::string_view name);

/// Weights and biases as they are computed with: put onto their grids, f32, the grids gone.
Graph with_parameters_in_use(Graph graph);

/// The graph in float: without FakeQuantize nodes, weights as they were before their grids, or what
/// their numbers stand for. Not an
/// exact rewrite: this is what `float` runs, so that it can stand beside the quantised graph.
Graph without_grids(Graph graph);

}  // namespace bench
