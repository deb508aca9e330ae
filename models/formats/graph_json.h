#pragma once
// The structure of a graph as JSON, beside the tensors that it names: what graph_file.h's note
// holds.

#include <map>
#include <string>
#include <string_view>

#include "models/graph.h"
#include "models/json.h"

namespace bench::graph_json {

constexpr std::int64_t newest_version = 1;
constexpr const char* grid_key = "grid";
constexpr const char* dynamic_key = "dynamic_grid";

/// Adds the graph's tensors to `tensors`. Throws Error{unsupported} for a name that is not UTF-8.
Json write(const Graph& graph, std::map<std::string, Tensor>& tensors);

/// Takes the graph's tensors out of `tensors`; the graph is not validated. Throws Error{bad_data}
/// naming the field; Error{unsupported} for a later version.
Graph read(const Json& json, std::map<std::string, Tensor>& tensors);

/// The text. Throws Error{unsupported} naming `what` if it is not UTF-8: it would come back as
/// another.
std::string writable(const std::string& text, std::string_view what);

}  // namespace bench::graph_json
