#pragma once
// The networks this program can write down without a file, by name.

#include <cstdint>
#include <span>

#include "models/graph.h"
#include "models/registry.h"
#include "models/zoo/untrained.h"

namespace bench {

/// Makes the network with untrained weights; equal seeds give equal weights on every machine.
struct MakeNetwork {
  Graph (*make)(std::uint64_t seed, Parameters parameters);
  Graph operator()(std::uint64_t seed) const { return make(seed, Parameters::floats); }
  /// A quantised one.
  Graph numbers(std::uint64_t seed) const { return make(seed, Parameters::numbers); }
};

std::span<const Entry<MakeNetwork>> zoo();

}  // namespace bench
