#include <algorithm>

#include "models/error.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/passes/rewrite.h"
#include "models/registry.h"

namespace bench {

Graph ending_at(Graph graph, std::string_view name) {
  NodeId end = find_node(graph, name);
  if (end < 0) {
    std::vector<std::string> known;
    for (const Node& node : graph.nodes) known.push_back(node.name);
    throw Error(Fault::missing, unknown_name("node", name, known));
  }
  const auto quantises = [&](const Node& node) {
    return std::holds_alternative<FakeQuantize>(node.op) && node.inputs[0] == end;
  };
  const auto on_grid = std::ranges::find_if(graph.nodes, quantises);
  if (on_grid != graph.nodes.end()) end = static_cast<NodeId>(on_grid - graph.nodes.begin());
  graph.outputs = {{std::string(name), end}};
  return remove_unread(std::move(graph));
}

}  // namespace bench
