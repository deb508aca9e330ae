#pragma once

#include <string>

#include "models/graph.h"

namespace bench {

/// sha256 (hex) over everything that decides what the graph computes: operations with all their
/// parameters, connections and outputs. Node names are left out.
std::string digest(const Graph& graph);

}  // namespace bench
