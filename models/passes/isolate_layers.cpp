#include "models/passes/isolate_layers.h"

#include <map>
#include <utility>

#include "models/passes/binarize_input_scale.h"
#include "models/passes/layers.h"

namespace bench {
namespace {

bool is_grid(const Node& node) { return std::holds_alternative<FakeQuantize>(node.op); }

class Isolator {
 public:
  explicit Isolator(const Graph& graph)
      : graph_(graph), exact_(graph.nodes.size()), so_far_(graph.nodes.size()) {
    for (const InputScale& scale : find_input_scales(graph)) scaled_[scale.product] = scale.layer;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const auto scaled = scaled_.find(static_cast<NodeId>(i));
      exact_[i] = scaled == scaled_.end() ? copy_exact(graph.nodes[i]) : exact(scaled->second);
      so_far_[i] = copy_quantised(graph.nodes[i], exact_[i]);
    }
  }

  Isolation take() {
    for (const LayerGrids& grids : grids_by_layer(graph_)) isolate(grids);
    for (const Output& output : graph_.outputs) {
      isolation_.outputs.push_back(compare(exact(output.node), so_far(output.node)));
    }
    return std::move(isolation_);
  }

 private:
  NodeId exact(NodeId id) const { return exact_[static_cast<std::size_t>(id)]; }
  NodeId so_far(NodeId id) const { return so_far_[static_cast<std::size_t>(id)]; }
  const Node& node(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }

  NodeId add(const std::string& prefix, const Node& like, std::vector<NodeId> inputs) {
    return isolation_.graph.add(prefix + like.name, like.op, std::move(inputs));
  }

  NodeId copy_exact(const Node& node) {
    if (is_grid(node)) return exact(node.inputs[0]);
    std::vector<NodeId> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(exact(input));
    const NodeId id = add("", node, std::move(inputs));
    release_grids(isolation_.graph.nodes.back().op);
    return id;
  }

  // What no grid has touched so far is the exact value itself.
  NodeId copy_quantised(const Node& node, NodeId same) {
    std::vector<NodeId> inputs;
    bool untouched = !is_grid(node) && !has_grid(node.op);
    for (const NodeId input : node.inputs) {
      inputs.push_back(so_far(input));
      untouched = untouched && so_far(input) == exact(input);
    }
    return untouched ? same : add("quantised/", node, std::move(inputs));
  }

  // From the layer's own `value` to the value at `edge`, with the grids on the way or without.
  NodeId follow(NodeId edge, NodeId layer, NodeId value, bool with_grids,
                const std::string& prefix) {
    std::vector<NodeId> way;
    for (NodeId at = edge; at != layer; at = node(at).inputs[0]) way.push_back(at);
    for (auto at = way.rbegin(); at != way.rend(); ++at) {
      if (is_grid(node(*at)) && !with_grids) continue;
      const bool untouched = !is_grid(node(*at)) && value == exact(node(*at).inputs[0]);
      value = untouched ? exact(*at) : add(prefix + std::to_string(edge) + "/", node(*at), {value});
    }
    return value;
  }

  void isolate(const LayerGrids& grids) {
    const NodeId layer = grids.layer;
    const bool has_weights = has_grid(node(layer).op);
    NodeId alone = exact(layer);
    if (has_weights) {
      std::vector<NodeId> inputs;
      for (const NodeId input : node(layer).inputs) inputs.push_back(exact(input));
      alone = add("alone/", node(layer), std::move(inputs));
    }
    IsolatedLayer isolated{layer};
    for (const NodeId edge : grids.edges) {
      const auto against_exact = [&](NodeId value, bool with_grids, const char* prefix) {
        return compare(exact(edge), follow(edge, layer, value, with_grids, prefix));
      };
      if (has_weights) isolated.weights.push_back(against_exact(alone, false, "weights/"));
      isolated.result.push_back(against_exact(exact(layer), true, "result/"));
      isolated.both.push_back(against_exact(alone, true, "both/"));
      isolated.so_far.push_back(compare(exact(edge), so_far(edge)));
    }
    if (grids.edges.empty()) {
      isolated.weights = isolated.both = {compare(exact(layer), alone)};
      isolated.so_far = {compare(exact(layer), so_far(product_of(layer)))};
    }
    isolation_.layers.push_back(std::move(isolated));
  }

  // Where a layer's result has its scale of inputs.
  NodeId product_of(NodeId layer) const {
    for (const auto& [product, scaled] : scaled_) {
      if (scaled == layer) return product;
    }
    return layer;
  }

  std::size_t output(NodeId id) {
    const auto [place, is_new] = outputs_.try_emplace(id, outputs_.size());
    if (is_new) {
      const auto& name = isolation_.graph.nodes[static_cast<std::size_t>(id)].name;
      isolation_.graph.outputs.push_back({name, id});
    }
    return place->second;
  }

  Compared compare(NodeId exact_value, NodeId quantised) {
    const std::size_t first = output(exact_value);  // in this order, whatever the compiler does
    return {first, output(quantised)};
  }

  const Graph& graph_;
  Isolation isolation_{};
  std::vector<NodeId> exact_, so_far_;  ///< ids in the new graph
  std::map<NodeId, NodeId> scaled_{};   ///< products with the scale of inputs: of which layer
  std::map<NodeId, std::size_t> outputs_;
};

}  // namespace

Isolation isolate_layers(const Graph& graph) { return Isolator(graph).take(); }

}  // namespace bench
