#include "models/passes/keep_grids.h"

#include "models/passes/binarize_input_scale.h"
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
void release_parameters(Op& op, NodeId id, const KeepGrid& keep) {
  auto* layer = std::get_if<Layer>(&op);
  if (!layer) return;
  if (layer->weight_grid && !keep(id, GridPlace::weight))
    release(layer->weight, layer->weight_grid);
  if (layer->bias_grid && !keep(id, GridPlace::bias)) release(layer->bias, layer->bias_grid);
}

}  // namespace

void release_grids(Op& op) {
  const auto none = [](NodeId, GridPlace) { return false; };
  release_parameters<Conv2d>(op, 0, none);
  release_parameters<Linear>(op, 0, none);
}

Graph keep_grids(Graph graph, const KeepGrid& keep) {
  Redirection redirection(graph);
  for (const auto& [product, layer, sign] : find_input_scales(graph)) {
    if (!keep(sign, GridPlace::edge)) redirection.redirect(product, layer);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto id = static_cast<NodeId>(i);
    Node& node = graph.nodes[i];
    release_parameters<Conv2d>(node.op, id, keep);
    release_parameters<Linear>(node.op, id, keep);
    if (std::holds_alternative<FakeQuantize>(node.op) && !keep(id, GridPlace::edge)) {
      redirection.redirect(id, node.inputs[0]);
    }
  }
  redirection.apply(graph);
  return remove_unread(std::move(graph));
}

Graph without_grids(Graph graph) {
  return keep_grids(std::move(graph), [](NodeId, GridPlace) { return false; });
}

}  // namespace bench
