#pragma once
// Decoders: what a network's raw outputs mean, by name.

#include <span>
#include <string_view>

#include "models/graph.h"
#include "models/model.h"
#include "models/registry.h"

namespace bench {

using MakeDecode = Decode (*)(const Graph& graph, const DecodeFacts& facts);

std::span<const Entry<MakeDecode>> decoders();

/// Binds the decoder `name` to the graph's outputs (by their names) and what its file says of them.
/// Throws Error{usage} for an unknown name; Error{bad_data} if the graph has not the outputs it
/// reads.
Decode make_decode(std::string_view name, const Graph& graph, const DecodeFacts& facts = {});

}  // namespace bench
