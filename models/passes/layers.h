#pragma once
// Conv2d and Linear seen alike: both multiply by a weight whose first axis is the output channel.

#include <cstddef>
#include <span>

#include "models/graph.h"

namespace bench {

/// The weight and bias of a Conv2d or Linear; null for any other op.
const Tensor* weight_of(const Op& op);
Tensor* weight_of(Op& op);
const Tensor* bias_of(const Op& op);
Tensor* bias_of(Op& op);

/// The weight or bias a layer computes with, f32: put onto its grid if it has one, or what its
/// numbers stand for. An empty bias stays empty. REQUIRES weight_of(op).
Tensor weight_in_use(const Op& op);
Tensor bias_in_use(const Op& op);

/// Puts them in place of the layer's parameters and takes their grids away; does nothing to other
/// ops.
void settle_parameters(Op& op);

/// The grid of a Conv2d's or Linear's weight or bias. REQUIRES weight_of(op).
const std::optional<Grid>& weight_grid_of(const Op& op);
const std::optional<Grid>& bias_grid_of(const Op& op);

/// Whether a Conv2d or Linear has a grid for its weight or bias.
bool has_grid(const Op& op);

/// Whether a graph is quantised anywhere: a layer with a grid, or a FakeQuantize.
bool has_grids(const Graph& graph);

/// weight[o][j][k]: output o, input j of o's group, position k in the kernel.
struct LayerSize {
  std::size_t outputs = 0;  ///< of all groups
  std::size_t inputs = 0;   ///< of one group
  std::size_t kernel = 1;   ///< positions: KH * KW
  std::size_t groups = 1;

  std::size_t all_inputs() const { return inputs * groups; }
  /// The number, among all inputs, of input j of output o.
  std::size_t input_of(std::size_t o, std::size_t j) const {
    return o / (outputs / groups) * inputs + j;
  }
};

/// REQUIRES weight_of(op) and a valid node.
LayerSize size_of_layer(const Op& op);

/// What a leaky ReLU or PRelu multiplies values below 0 by: one number, or one per channel, all
/// finite and above 0. Empty for such an op with other slopes, and for any other op.
std::span<const float> positive_slopes(const Op& op);

/// Throws Error{bad_data} naming the node if its weight or bias holds a NaN or an infinity.
void require_finite(const Node& node);

/// The same, and throws Error{unsupported} if the weight or bias is a grid's numbers: for passes
/// that change them, which would have to find new grids.
void require_changeable(const Node& node);

/// Adds to a layer's bias, which it makes where there is none. REQUIRES one term per output.
void add_to_bias(Op& layer, const std::vector<double>& terms);

/// The node of this name, or -1.
NodeId find_node(const Graph& graph, std::string_view name);

}  // namespace bench
