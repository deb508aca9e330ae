#include "bench/train/chosen_nodes.h"

#include "models/error.h"
#include "models/passes/node_filter.h"

namespace bench {

std::vector<bool> chosen_nodes(const Graph& graph, const std::vector<std::string>& patterns,
                               std::string_view what) {
  std::vector<bool> chosen(graph.nodes.size(), false);
  for (const std::string& pattern : patterns) {
    bool fits = false;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      if (!matches(pattern, graph.nodes[i].name)) continue;
      chosen[i] = fits = true;
    }
    if (fits) continue;
    throw Error(Fault::usage, std::string(what) + ": no node is called '" + pattern + "'");
  }
  return chosen;
}

}  // namespace bench
