#include "models/passes/quantize.h"

#include <algorithm>
#include <cmath>

#include "models/error.h"
#include "models/passes/layers.h"

namespace bench {
namespace {

using EdgeGrid = std::variant<Grid, DynamicGrid>;

std::size_t index(NodeId id) { return static_cast<std::size_t>(id); }

template <class Scheme>
bool says_nothing(const Scheme& scheme) {
  return std::holds_alternative<std::monostate>(scheme);
}

// Whether a node's result consists of numbers it reads (and 0).
bool moves_numbers(const Op& op) {
  if (const auto* resize = std::get_if<Resize>(&op)) return resize->mode == Resize::Mode::nearest;
  if (const auto* pad = std::get_if<Pad>(&op)) return pad->value == 0;
  return std::holds_alternative<MaxPool>(op) || std::holds_alternative<RoiPool>(op) ||
         std::holds_alternative<Reshape>(op) || std::holds_alternative<Slice>(op) ||
         std::holds_alternative<Transpose>(op);
}

bool is_clamp(const Op& op) {
  const auto* activation = std::get_if<Activation>(&op);
  return activation &&
         (activation->kind == Activation::Kind::relu || activation->kind == Activation::Kind::clip);
}

// Whether a node's grid comes behind the activation that alone reads it.
bool takes(const Op& op, const NodeScheme& scheme, const Op& activation) {
  const auto* arithmetic = std::get_if<Arithmetic>(&op);
  const bool is_add = arithmetic && arithmetic->kind == Arithmetic::Kind::add;
  if (is_clamp(activation)) return weight_of(op) || is_add;
  return weight_of(op) && scheme.output_behind_slope && !positive_slopes(activation).empty();
}

// For every node whose result an activation alone reads, and that takes it in: that activation;
// else -1.
std::vector<NodeId> activations_behind(const Graph& graph, const std::vector<NodeScheme>& schemes) {
  const std::vector<int> readers = count_readers(graph);
  std::vector<NodeId> behind(graph.nodes.size(), -1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].inputs.empty()) continue;
    const std::size_t input = index(graph.nodes[i].inputs[0]);
    if (readers[input] == 1 && takes(graph.nodes[input].op, schemes[input], graph.nodes[i].op)) {
      behind[input] = static_cast<NodeId>(i);
    }
  }
  return behind;
}

Range range_of_constant(const Constant& op) {
  const auto values = op.value.data<float>();
  if (values.empty()) return {};
  const auto [least, most] = std::ranges::minmax(values);
  return {least, most};
}

// What the rules say of every node; the grid of a result moves behind its activation.
std::vector<NodeScheme> schemes_of(const Graph& graph, std::span<const QuantizeRule> rules) {
  const NodeMatcher matcher(graph);
  std::vector<NodeScheme> schemes(graph.nodes.size());
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    if (std::holds_alternative<FakeQuantize>(graph.nodes[i].op)) continue;
    for (const QuantizeRule& rule : rules) {
      if (matcher.fits(rule.which, static_cast<NodeId>(i))) schemes[i] = rule.scheme;
    }
  }
  const std::vector<NodeId> behind = activations_behind(graph, schemes);
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    if (behind[i] < 0) continue;
    EdgeScheme& active = schemes[index(behind[i])].output;
    if (says_nothing(active)) active = schemes[i].output;
    schemes[i].output = {};
  }
  return schemes;
}

class Quantizing {
 public:
  Quantizing(Graph graph, std::span<const QuantizeRule> rules, const Ranges& ranges)
      : source_(std::move(graph)), schemes_(schemes_of(source_, rules)), ranges_(ranges) {}

  Graph run() && {
    const std::vector<bool> places = find_places(source_);
    for (std::size_t i = 0; i < source_.nodes.size(); ++i) {
      take(std::move(source_.nodes[i]), schemes_[i], places[i]);
    }
    for (const Output& output : source_.outputs) {
      result_.outputs.push_back({output.name, places_[index(output.node)]});
    }
    return std::move(result_);
  }

