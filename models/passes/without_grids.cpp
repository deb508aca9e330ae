#include "models/passes/passes.h"
#include "models/passes/rewrite.h"

namespace bench {
namespace {

// Numbers become what they stand for; f32 stays as it was before its grid.
void release(Tensor& parameter, std::optional<Grid>& grid) {
  if (parameter.type() != DType::f32) parameter = dequantize(*grid, parameter, "parameter");
  grid = std::nullopt;
}

template <class Layer>
void release_weights(Op& op) {
  auto* layer = std::get_if<Layer>(&op);
  if (!layer) return;
  release(layer->weight, layer->weight_grid);
  release(layer->bias, layer->bias_grid);
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
