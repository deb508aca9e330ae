#pragma once
// Signs times signs as bytes, on oneDNN: what the matrix units of some processors (AMX) multiply
// many times faster than anything counts bits. A sign x goes in as x + 1, a byte 0 or 2, and zero
// padding as 1; weights as bytes -1 and 1. The sums are then larger than the layer's by the sum of
// an output's weights, wherever the window stands.
//
// oneDNN's sums are exact with VNNI or AMX only. Groups are convolutions of their own, one after
// the other.

#include <memory>

#include "bench/backends/one_bit/convolution.h"

namespace bench::one_bit {

/// Whether it is worth trying: no groups, or such as fill a word.
bool suits_expanded(const BinaryLayer& layer);

/// As make_expanded_convolution(BinaryLayer), which throws Error{unsupported} where oneDNN's sums
/// are not exact; so does `bind` where oneDNN has no fast kernel. The packed weights are kept, and
/// count as held in memory; bytes are made of them when a map is bound.
std::unique_ptr<Convolution> make_expanded_convolution(std::shared_ptr<const BinaryLayer> layer);

}  // namespace bench::one_bit
