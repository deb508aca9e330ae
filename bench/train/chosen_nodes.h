#pragma once
// Nodes that a recipe names by patterns.

#include <string>
#include <string_view>
#include <vector>

#include "models/graph.h"

namespace bench {

/// Which of the graph's nodes fit one of the patterns, each * standing for any text. Throws
/// Error{usage} for a pattern that fits none: "freeze: no node is called 'conv9*'".
std::vector<bool> chosen_nodes(const Graph& graph, const std::vector<std::string>& patterns,
                               std::string_view what);

}  // namespace bench
