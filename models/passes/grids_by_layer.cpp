#include <map>

#include "models/passes/keep_grids.h"
#include "models/passes/layers.h"

namespace bench {
namespace {

bool follows_its_input(const Op& op) {
  return std::holds_alternative<Activation>(op) || std::holds_alternative<PRelu>(op) ||
         std::holds_alternative<BatchNorm>(op) || std::holds_alternative<Pad>(op) ||
         std::holds_alternative<FakeQuantize>(op);
}

}  // namespace

std::vector<LayerGrids> grids_by_layer(const Graph& graph) {
  std::vector<NodeId> owner(graph.nodes.size());
  std::map<NodeId, LayerGrids> layers;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto id = static_cast<NodeId>(i);
    const Node& node = graph.nodes[i];
    owner[i] = follows_its_input(node.op) ? owner[static_cast<std::size_t>(node.inputs[0])] : id;
    if (std::holds_alternative<FakeQuantize>(node.op)) {
      layers[owner[i]].edges.push_back(id);
    } else if (weight_of(node.op) && has_grid(node.op)) {
      layers[id];
    }
  }
  std::vector<LayerGrids> list;
  for (auto& [layer, grids] : layers) {
    grids.layer = layer;
    list.push_back(std::move(grids));
  }
  return list;
}

}  // namespace bench
