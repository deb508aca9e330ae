#pragma once
// The time a network takes on one thread, several ways of computing it side by side. A measurement
// of its own: answers and accuracy come from elsewhere.

#include <span>
#include <vector>

#include "bench/network.h"

namespace bench {

/// In the order of `networks`. They take turns: each round runs all images through each of them, so
/// that whatever slows the machine down slows all of them; a first round does not count. CPU time
/// of the calling thread. REQUIRES images, at least one round.
std::vector<RunRecord::OneThread> time_in_turn(std::span<const Network> networks,
                                               std::span<const EncodedImage> images, int rounds);

}  // namespace bench
