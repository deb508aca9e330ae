#pragma once
// What every Op means, in plain loops: the judge of all backends and passes. Written to be read.

#include <functional>
#include <span>
#include <vector>

#include "models/graph.h"

namespace bench {

/// The graph's outputs for one input tensor (f32, all sizes known), in the order of graph.outputs.
/// Sums accumulate in double and are rounded once, so that this is the more exact side of any
/// comparison. Throws as infer_shapes.
std::vector<Tensor> evaluate(const Graph& graph, const Tensor& input);

/// Called with each node's value as soon as it is known, the Input's first, in the order of the
/// nodes.
using SeeValue = std::function<void(NodeId node, const Tensor& value)>;

/// The same, and `see` is shown every value on the way but those of Constants.
std::vector<Tensor> evaluate_showing(const Graph& graph, const Tensor& input, const SeeValue& see);

/// May put another value in the place of a node's.
using ChangeValue = std::function<void(NodeId node, Tensor& value)>;

/// The same, and `change` is called with every computed value (not the Input's) before anything
/// reads it.
std::vector<Tensor> evaluate_changing(const Graph& graph, const Tensor& input,
                                      const ChangeValue& change);

/// One node's result from its inputs' values; the same meaning as in `evaluate`. `shape` is the
/// result's shape as infer_shapes gives it. Backends may run data movement (Transpose, Slice, ...)
/// through this.
Tensor evaluate_node(const Op& op, std::span<const Tensor* const> inputs, const Shape& shape);

}  // namespace bench
