#include "models/conformance_quantize.h"

#include <algorithm>
#include <cmath>

#include "models/integer_wanted.h"
#include "models/passes/layers.h"
#include "models/reference.h"

namespace bench::conformance {
namespace {

std::string to_string(const Scheme& scheme) {
  constexpr const char* roundings[] = {"even", "up", "away"};
  return (scheme.is_signed ? "s" : "u") + std::to_string(scheme.bits) +
         (scheme.form == Scheme::Form::affine ? " affine" : "") + (scheme.narrow ? " narrow" : "") +
         " half " + roundings[static_cast<int>(scheme.rounding)];
}

Scheme drawn_scheme(Random& random) {
  constexpr int bits[] = {8, 8, 8, 7, 4, 2};
  Scheme scheme;
  scheme.bits = bits[random.integer(0, 5)];
  scheme.form = random.integer(0, 2) > 0 ? Scheme::Form::affine : Scheme::Form::symmetric;
  // A symmetric grid of unsigned numbers has nothing below 0.
  scheme.is_signed = scheme.form == Scheme::Form::symmetric || random.integer(0, 1) == 0;
  scheme.narrow = random.integer(0, 1) == 0;
  scheme.rounding = static_cast<Rounding>(random.integer(0, 2));
  return scheme;
}

Range range_of(const Tensor& values, float share) {
  float least = 0, most = 0;
  for (const float x : values.data<float>()) {
    if (std::isfinite(x)) {
      least = std::min(least, x);
      most = std::max(most, x);
    }
  }
  return {least * share, most * share};
}

void add_weight_grid(Tensor& weight, std::optional<Grid>& grid, const Style& style) {
  grid = grid_for_weights(style.weights, style.per_channel, weight, "weight");
  if (!style.as_numbers) return;
  weight = quantize(*grid, weight, grid->is_signed ? DType::i8 : DType::u8, "weight");
}

// The grid of the sums: input scale * weight scale.
Grid grid_of_sums(const Grid& input, const Grid& weight) {
  Grid grid{.bits = 32, .scale = {}, .axis = weight.axis};
  for (const float scale : weight.scale) grid.scale.push_back(input.scale[0] * scale);
  grid.zero_point.assign(grid.scale.size(), 0);
  return grid;
}

class Quantizing {
 public:
  Quantizing(const Graph& graph, const Style& style, const Tensor& example)
      : graph_(graph),
        style_(style),
        example_(example),
        readers_(integer::readers_of(graph)),
        places_of_regions_(find_places(graph)) {}

  Graph run() && {
    const std::vector<Shape> shapes = infer_shapes(graph_, example_.shape());
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) take(i, shapes[i]);
    for (const Output& output : graph_.outputs) {
      result_.outputs.push_back({output.name, place(output.node)});
    }
    return std::move(result_);
  }

 private:
  NodeId place(NodeId id) const { return places_[static_cast<std::size_t>(id)]; }

  void take(std::size_t i, const Shape& shape) {
    Node node = graph_.nodes[i];
    for (NodeId& input : node.inputs) input = place(input);
    if (auto* conv = std::get_if<Conv2d>(&node.op)) add_grids(*conv, node.inputs[0]);
    if (auto* linear = std::get_if<Linear>(&node.op)) add_grids(*linear, node.inputs[0]);
    const std::optional<Grid> grid_of_input =
        node.inputs.empty() ? std::nullopt : grids_[static_cast<std::size_t>(node.inputs[0])];
    const bool keeps = integer::keeps_values(node.op) && !integer::is_clamp(node.op);
    const bool interpolates = std::holds_alternative<Resize>(node.op) && !keeps;
    const bool moves = keeps && !std::holds_alternative<Concat>(node.op);
    NodeId last = append(std::move(node), shape);
    if (!is_left_to_activation(i) && !places_of_regions_[i])
      last = add_edge(last, grid_of_input, moves, interpolates);
    places_.push_back(last);
  }

