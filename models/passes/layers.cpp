#include "models/passes/layers.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/error.h"

namespace bench {
namespace {

void require_finite(const Node& node, const Tensor& values, const std::string& which) {
  if (values.empty() || values.type() != DType::f32) return;
  const auto data = values.data<float>();
  const auto bad = std::ranges::find_if(data, [](float x) { return !std::isfinite(x); });
  if (bad == data.end()) return;
  throw Error(Fault::bad_data, describe(node) + ": its " + which + " number " +
                                   std::to_string(bad - data.begin()) + " is " +
                                   std::to_string(*bad) + ", not a finite number");
}

Tensor on_grid(const Tensor& parameter, const std::optional<Grid>& grid, const char* what) {
  if (!grid || parameter.empty()) return parameter;
  const bool numbers = parameter.type() != DType::f32;
  return numbers ? dequantize(*grid, parameter, what) : fake_quantize(*grid, parameter, what);
}

}  // namespace

const Tensor* weight_of(const Op& op) {
  if (const auto* conv = std::get_if<Conv2d>(&op)) return &conv->weight;
  if (const auto* linear = std::get_if<Linear>(&op)) return &linear->weight;
  return nullptr;
}

const Tensor* bias_of(const Op& op) {
  if (const auto* conv = std::get_if<Conv2d>(&op)) return &conv->bias;
  if (const auto* linear = std::get_if<Linear>(&op)) return &linear->bias;
  return nullptr;
}

Tensor* weight_of(Op& op) { return const_cast<Tensor*>(weight_of(std::as_const(op))); }
Tensor* bias_of(Op& op) { return const_cast<Tensor*>(bias_of(std::as_const(op))); }

const std::optional<Grid>& weight_grid_of(const Op& op) {
  const auto* conv = std::get_if<Conv2d>(&op);
  return conv ? conv->weight_grid : std::get<Linear>(op).weight_grid;
}

const std::optional<Grid>& bias_grid_of(const Op& op) {
  const auto* conv = std::get_if<Conv2d>(&op);
  return conv ? conv->bias_grid : std::get<Linear>(op).bias_grid;
}

Tensor weight_in_use(const Op& op) { return on_grid(*weight_of(op), weight_grid_of(op), "weight"); }
Tensor bias_in_use(const Op& op) { return on_grid(*bias_of(op), bias_grid_of(op), "bias"); }

std::span<const float> positive_slopes(const Op& op) {
  std::span<const float> slopes;
  if (const auto* prelu = std::get_if<PRelu>(&op)) slopes = prelu->slope.data<float>();
  const auto* activation = std::get_if<Activation>(&op);
  if (activation && activation->kind == Activation::Kind::leaky_relu) {
    slopes = {&activation->alpha, 1};
  }
  const auto fits = [](float slope) { return slope > 0 && std::isfinite(slope); };
  return std::ranges::all_of(slopes, fits) ? slopes : std::span<const float>();
}

void settle_parameters(Op& op) {
  const auto settle = [&op](auto* layer) {
    if (!layer) return;
    if (layer->weight_grid) layer->weight = weight_in_use(op);
    if (layer->bias_grid) layer->bias = bias_in_use(op);
    layer->weight_grid = layer->bias_grid = std::nullopt;
  };
  settle(std::get_if<Conv2d>(&op));
  settle(std::get_if<Linear>(&op));
}

bool has_grid(const Op& op) {
  const auto has = [](const auto* layer) {
    return layer && (layer->weight_grid || layer->bias_grid);
  };
  return has(std::get_if<Conv2d>(&op)) || has(std::get_if<Linear>(&op));
}

bool has_grids(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const Node& node) {
    return std::holds_alternative<FakeQuantize>(node.op) ||
           (weight_of(node.op) && has_grid(node.op));
  });
}

LayerSize size_of_layer(const Op& op) {
  const Tensor& weight = *weight_of(op);
  LayerSize size{.outputs = static_cast<std::size_t>(weight.dim(0)),
                 .inputs = static_cast<std::size_t>(weight.dim(1))};
  if (const auto* conv = std::get_if<Conv2d>(&op)) {
    size.kernel = static_cast<std::size_t>(weight.dim(2) * weight.dim(3));
    size.groups = static_cast<std::size_t>(conv->groups);
  }
  return size;
}

void require_finite(const Node& node) {
  if (!weight_of(node.op)) return;
  require_finite(node, *weight_of(node.op), "weight");
  require_finite(node, *bias_of(node.op), "bias");
}

void require_changeable(const Node& node) {
  require_finite(node);
  if (!weight_of(node.op)) return;
  for (const Tensor* parameter : {weight_of(node.op), bias_of(node.op)}) {
    if (parameter->empty() || parameter->type() == DType::f32) continue;
    throw Error(Fault::unsupported, describe(node) +
                                        ": its weights are the numbers of a grid already; "
                                        "this is for networks that are not quantised yet");
  }
}

void add_to_bias(Op& layer, const std::vector<double>& terms) {
  Tensor& bias = *bias_of(layer);
  if (bias.empty()) bias = Tensor(Shape{weight_of(layer)->dim(0)});
  const auto values = bias.data<float>();
  for (std::size_t o = 0; o < values.size(); ++o) {
    values[o] = static_cast<float>(values[o] + terms[o]);
  }
}

NodeId find_node(const Graph& graph, std::string_view name) {
  const auto found = std::ranges::find(graph.nodes, name, &Node::name);
  return found == graph.nodes.end() ? -1 : static_cast<NodeId>(found - graph.nodes.begin());
}

}  // namespace bench
