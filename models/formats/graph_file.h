#pragma once
// Our own file of a network: exactly its Graph, whatever it holds (grids, binary layers, open input
// sizes). A safetensors file, so other programs find the parameters by name: "conv1.weight",
// "conv1.weight_grid.scale". The structure is JSON in its note "quantbench.graph":
//
//   {"version": 1,
//    "nodes": [{"name": "conv1", "op": "Conv2d", "inputs": [0], "weight": "conv1.weight",
//               "bias": null, "stride": [2, 2], ...}, ...],
//    "outputs": [{"name": "scores", "node": 17}]}
//
// Fields are called as models/graph.h calls them; a tensor is the name of one in the file, or null
// where there is none. Floats read back bit for bit; those that are not finite are written as the
// text of their bits ("0x7f800000").

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/graph.h"

namespace bench {

struct GraphFile {
  Graph graph;
  std::map<std::string, std::string> notes;  ///< all but the graph's own
};

/// The same bytes for the same graph and notes. REQUIRES validate(graph), and no note called
/// "quantbench.graph". Throws Error{unsupported} for a name or note that is not UTF-8.
std::vector<std::byte> write_graph_file(const Graph& graph,
                                        std::map<std::string, std::string> notes = {});

/// What write_graph_file was given; the graph is validated, and fits its input's size where that is
/// fixed. Throws Error{bad_data} for a damaged or hostile file, Error{unsupported} for safetensors
/// without a graph and for a later version; both name `what` and the field.
GraphFile read_graph_file(std::span<const std::byte> bytes, std::string_view what);

/// Whether a file that starts so is safetensors. REQUIRES 9 bytes or the whole file.
bool looks_like_safetensors(std::string_view start);

}  // namespace bench
