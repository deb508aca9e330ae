#include "models/passes/binarize.h"

#include <algorithm>
#include <set>

#include "models/error.h"
#include "models/passes/binarize_factors.h"
#include "models/passes/layers.h"
#include "models/registry.h"

namespace bench {
namespace {

using Input = BinaryScheme::Input;
using Scale = BinaryScheme::Scale;
using Output = BinaryScheme::Output;
using PaddingValue = BinaryScheme::Padding;

std::size_t index(NodeId id) { return static_cast<std::size_t>(id); }

bool is_sign(const Node& node) {
  const auto* op = std::get_if<FakeQuantize>(&node.op);
  const auto* grid = op ? std::get_if<Grid>(&op->grid) : nullptr;
  return grid && is_binary(*grid) && grid->scale == std::vector<float>{1};
}

// A rule that names one layer means that layer.
void require_named(const Graph& graph, const NodeFilter& which) {
  if (which.name.empty() || which.name.find('*') != std::string::npos) return;
  std::vector<std::string> layers;
  for (const Node& node : graph.nodes) {
    if (weight_of(node.op)) layers.push_back(node.name);
  }
  if (std::ranges::find(layers, which.name) != layers.end()) return;
  throw Error(Fault::usage, "binarize: " + unknown_name("layer", which.name, layers));
}

struct Chosen {
  std::vector<std::optional<BinaryScheme>> schemes;  // by node
  std::vector<std::size_t> idle;
};

Chosen choose(const Graph& graph, std::span<const BinarizeRule> rules) {
  const NodeMatcher matcher(graph);
  Chosen chosen{std::vector<std::optional<BinaryScheme>>(graph.nodes.size()), {}};
  for (std::size_t r = 0; r < rules.size(); ++r) {
    require_named(graph, rules[r].which);
    bool fits = false;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      if (!weight_of(graph.nodes[i].op)) continue;
      if (!matcher.fits(rules[r].which, static_cast<NodeId>(i))) continue;
      chosen.schemes[i] = rules[r].scheme;
      fits = true;
    }
    if (!fits) chosen.idle.push_back(r);
  }
  return chosen;
}

void require_possible(const Node& node, const BinaryScheme& scheme) {
  const auto require = [&](bool holds, const char* fault) {
    if (!holds) throw Error(Fault::usage, describe(node) + ": " + fault);
  };
  require(!has_grid(node.op), "has a grid already; binarize takes layers in float");
  require(scheme.output != Output::popcount || scheme.input == Input::sign,
          "popcounts are of signs; give input sign, or output dot or half");
  require(scheme.scale != Scale::xnor_net || scheme.input == Input::sign,
          "XNOR-Net's scale stands for the magnitudes of inputs, and real inputs have theirs; give "
          "input sign or scale mean-abs");
  require(scheme.scale != Scale::xnor_net || scheme.output == Output::dot,
          "XNOR-Net's scale is for output dot");
  require_changeable(node);
}

class Binarizing {
 public:
  Binarizing(Graph graph, const LayerScales& scales) : source_(std::move(graph)), scales_(scales) {
    for (const Node& node : source_.nodes) names_.insert(node.name);
  }

  Binarized run(Chosen chosen) && {
    for (std::size_t i = 0; i < source_.nodes.size(); ++i) {
      Node& node = source_.nodes[i];
      for (NodeId& input : node.inputs) input = places_[index(input)];
      places_.push_back(chosen.schemes[i] ? add_binary(std::move(node), *chosen.schemes[i])
                                          : take(std::move(node)));
    }
    for (const auto& output : source_.outputs) {
      result_.graph.outputs.push_back({output.name, places_[index(output.node)]});
    }
    result_.idle = std::move(chosen.idle);
    return std::move(result_);
  }

 private:
  struct Padded {
    NodeId tensor;
    Padding pad;
    float value;
    NodeId node;
  };

  NodeId take(Node node) {
    result_.graph.nodes.push_back(std::move(node));
    const auto place = static_cast<NodeId>(result_.graph.nodes.size()) - 1;
    if (is_sign(result_.graph.nodes.back())) {
      signs_.try_emplace(result_.graph.nodes.back().inputs[0], place);
      signs_.try_emplace(place, place);
    }
    return place;
  }

