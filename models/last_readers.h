#pragma once
// For graphs of any kind of node.

#include <vector>

#include "models/graph.h"

namespace bench {

/// As last_readers of models/graph.h.
template <class AnyGraph>
std::vector<NodeId> last_readers_of(const AnyGraph& graph) {
  std::vector<NodeId> last(graph.nodes.size());
  for (std::size_t i = 0; i < last.size(); ++i) {
    last[i] = static_cast<NodeId>(i);
    for (const NodeId input : graph.nodes[i].inputs) {
      last[static_cast<std::size_t>(input)] = static_cast<NodeId>(i);
    }
  }
  for (const Output& output : graph.outputs) {
    last[static_cast<std::size_t>(output.node)] = static_cast<NodeId>(last.size());
  }
  return last;
}

}  // namespace bench
