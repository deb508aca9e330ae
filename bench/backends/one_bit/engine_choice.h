#pragma once
// Which of the two engines computes a layer of signs with signs. Both give the same integers.
//
// The rule: bits are counted (xnor), unless sums of bytes (expanded) are faster, which they are
//
//   * with AMX: it multiplies bytes 1.2 to 2 times as fast as VPOPCNTDQ counts bits;
//   * with VNNI where there is no VPOPCNTDQ;
//
// and even there only for layers that have at least 100 output pixels (images times places of the
// window), 128 products to a sum, and 32 inputs to a group. With fewer pixels the layer waits for
// its weights to come from memory, and as bits they are 8 times fewer: so it is at 7 x 7 and in
// dense layers. With fewer products, bytes and sums take longer to write than to multiply.

#include <memory>
#include <string>

#include "bench/backend.h"
#include "bench/backends/one_bit/convolution.h"

namespace bench::one_bit {

enum class Engine { xnor, expanded };

/// What a processor has, as far as ONEDNN_MAX_CPU_ISA permits.
struct Units {
  bool amx = false, vnni = false, vpopcntdq = false;
};
Units units_here();

/// The rule. `input`: the map with its padding.
Engine choose_engine(const BinaryLayer& layer, const BitMap& input, const Units& units);

/// What was asked for, or the rule and what it rests on here: for ProgramFacts::engine_rule.
std::string engine_rule(BinaryEngine wanted, const Units& units);

/// A layer on the engine wanted; with `automatic`, by the rule for each size of map. Groups of
/// fewer than 32 inputs are always counted. Each map's `implementation` tells. Throws
/// Error{unsupported} if `expanded` is wanted where it is not exact.
std::unique_ptr<Convolution> make_convolution(BinaryLayer layer, BinaryEngine wanted,
                                              const Units& units = units_here());

}  // namespace bench::one_bit