  NodeId add(const std::string& name, Op op, std::vector<NodeId> inputs) {
    std::string free = name;
    for (int i = 2; !names_.insert(free).second; ++i) free = name + std::to_string(i);
    return result_.graph.add(std::move(free), std::move(op), std::move(inputs));
  }

  const std::string& name_of(NodeId id) const { return result_.graph.nodes[index(id)].name; }

  NodeId add_binary(Node node, const BinaryScheme& scheme) {
    require_possible(node, scheme);
    const auto given = scales_.find(node.name);
    if (scheme.scale == Scale::learned && given == scales_.end()) {
      throw Error(Fault::missing, describe(node) + ": its scales are learned and not given");
    }
    BinaryFactors factors = binary_factors(
        node, scheme, given == scales_.end() ? std::span<const float>() : given->second);
    result_.layers.push_back({node.name, scheme, factors.zeros});
    const NodeId read = node.inputs[0];
    const bool by_pixel = scheme.scale == Scale::xnor_net;
    const NodeId magnitudes = by_pixel ? magnitudes_of(read, node) : -1;
    if (auto* conv = std::get_if<Conv2d>(&node.op)) {
      node.inputs[0] = input_of(read, scheme, conv->pad);
      if (scheme.padding != PaddingValue::zero) conv->pad = {};
      set_factors(*conv, factors, by_pixel);
    } else {
      node.inputs[0] = input_of(read, scheme, {});
      set_factors(std::get<Linear>(node.op), factors, by_pixel);
    }
    const NodeId layer = take(std::move(node));
    return by_pixel ? scaled(layer, magnitudes, factors.shift) : layer;
  }

  template <class Layer>
  static void set_factors(Layer& layer, const BinaryFactors& factors, bool shift_later) {
    layer.weight_grid = factors.grid;
    layer.bias = shift_later ? Tensor() : factors.shift;
  }

  NodeId scaled(NodeId layer, NodeId magnitudes, const Tensor& shift) {
    const std::string name = name_of(layer);
    const NodeId product =
        add(name + ".scaled", Arithmetic{Arithmetic::Kind::mul}, {layer, magnitudes});
    if (shift.empty()) return product;
    const bool map = std::holds_alternative<Conv2d>(result_.graph.nodes[index(layer)].op);
    const auto values = shift.data<float>();
    const Shape shape = map ? Shape{shift.size(), 1, 1} : Shape{shift.size()};
    const NodeId bias =
        add(name + ".bias", Constant{Tensor::of(shape, {values.begin(), values.end()})}, {});
    return add(name + ".biased", Arithmetic{Arithmetic::Kind::add}, {product, bias});
  }

  // What the layer reads instead of `tensor`.
  NodeId input_of(NodeId tensor, const BinaryScheme& scheme, const Padding& pad) {
    const bool signs = scheme.input == Input::sign;
    if (scheme.padding == PaddingValue::zero || pad == Padding{}) {
      return signs ? sign_of(tensor) : tensor;
    }
    const bool minus = scheme.padding == PaddingValue::minus_one;
    if (signs && minus) return padded(sign_of(tensor), pad, -1);
    return signs ? sign_of(padded(tensor, pad, 0)) : padded(tensor, pad, minus ? -1 : 1);
  }

  NodeId sign_of(NodeId tensor) {
    const auto known = signs_.find(tensor);
    if (known != signs_.end()) return known->second;
    const NodeId sign = add(name_of(tensor) + ".sign", FakeQuantize{Grid{.bits = 1}}, {tensor});
    signs_[tensor] = sign;
    return sign;
  }

  NodeId padded(NodeId tensor, const Padding& pad, float value) {
    for (const Padded& known : padded_) {
      if (known.tensor == tensor && known.pad == pad && known.value == value) return known.node;
    }
    const Pad op{{0, 0, pad.top, pad.left}, {0, 0, pad.bottom, pad.right}, value};
    padded_.push_back({tensor, pad, value, add(name_of(tensor) + ".pad", op, {tensor})});
    return padded_.back().node;
  }

