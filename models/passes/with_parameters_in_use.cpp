#include "models/passes/layers.h"
#include "models/passes/passes.h"

namespace bench {
namespace {

template <class Layer>
void settle(Op& op) {
  auto* layer = std::get_if<Layer>(&op);
  if (!layer) return;
  if (layer->weight_grid) layer->weight = weight_in_use(op);
  if (layer->bias_grid) layer->bias = bias_in_use(op);
  layer->weight_grid = layer->bias_grid = std::nullopt;
}

}  // namespace

Graph with_parameters_in_use(Graph graph) {
  for (Node& node : graph.nodes) {
    settle<Conv2d>(node.op);
    settle<Linear>(node.op);
  }
  return graph;
}

}  // namespace bench
