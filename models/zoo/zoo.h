#pragma once
// The networks this program can write down without a file, by name.

#include <cstdint>
#include <span>

#include "models/graph.h"
#include "models/registry.h"
#include "models/zoo/build.h"

namespace bench {

/// Makes the network with untrained weights; equal seeds give equal weights on every machine.
struct MakeNetwork {
  Graph (*make)(const Build& build);
  Graph operator()(const Build& build) const { return make(build); }
  Graph operator()(std::uint64_t seed) const { return make({.seed = seed}); }
  /// A quantised one.
  Graph numbers(std::uint64_t seed) const {
    return make({.seed = seed, .parameters = Parameters::numbers});
  }
};

std::span<const Entry<MakeNetwork>> zoo();

}  // namespace bench
