#include "models/passes/quantize.h"

#include <algorithm>
#include <cmath>

#include "models/error.h"

namespace bench {
namespace {

float power_of_two_above(float scale) { return std::exp2(std::ceil(std::log2(scale))); }

float scale_of(const Scheme& scheme, float extent, std::int32_t steps) {
  if (!(extent > 0)) return 1;
  const float scale = extent / static_cast<float>(steps);
  return scheme.power_of_two ? power_of_two_above(scale) : scale;
}

Grid form_of(const Scheme& scheme) {
  Grid grid;
  grid.bits = scheme.bits;
  grid.is_signed = scheme.is_signed;
  grid.narrow = scheme.narrow;
  grid.rounding = scheme.rounding;
  return grid;
}

Range range_of(std::span<const float> values) {
  const auto [least, most] = std::ranges::minmax(values);
  const bool finite = std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
  return {finite ? least : std::nanf(""), most};
}

bool is_layer(const Op& op) {
  return std::holds_alternative<Conv2d>(op) || std::holds_alternative<Linear>(op);
}

LayerFilter::Kind kind_of(const Op& op) {
  const auto* conv = std::get_if<Conv2d>(&op);
  if (!conv) return LayerFilter::Kind::linear;
  const bool depthwise = conv->groups > 1 && conv->weight.dim(1) == 1;
  return depthwise ? LayerFilter::Kind::depthwise : LayerFilter::Kind::convolution;
}

class Quantizing {
 public:
  Quantizing(Graph graph, std::span<const QuantizeRule> rules,
             const std::map<std::string, Range>& ranges)
      : source_(std::move(graph)), rules_(rules), ranges_(ranges) {
    for (std::size_t i = 0; i < source_.nodes.size(); ++i) {
      if (!is_layer(source_.nodes[i].op)) continue;
      if (first_ < 0) first_ = static_cast<NodeId>(i);
      last_ = static_cast<NodeId>(i);
    }
  }

  Graph run() && {
    for (std::size_t i = 0; i < source_.nodes.size(); ++i) take(static_cast<NodeId>(i));
    for (const Output& output : source_.outputs) {
      result_.outputs.push_back({output.name, place(output.node)});
    }
    return std::move(result_);
  }

 private:
  NodeId place(NodeId old) const { return places_[static_cast<std::size_t>(old)]; }

  // Moves a node to the result, with the grids its scheme asks for.
  void take(NodeId id) {
    Node node = std::move(source_.nodes[static_cast<std::size_t>(id)]);
    for (NodeId& input : node.inputs) input = place(input);
    if (is_layer(node.op)) {
      const LayerScheme scheme = scheme_of(node, id);
      if (auto* conv = std::get_if<Conv2d>(&node.op)) add_grids(*conv, scheme, node);
      if (auto* linear = std::get_if<Linear>(&node.op)) add_grids(*linear, scheme, node);
      node.inputs[0] = on_grid(node.inputs[0], scheme, node);
    }
    result_.nodes.push_back(std::move(node));
    places_.push_back(static_cast<NodeId>(result_.nodes.size()) - 1);
  }

  LayerScheme scheme_of(const Node& node, NodeId id) const {
    LayerScheme scheme;
    for (const QuantizeRule& rule : rules_) {
      if (fits(rule.which, node, id)) scheme = rule.scheme;
    }
    return scheme;
  }

  bool fits(const LayerFilter& which, const Node& node, NodeId id) const {
    if (which.kind != LayerFilter::Kind::any && which.kind != kind_of(node.op)) return false;
    if (which.position == LayerFilter::Position::first && id != first_) return false;
    if (which.position == LayerFilter::Position::last && id != last_) return false;
    return which.name.empty() || which.name == node.name;
  }

  template <class Layer>
  static void add_grids(Layer& layer, const LayerScheme& scheme, const Node& node) {
    const std::string what = describe(node);
    if (scheme.weight) {
      layer.weight_grid = grid_for_weights(*scheme.weight, scheme.weight_per_channel, layer.weight,
                                           what + ": weight");
    }
    if (scheme.bias && !layer.bias.empty()) {
      layer.bias_grid = grid_for_weights(*scheme.bias, false, layer.bias, what + ": bias");
    }
  }

