#include "models/passes/binarize_input_scale.h"

#include <optional>

#include "models/passes/layers.h"

namespace bench {
namespace {

const Node& node(const Graph& graph, NodeId id) {
  return graph.nodes[static_cast<std::size_t>(id)];
}

NodeId behind_padding(const Graph& graph, NodeId id) {
  while (std::holds_alternative<Pad>(node(graph, id).op)) id = node(graph, id).inputs[0];
  return id;
}

bool is_sign(const Op& op) {
  const auto* edge = std::get_if<FakeQuantize>(&op);
  const auto* grid = edge ? std::get_if<Grid>(&edge->grid) : nullptr;
  return grid && is_binary(*grid);
}

bool is_mean(const Op& op) {
  const auto* reduce = std::get_if<Reduce>(&op);
  return std::holds_alternative<AveragePool>(op) || std::holds_alternative<Conv2d>(op) ||
         (reduce && reduce->kind == Reduce::Kind::mean);
}

// X, if this is a mean of |X|; else -1.
NodeId magnitude_of(const Graph& graph, NodeId id) {
  while (is_mean(node(graph, id).op)) id = node(graph, id).inputs[0];
  const auto* abs = std::get_if<Activation>(&node(graph, id).op);
  if (!abs || abs->kind != Activation::Kind::abs) return -1;
  return behind_padding(graph, node(graph, id).inputs[0]);
}

std::optional<InputScale> input_scale(const Graph& graph, NodeId product, NodeId layer,
                                      NodeId scale) {
  if (!weight_of(node(graph, layer).op)) return std::nullopt;
  const NodeId sign = behind_padding(graph, node(graph, layer).inputs[0]);
  if (!is_sign(node(graph, sign).op)) return std::nullopt;
  const NodeId from = behind_padding(graph, node(graph, sign).inputs[0]);
  if (from != magnitude_of(graph, scale)) return std::nullopt;
  return InputScale{product, layer, sign};
}

}  // namespace

std::vector<InputScale> find_input_scales(const Graph& graph) {
  std::vector<InputScale> found;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto* arithmetic = std::get_if<Arithmetic>(&graph.nodes[i].op);
    if (!arithmetic || arithmetic->kind != Arithmetic::Kind::mul) continue;
    const auto id = static_cast<NodeId>(i);
    const NodeId a = graph.nodes[i].inputs[0], b = graph.nodes[i].inputs[1];
    auto scale = input_scale(graph, id, a, b);
    if (!scale) scale = input_scale(graph, id, b, a);
    if (scale) found.push_back(*scale);
  }
  return found;
}

}  // namespace bench