  // XNOR-Net's K: the mean of |x| under the layer's kernel.
  NodeId magnitudes_of(NodeId tensor, const Node& layer) {
    const auto* conv = std::get_if<Conv2d>(&layer.op);
    if (!conv) return mean_of_magnitudes(tensor, -1);
    const std::string name = layer.name + ".input_scale";
    if (conv->groups > 1) return add(name, box(*conv), {magnitude_of(tensor)});
    const NodeId mean = mean_of_magnitudes(tensor, 1);
    const Pair kernel{static_cast<int>(conv->weight.dim(2)), static_cast<int>(conv->weight.dim(3))};
    const Padding& pad = conv->pad;
    if (kernel == Pair{} && conv->stride == Pair{} && pad == Padding{}) return mean;
    const bool pool = conv->dilation == Pair{} && std::max(pad.top, pad.bottom) < kernel.h &&
                      std::max(pad.left, pad.right) < kernel.w;
    if (!pool) return add(name, box(*conv), {mean});
    const AveragePool op{
        .kernel = kernel, .stride = conv->stride, .pad = pad, .count_include_pad = true};
    return add(name, op, {mean});
  }

  // The mean under a convolution's windows: of one channel, or for each output of its group.
  static Conv2d box(const Conv2d& like) {
    Shape shape = like.weight.shape();
    if (like.groups == 1) shape[0] = shape[1] = 1;
    Conv2d op{.weight = Tensor(shape)};
    const auto products = static_cast<double>(shape[1] * shape[2] * shape[3]);
    std::ranges::fill(op.weight.data<float>(), static_cast<float>(1 / products));
    op.stride = like.stride;
    op.pad = like.pad;
    op.dilation = like.dilation;
    op.groups = like.groups;
    return op;
  }

  NodeId magnitude_of(NodeId tensor) {
    const auto [place, is_new] = magnitudes_.try_emplace(tensor, -1);
    if (is_new) {
      const Activation abs{.kind = Activation::Kind::abs};
      place->second = add(name_of(tensor) + ".magnitude", abs, {tensor});
    }
    return place->second;
  }

  NodeId mean_of_magnitudes(NodeId tensor, int axis) {
    const NodeId magnitude = magnitude_of(tensor);
    const auto [place, is_new] = means_.try_emplace({tensor, axis}, -1);
    if (is_new) {
      const Reduce mean{.kind = Reduce::Kind::mean, .axes = {axis}};
      place->second = add(name_of(magnitude) + ".mean", mean, {magnitude});
    }
    return place->second;
  }

  Graph source_;
  const LayerScales& scales_;
  std::set<std::string> names_{};
  Binarized result_{};
  std::vector<NodeId> places_{};  // of source nodes' results
  std::map<NodeId, NodeId> signs_{}, magnitudes_{};
  std::map<std::pair<NodeId, int>, NodeId> means_{};
  std::vector<Padded> padded_{};
};

void require_learned(const Graph& graph, const Chosen& chosen, const LayerScales& scales) {
  std::vector<std::string> learned;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto& scheme = chosen.schemes[i];
    if (scheme && scheme->scale == Scale::learned) learned.push_back(graph.nodes[i].name);
  }
  for (const auto& [layer, unused] : scales) {
    if (std::ranges::find(learned, layer) != learned.end()) continue;
    throw Error(Fault::usage,
                "binarize: scales: " + unknown_name("layer with learned scales", layer, learned));
  }
}

}  // namespace

Binarized binarize(Graph graph, std::span<const BinarizeRule> rules, const LayerScales& scales) {
  Chosen chosen = choose(graph, rules);
  const bool any = std::ranges::any_of(chosen.schemes, [](const auto& s) { return s.has_value(); });
  if (!any) {
    throw Error(Fault::usage, "binarize: no rule makes any layer of this network binary");
  }
  require_learned(graph, chosen, scales);
  return Binarizing(std::move(graph), scales).run(std::move(chosen));
}

std::vector<NodeId> learned_layers(const Graph& graph, std::span<const BinarizeRule> rules) {
  const Chosen chosen = choose(graph, rules);
  std::vector<NodeId> layers;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto& scheme = chosen.schemes[i];
    if (scheme && scheme->scale == Scale::learned) layers.push_back(static_cast<NodeId>(i));
  }
  return layers;
}

}  // namespace bench
