#pragma once
// The networks this program can write down without a file, by name.

#include <cstdint>
#include <span>

#include "models/graph.h"
#include "models/registry.h"

namespace bench {

/// Gives the network with untrained weights; equal seeds give equal weights on every machine.
using MakeNetwork = Graph (*)(std::uint64_t seed);

std::span<const Entry<MakeNetwork>> zoo();

}  // namespace bench
