#pragma once
// Quantisation as a rewrite: which tensors of a graph get which grids. It decides the numbers;
// backends decide the arithmetic.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/graph.h"
#include "models/passes/histogram.h"
#include "models/registry.h"

namespace bench {

/// How a range becomes a grid.
struct Scheme {
  enum class Form {
    symmetric,  ///< zero point 0; scale = max(|min|, |max|) / highest
    affine,     ///< with a zero point; the range is first widened to hold 0
    offset,     ///< from the minimum, which is on the grid; 0 need not be
  };
  Form form = Form::symmetric;
  int bits = 8;
  bool is_signed = true;
  bool narrow = true;         ///< without the lowest number: -127 .. 127
  bool power_of_two = false;  ///< the scale is rounded up to a power of two
  Rounding rounding = Rounding::half_even;
};

/// The grid with one scale that covers `range`. A range of zeros gets scale 1.
/// Throws Error{bad_data} naming `what` for a range that is not finite, or min > max.
Grid grid_for_range(const Scheme& scheme, const Range& range, std::string_view what);

/// The grid for a parameter tensor: one scale, or one for each index of axis 0.
Grid grid_for_weights(const Scheme& scheme, bool per_channel, const Tensor& weights,
                      std::string_view what);

/// Which layers a rule is about; a layer must satisfy all that is said.
struct LayerFilter {
  enum class Kind { any, convolution, depthwise, linear };  ///< convolution: that is not depthwise
  enum class Position { any, first, last };                 ///< among all layers with weights
  Kind kind = Kind::any;
  Position position = Position::any;
  std::string name = {};  ///< of the node; empty: any
};

/// What becomes of one layer's tensors; what is not said stays in float.
struct LayerScheme {
  std::optional<Scheme> weight = {}, bias = {};
  bool weight_per_channel = false;
  std::variant<std::monostate, Scheme, DynamicGrid> input = {};  ///< Scheme: needs a known range
};

/// Of all rules that fit a layer, the last one decides; a layer no rule fits stays in float.
struct QuantizeRule {
  LayerFilter which = {};
  LayerScheme scheme = {};
};

/// The graph with grids on the weights and biases of its layers (Conv2d, Linear) and FakeQuantize
/// nodes, called NODE.grid, on the tensors they read; layers that want the same grid of the same
/// tensor share it. `ranges`: of results, by the name of the node that gives them. REQUIRES a graph
/// without grids. Throws Error{missing} naming node and layer where a range is needed and not
/// known; Error{bad_data} as grid_for_weights.
Graph quantize(Graph graph, std::span<const QuantizeRule> rules,
               const std::map<std::string, Range>& ranges = {});

/// Published schemes that need nothing but the graph.
///
/// max127-dynamic: Song, Tensorflow-quantization-test. Every convolution (depthwise ones too) and
/// every linear layer: weights and inputs max |x| / 127 per tensor, the input's at run time; biases
/// and batch norm in float, nothing folded. There a separable convolution, as in Xception, is one
/// layer whose inner tensor stays in float: these rules do not know that.
///
/// max127-dynamic-float-depthwise: the same with depthwise convolutions in float.
std::span<const Entry<std::vector<QuantizeRule> (*)()>> quantization_presets();

}  // namespace bench
