#pragma once
// Quantisation as a rewrite: which tensors of a graph get which grids. It decides the numbers;
// backends decide the arithmetic.

#include <optional>
#include <span>
#include <variant>

#include "models/graph.h"
#include "models/passes/calibrate.h"
#include "models/passes/node_filter.h"
#include "models/passes/scheme.h"

namespace bench {

/// The grid of the tensor that a tensor was made from (the node's first input).
struct GridOfInput {
  friend bool operator==(const GridOfInput&, const GridOfInput&) = default;
};
/// A bias as int32 at input scale * weight scale: see grid_for_sums.
struct AtSumScale {
  Rounding rounding = Rounding::half_even;
  friend bool operator==(const AtSumScale&, const AtSumScale&) = default;
};

/// Of a tensor between nodes: made from its range, which must be known, or at run time.
using EdgeScheme = std::variant<std::monostate, Scheme, DynamicGrid, GridOfInput>;
using BiasScheme = std::variant<std::monostate, Scheme, AtSumScale>;

/// What becomes of a node's tensors; what is not said stays in float.
struct NodeScheme {
  std::optional<Scheme> weight = {};
  bool weight_per_channel = false;
  BiasScheme bias = {};
  EdgeScheme input = {};   ///< of every tensor it reads, for this reader
  EdgeScheme output = {};  ///< of its result, for whoever reads it
  /// A layer's result is put onto its grid behind a leaky ReLU or PRelu too, if all slopes are
  /// above 0: no numbers are spent on what the slope makes small.
  bool output_behind_slope = false;
};

/// Of all rules that fit a node, the last one decides.
struct QuantizeRule {
  NodeFilter which = {};
  NodeScheme scheme = {};
};

/// The graph with grids on the weights and biases of its layers (Conv2d, Linear) and FakeQuantize
/// nodes, called NODE.grid, on tensors.
///
/// A result is put onto its grid behind the relu or clip (see also output_behind_slope) that alone
/// reads it, if it is a layer's or an addition's; the activation's own rule goes first there. A
/// tensor that is on a grid already gets no second one: `input` applies to the others, and readers
/// that want the same grid of the same tensor share it. MaxPool, Reshape, Slice, Transpose, Resize
/// by nearest and Pad with 0 stay on the grid of what they read. `ranges`: of results, by the name
/// of the node that gives them; those of Constants are known.
///
/// May be applied again, with rules about what has no grid yet (weights first, say). Throws
/// Error{missing} naming node and layer where a range is needed and not known; Error{bad_data}
/// naming node and value: as grid_for_weights and grid_for_sums, a tensor or a layer's weights of
/// which all values are 0; Error{usage} naming the layer: a weight or bias with a grid already, a
/// bias for sums that have no scale.
Graph quantize(Graph graph, std::span<const QuantizeRule> rules, const Ranges& ranges = {});

}  // namespace bench
