#include "models/audit.h"

#include <algorithm>

namespace bench {
namespace {

// Parameters and MACs of one node.
struct Count {
  LayerAudit& layer;

  void operator()(const Conv2d& op) const {
    layer.weights = op.weight.size();
    layer.biases = op.bias.size();
  }
  void operator()(const Linear& op) const {
    layer.weights = op.weight.size();
    layer.biases = op.bias.size();
  }
  void operator()(const BatchNorm& op) const { layer.batch_norm = 4 * op.gamma.size(); }
  void operator()(const PRelu& op) const { layer.slopes = op.slope.size(); }
  template <class T>
  void operator()(const T&) const {}
};

std::int64_t stored(const LayerAudit& l) { return l.weights + l.biases + l.slopes + l.batch_norm; }

std::int64_t peak_activation_elements(const Graph& graph, const std::vector<Shape>& shapes) {
  const std::vector<NodeId> last = last_readers(graph);
  std::vector<std::vector<std::int64_t>> freed(graph.nodes.size() + 1);
  std::int64_t alive = 0, peak = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!std::holds_alternative<Constant>(graph.nodes[i].op)) {
      const std::int64_t elements = count(shapes[i]);
      alive += elements;
      freed[static_cast<std::size_t>(last[i])].push_back(elements);
    }
    peak = std::max(peak, alive);
    for (const std::int64_t elements : freed[i]) alive -= elements;
  }
  return peak;
}

}  // namespace

std::int64_t macs_of(const Op& op, std::int64_t elements) {
  if (const auto* conv = std::get_if<Conv2d>(&op)) {
    const Tensor& weight = conv->weight;  // whose elements may be elsewhere
    return elements * weight.dim(1) * weight.dim(2) * weight.dim(3);
  }
  const auto* linear = std::get_if<Linear>(&op);
  return linear ? elements * linear->weight.dim(1) : 0;
}

std::int64_t Audit::bytes(int weight_bits) const {
  return (weights * weight_bits + 7) / 8 + (scalars - weights) * 4;
}

Audit audit(const Graph& graph, const Shape& input) {
  const std::vector<Shape> shapes = infer_shapes(graph, input);
  Audit result;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (const auto* constant = std::get_if<Constant>(&node.op)) {
      result.scalars += constant->value.size();
    }
    LayerAudit layer{.node = node.name, .op = std::string(name_of(node.op)), .output = shapes[i]};
    layer.activation_elements = count(shapes[i]);
    std::visit(Count{layer}, node.op);
    layer.macs = macs_of(node.op, layer.activation_elements);
    if (stored(layer) == 0) continue;
    result.weights += layer.weights;
    result.scalars += stored(layer);
    result.parameters += stored(layer) - layer.batch_norm / 2;
    result.macs += layer.macs;
    result.layers.push_back(std::move(layer));
  }
  result.peak_activation_elements = peak_activation_elements(graph, shapes);
  return result;
}

}  // namespace bench
