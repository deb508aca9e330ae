#pragma once
// Which nodes are computed together.

#include <vector>

#include "models/graph.h"

namespace bench::onednn {

/// A node and those that follow it element by element (bias and activation, batch norm, residual
/// addition, ...), computed in one go. Only the last node's result is ever stored.
struct Step {
  std::vector<NodeId> nodes;
  NodeId head() const { return nodes.front(); }
  NodeId result() const { return nodes.back(); }
};

/// Whether an operand is one number, or one for each channel (axis 1) of a tensor of the full
/// shape.
bool is_per_channel(const Shape& operand, const Shape& full);

/// The other operand of an Arithmetic node one of whose inputs is `value`.
NodeId other_operand(const Node& node, NodeId value);

/// All nodes but Input, Constant and those `taken` by others (empty: none), in an order in which
/// they can run: by result. A step's further operands are computed before it.
/// REQUIRES shapes == infer_shapes(graph, ...).
std::vector<Step> fuse(const Graph& graph, const std::vector<Shape>& shapes,
                       std::vector<bool> taken = {});

/// The only reader of each node; -1 where there is none, several, or an output wants the result.
std::vector<NodeId> sole_readers(const Graph& graph);

}  // namespace bench::onednn