  NodeId add_edge(NodeId of, const std::optional<Grid>& grid_of_input, bool moves,
                  bool interpolates) {
    const auto i = static_cast<std::size_t>(of);
    if (moves && grid_of_input && style_.after_moves == Style::AfterMoves::nothing) {
      grids_[i] = grid_of_input;
      return of;
    }
    const bool same = interpolates || (moves && style_.after_moves == Style::AfterMoves::same);
    const Node& node = result_.nodes[i];
    const Grid grid =
        same && grid_of_input
            ? *grid_of_input
            : grid_for_range(style_.edges, range_of(values_[i], style_.share), node.name);
    const Shape shape = values_[i].shape();
    const NodeId edge = append({node.name + ".grid", FakeQuantize{grid}, {of}}, shape);
    grids_.back() = grid;
    return edge;
  }

  NodeId append(Node node, const Shape& shape) {
    std::vector<const Tensor*> inputs;
    for (const NodeId id : node.inputs) inputs.push_back(&values_[static_cast<std::size_t>(id)]);
    values_.push_back(
        std::holds_alternative<Input>(node.op) ? example_ : evaluate_node(node.op, inputs, shape));
    grids_.emplace_back();
    return result_.add(std::move(node.name), std::move(node.op), std::move(node.inputs));
  }

  // Whether one activation is all that reads node `i`, and the grid comes after it.
  bool is_left_to_activation(std::size_t i) const {
    const auto& readers = readers_[i];
    if (readers.size() != 1 || readers[0] < 0) return false;
    const Op& op = graph_.nodes[i].op;
    const Op& reader = graph_.nodes[static_cast<std::size_t>(readers[0])].op;
    if (integer::is_clamp(reader)) return !std::holds_alternative<Input>(op);
    return style_.behind_slopes && weight_of(op) && !positive_slopes(reader).empty();
  }

  template <class Layer>
  void add_grids(Layer& op, NodeId input) {
    add_weight_grid(op.weight, op.weight_grid, style_);
    const auto& grid = grids_[static_cast<std::size_t>(input)];
    const bool coarse = style_.edges.bits < 7 || style_.weights.bits < 7;
    if (op.bias.empty() || !grid || (style_.drawn_bias && !coarse)) return;
    op.bias_grid = grid_of_sums(*grid, *op.weight_grid);
    if (style_.as_numbers) op.bias = quantize(*op.bias_grid, op.bias, DType::i32, "bias");
  }

  const Graph& graph_;
  const Style& style_;
  const Tensor& example_;
  std::vector<std::vector<NodeId>> readers_;
  std::vector<bool> places_of_regions_;
  Graph result_;
  std::vector<NodeId> places_;              // of the graph's values, in the result
  std::vector<Tensor> values_;              // of the result's nodes
  std::vector<std::optional<Grid>> grids_;  // the same: what they are on
};

}  // namespace

std::string to_string(const Style& style) {
  constexpr const char* moved[] = {"no grid", "the same grid", "a grid"};
  return to_string(style.edges) + ", weights " + to_string(style.weights) +
         (style.per_channel ? " per channel" : "") + (style.as_numbers ? " as numbers" : "") +
         (style.drawn_bias ? ", biases without grids" : "") + ", " +
         moved[static_cast<int>(style.after_moves)] + " after moves" +
         (style.behind_slopes ? ", behind slopes" : "") + (style.share < 1 ? ", clamping" : "");
}

Style drawn_style(Random& random) {
  Style style;
  style.edges = drawn_scheme(random);
  style.weights = drawn_scheme(random);
  style.per_channel = random.integer(0, 1) == 0;
  style.as_numbers = random.integer(0, 1) == 0;
  style.drawn_bias = random.integer(0, 1) == 0;
  style.after_moves = static_cast<Style::AfterMoves>(random.integer(0, 2));
  style.share = random.integer(0, 1) == 0 ? 1 : 0.7f;
  style.behind_slopes = random.integer(0, 1) == 0;
  return style;
}

Graph quantized(const Graph& graph, const Style& style, const Tensor& example) {
  return Quantizing(graph, style, example).run();
}

}  // namespace bench::conformance