 private:
  // Moves a node to the result, with the grids its scheme asks for; places get none.
  void take(Node node, const NodeScheme& scheme, bool is_place) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      node.inputs[i] = places_[index(node.inputs[i])];
      if (reads(node.op, i) == Reads::values)
        node.inputs[i] = read_on_grid(node.inputs[i], scheme.input, node);
    }
    if (auto* conv = std::get_if<Conv2d>(&node.op)) add_grids(*conv, scheme, node);
    if (auto* linear = std::get_if<Linear>(&node.op)) add_grids(*linear, scheme, node);
    grids_.push_back(grid_of_op(node));
    result_.nodes.push_back(std::move(node));
    auto place = static_cast<NodeId>(result_.nodes.size()) - 1;
    if (!grids_.back() && !is_place && !says_nothing(scheme.output))
      place = put_on_grid(place, scheme.output);
    places_.push_back(place);
  }

  // The grid a result is on without our doing.
  std::optional<EdgeGrid> grid_of_op(const Node& node) const {
    if (const auto* op = std::get_if<FakeQuantize>(&node.op)) return op->grid;
    if (moves_numbers(node.op)) return grids_[index(node.inputs[0])];
    return std::nullopt;
  }

  template <class Layer>
  void add_grids(Layer& layer, const NodeScheme& scheme, const Node& node) const {
    const std::string what = describe(node);
    if (scheme.weight) {
      if (layer.weight_grid) throw Error(Fault::usage, what + ": its weight has a grid already");
      layer.weight_grid = grid_for_weights(*scheme.weight, scheme.weight_per_channel, layer.weight,
                                           what + ": weight");
      const auto zero = [](float w) { return w == 0; };
      if (std::ranges::all_of(layer.weight.template data<float>(), zero)) {
        throw Error(Fault::bad_data,
                    what + ": all its weights are 0, which is no range for a grid");
      }
    }
    if (says_nothing(scheme.bias) || layer.bias.empty()) return;
    if (layer.bias_grid) throw Error(Fault::usage, what + ": its bias has a grid already");
    if (const auto* own = std::get_if<Scheme>(&scheme.bias)) {
      layer.bias_grid = grid_for_weights(*own, false, layer.bias, what + ": bias");
    } else {
      make_room_for_bias(input_grid(node), weight_grid(layer, what), layer.bias);
      layer.bias_grid =
          grid_for_sums(input_grid(node), weight_grid(layer, what),
                        std::get<AtSumScale>(scheme.bias).rounding, layer.bias, what + ": bias");
    }
  }

  const Grid& input_grid(const Node& node) const {
    const auto& grid = grids_[index(node.inputs[0])];
    const auto* known = grid ? std::get_if<Grid>(&*grid) : nullptr;
    if (known && known->offset.empty() && known->scale.size() == 1) return *known;
    throw Error(Fault::usage, describe(node) +
                                  ": a bias at the scale of sums needs an input on a grid with a "
                                  "known scale and zero point");
  }

  template <class Layer>
  static Grid& weight_grid(Layer& layer, const std::string& what) {
    if (layer.weight_grid && layer.weight_grid->offset.empty()) return *layer.weight_grid;
    throw Error(Fault::usage,
                what + ": a bias at the scale of sums needs weights on a grid with a zero point");
  }

  // The node that gives `tensor` (a place in the result) as `reader` wants to read it.
  NodeId read_on_grid(NodeId tensor, const EdgeScheme& scheme, const Node& reader) {
    if (grids_[index(tensor)] || says_nothing(scheme)) return tensor;
    const EdgeGrid grid = make_grid(tensor, scheme, " (read by " + describe(reader) + ")");
    for (const Made& made : made_) {
      if (made.tensor == tensor && made.grid == grid) return made.node;
    }
    return add_grid(tensor, grid);
  }

  NodeId put_on_grid(NodeId tensor, const EdgeScheme& scheme) {
    const Node& node = result_.nodes[index(tensor)];
    if (!std::holds_alternative<GridOfInput>(scheme)) {
      return add_grid(tensor, make_grid(tensor, scheme, ""));
    }
    const auto grid = node.inputs.empty() ? std::nullopt : grids_[index(node.inputs[0])];
    return grid ? add_grid(tensor, *grid) : tensor;
  }

  NodeId add_grid(NodeId tensor, const EdgeGrid& grid) {
    const auto before = std::ranges::count(made_, tensor, &Made::tensor);
    std::string name = result_.nodes[index(tensor)].name + ".grid";
    if (before > 0) name += std::to_string(before + 1);
    made_.push_back({tensor, grid, result_.add(std::move(name), FakeQuantize{grid}, {tensor})});
    grids_.push_back(grid);
    return made_.back().node;
  }

  EdgeGrid make_grid(NodeId tensor, const EdgeScheme& scheme, const std::string& reader) const {
    if (const auto* rule = std::get_if<DynamicGrid>(&scheme)) return *rule;
    const auto* fixed = std::get_if<Scheme>(&scheme);
    const Node& node = result_.nodes[index(tensor)];
    const std::string what = describe(node) + reader;
    if (!fixed) throw Error(Fault::usage, what + ": no tensor it could share a grid with");
    const Range range = range_of(node, *fixed, what);
    if (range.min == 0 && range.max == 0) {
      throw Error(Fault::bad_data, what +
                                       ": all its values were 0 in calibration, which is no range "
                                       "for a grid; calibrate with more images, or leave it in "
                                       "float");
    }
    return grid_for_range(*fixed, range, what);
  }

  Range range_of(const Node& node, const Scheme& scheme, const std::string& what) const {
    if (scheme.range) return *scheme.range;
    if (const auto* constant = std::get_if<Constant>(&node.op)) return range_of_constant(*constant);
    const auto range = ranges_.find(node.name);
    if (range != ranges_.end()) return range->second;
    throw Error(Fault::missing, what +
                                    ": its range is not known; calibrate first, or use a dynamic "
                                    "scheme");
  }

  struct Made {
    NodeId tensor;
    EdgeGrid grid;
    NodeId node;
  };

  Graph source_, result_{};
  std::vector<NodeScheme> schemes_;  // by source node
  const Ranges& ranges_;
  std::vector<NodeId> places_{};                  // of source nodes' results
  std::vector<std::optional<EdgeGrid>> grids_{};  // by result node
  std::vector<Made> made_{};
};

}  // namespace

Graph quantize(Graph graph, std::span<const QuantizeRule> rules, const Ranges& ranges) {
  return Quantizing(std::move(graph), rules, ranges).run();
}

}  // namespace bench
