#include "models/passes/passes.h"
#include "models/passes/rewrite.h"

namespace bench {
namespace {

template <class Layer>
void release_weights(Op& op) {
  if (auto* layer = std::get_if<Layer>(&op)) layer->weight_grid = layer->bias_grid = std::nullopt;
}

}  // namespace

Graph without_grids(Graph graph) {
  Redirection redirection(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    release_weights<Conv2d>(node.op);
    release_weights<Linear>(node.op);
    if (std::holds_alternative<FakeQuantize>(node.op)) {
      redirection.redirect(static_cast<NodeId>(i), node.inputs[0]);
    }
  }
  redirection.apply(graph);
  return remove_unread(std::move(graph));
}

}  // namespace bench
