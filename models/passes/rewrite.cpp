#include "models/passes/rewrite.h"

#include <numeric>

namespace bench {

Redirection::Redirection(const Graph& graph) : to_(graph.nodes.size()) {
  std::iota(to_.begin(), to_.end(), 0);
}

void Redirection::apply(Graph& graph) const {
  for (Node& node : graph.nodes) {
    for (NodeId& input : node.inputs) input = (*this)(input);
  }
  for (Output& output : graph.outputs) output.node = (*this)(output.node);
}

Graph remove_unread(Graph graph) {
  std::vector<bool> read(graph.nodes.size(), false);
  read[0] = true;
  for (const Output& output : graph.outputs) read[static_cast<std::size_t>(output.node)] = true;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    if (!read[i]) continue;
    for (const NodeId input : graph.nodes[i].inputs) read[static_cast<std::size_t>(input)] = true;
  }
  Graph kept;
  std::vector<NodeId> new_id(graph.nodes.size(), -1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!read[i]) continue;
    Node& node = graph.nodes[i];
    for (NodeId& input : node.inputs) input = new_id[static_cast<std::size_t>(input)];
    new_id[i] = kept.add(std::move(node.name), std::move(node.op), std::move(node.inputs));
  }
  for (Output& output : graph.outputs) {
    kept.outputs.push_back({std::move(output.name), new_id[static_cast<std::size_t>(output.node)]});
  }
  return kept;
}

}  // namespace bench