  // The node that puts `input` (a place in the result) onto the grid `reader` wants.
  NodeId on_grid(NodeId input, const LayerScheme& scheme, const Node& reader) {
    if (std::holds_alternative<std::monostate>(scheme.input)) return input;
    FakeQuantize op;
    if (const auto* rule = std::get_if<DynamicGrid>(&scheme.input)) {
      op.grid = *rule;
    } else {
      op.grid = static_grid(input, std::get<Scheme>(scheme.input), reader);
    }
    for (const auto& [tensor, grid, node] : made_) {
      if (tensor == input && grid == op.grid) return node;
    }
    const auto same_tensor = [input](const Made& made) { return made.tensor == input; };
    const auto before = std::ranges::count_if(made_, same_tensor);
    std::string name = result_.nodes[static_cast<std::size_t>(input)].name + ".grid";
    if (before > 0) name += std::to_string(before + 1);
    made_.push_back({input, op.grid, result_.add(std::move(name), op, {input})});
    return made_.back().node;
  }

  Grid static_grid(NodeId input, const Scheme& scheme, const Node& reader) const {
    const std::string& name = result_.nodes[static_cast<std::size_t>(input)].name;
    const auto range = ranges_.find(name);
    if (range == ranges_.end()) {
      throw Error(Fault::missing, describe(reader) + ": the range of its input, node '" + name +
                                      "', is not known; calibrate first, or use a dynamic scheme");
    }
    return grid_for_range(scheme, range->second, "node '" + name + "'");
  }

  struct Made {
    NodeId tensor;
    std::variant<Grid, DynamicGrid> grid;
    NodeId node;
  };

  Graph source_, result_;
  std::span<const QuantizeRule> rules_;
  const std::map<std::string, Range>& ranges_;
  NodeId first_ = -1, last_ = -1;
  std::vector<NodeId> places_;
  std::vector<Made> made_;
};

std::vector<QuantizeRule> max127_dynamic() {
  LayerScheme scheme;
  scheme.weight = Scheme{};
  scheme.input = DynamicGrid{};
  return {{{}, scheme}};
}

std::vector<QuantizeRule> max127_dynamic_float_depthwise() {
  std::vector<QuantizeRule> rules = max127_dynamic();
  rules.push_back({{.kind = LayerFilter::Kind::depthwise}, {}});
  return rules;
}

constexpr Entry<std::vector<QuantizeRule> (*)()> presets[] = {
    {"max127-dynamic", "weights and layer inputs max|x|/127, the inputs' at run time",
     max127_dynamic},
    {"max127-dynamic-float-depthwise", "the same, depthwise convolutions in float",
     max127_dynamic_float_depthwise},
};

}  // namespace

Grid grid_for_range(const Scheme& scheme, const Range& range, std::string_view what) {
  if (!std::isfinite(range.min) || !std::isfinite(range.max) || range.min > range.max) {
    throw Error(Fault::bad_data, std::string(what) + ": " + std::to_string(range.min) + " .. " +
                                     std::to_string(range.max) + " is no range for a grid");
  }
  Grid grid = form_of(scheme);
  const std::int32_t steps = highest(grid) - lowest(grid);
  if (scheme.form == Scheme::Form::symmetric) {
    const float largest = std::max(std::abs(range.min), std::abs(range.max));
    grid.scale = {scale_of(scheme, largest, std::max(1, highest(grid)))};
  } else if (scheme.form == Scheme::Form::affine) {
    const float least = std::min(range.min, 0.0f), most = std::max(range.max, 0.0f);
    grid.scale = {scale_of(scheme, most - least, steps)};
    const float zero = static_cast<float>(lowest(grid)) - std::nearbyint(least / grid.scale[0]);
    grid.zero_point = {std::clamp(static_cast<std::int32_t>(zero), lowest(grid), highest(grid))};
  } else {
    grid.offset = {range.min};
    grid.scale = {scale_of(scheme, range.max - range.min, highest(grid))};
  }
  validate(grid, what);
  return grid;
}

Grid grid_for_weights(const Scheme& scheme, bool per_channel, const Tensor& weights,
                      std::string_view what) {
  const auto values = weights.data<float>();
  if (!per_channel) return grid_for_range(scheme, range_of(values), what);
  const auto channels = static_cast<std::size_t>(weights.dim(0));
  const std::size_t length = values.size() / channels;
  Grid all = form_of(scheme);
  all.axis = 0;
  all.scale.clear();
  all.zero_point.clear();
  for (std::size_t c = 0; c < channels; ++c) {
    const Grid one = grid_for_range(scheme, range_of(values.subspan(c * length, length)),
                                    std::string(what) + ", channel " + std::to_string(c));
    all.scale.push_back(one.scale[0]);
    all.zero_point.push_back(one.zero_point[0]);
    all.offset.insert(all.offset.end(), one.offset.begin(), one.offset.end());
  }
  return all;
}

Graph quantize(Graph graph, std::span<const QuantizeRule> rules,
               const std::map<std::string, Range>& ranges) {
  return Quantizing(std::move(graph), rules, ranges).run();
}

std::span<const Entry<std::vector<QuantizeRule> (*)()>> quantization_presets() { return presets; }

}  // namespace bench
