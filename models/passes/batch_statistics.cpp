#include "models/passes/batch_statistics.h"

#include <algorithm>
#include <cmath>

#include "models/passes/layers.h"

namespace bench {
namespace {

ChannelStatistics statistics_of(const BatchNorm& op) {
  ChannelStatistics result;
  for (const float beta : op.beta.data<float>()) result.mean.push_back(beta);
  for (const float gamma : op.gamma.data<float>()) result.deviation.push_back(std::abs(gamma));
  return result;
}

bool is_constant(const Graph& graph, NodeId id) {
  return std::holds_alternative<Constant>(graph.nodes[static_cast<std::size_t>(id)].op);
}

// Whether an Arithmetic with a constant reads node `id`.
bool is_scaled_or_shifted(const Graph& graph, NodeId id) {
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return std::holds_alternative<Arithmetic>(node.op) &&
           std::ranges::find(node.inputs, id) != node.inputs.end() &&
           (is_constant(graph, node.inputs[0]) || is_constant(graph, node.inputs[1]));
  });
}

}  // namespace

BatchStatistics batch_statistics(const Graph& graph) {
  const std::vector<int> readers = count_readers(graph);
  BatchStatistics result;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto* norm = std::get_if<BatchNorm>(&graph.nodes[i].op);
    if (!norm) continue;
    const auto source = static_cast<std::size_t>(graph.nodes[i].inputs[0]);
    const Node& layer = graph.nodes[source];
    if (!weight_of(layer.op) || readers[source] != 1) continue;
    if (is_scaled_or_shifted(graph, static_cast<NodeId>(i))) continue;
    result[layer.name] = statistics_of(*norm);
  }
  return result;
}

}  // namespace bench
