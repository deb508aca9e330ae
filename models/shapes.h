#pragma once
// Shape inference of a single node, for passes; infer_shapes in graph.h does a whole graph.

#include <optional>
#include <span>

#include "models/graph.h"

namespace bench {

/// The shape `node` gives when its inputs have these shapes. REQUIRES a valid node, not an Input.
/// Throws Error{bad_data} naming the node and both sides of the mismatch.
Shape infer_shape(const Node& node, std::span<const Shape* const> inputs);

/// The number of axes of each node's result, which does not depend on open sizes.
/// REQUIRES validate(graph).
std::vector<std::size_t> infer_ranks(const Graph& graph);

/// The axis that `axis` names in a tensor of `rank` axes, counting from the end if negative;
/// nothing if there is no such axis.
std::optional<std::size_t> resolve_axis(int axis, std::size_t rank);

}  // namespace bench
