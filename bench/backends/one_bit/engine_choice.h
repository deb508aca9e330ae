#pragma once
// Which of the two engines computes a layer of signs with signs. Both give the same integers.
//
// The rule: bits are counted (xnor), unless sums of bytes (expanded) are faster, which they are
//
//   * with AMX, which multiplies bytes 1.2 to 2 times as fast as VPOPCNTDQ counts bits;
//   * with VNNI but no VPOPCNTDQ, for sums of up to 512 products: bits of longer ones are counted
//     at least as fast with byte shuffles;
//
// and even there only for layers of at least 100 output pixels (images times places of the window).
// With fewer, a layer waits for its weights to come from memory, and as bits they are 8 times
// fewer: so it is at 7 x 7 and in dense layers of a few images.
//
// Measured on Zen 4, against VNNI: with VPOPCNTDQ, counting is 5 to 5.6 times as fast in
// convolutions of 3 x 3 and 64 to 512 channels, and 1.8 to 4.1 times in those of 1 x 1; with byte
// shuffles instead, 0.5 times at 32 products to a sum, 0.7 at 64, 1 at 288, 2.3 at 576, 3.5 at
// 4608. The processors of the second case are others: their VNNI is twice as fast, hence 512 (an
// estimate). AMX: as published for Granite Rapids with an earlier kernel of bits, and not tried
// here.

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

/// The rule. `input`: the map with its padding. Groups of fewer than 32 inputs are always counted.
Engine choose_engine(const BinaryLayer& layer, const BitMap& input, const Units& units);

/// What was asked for, or the rule and what it rests on here: for ProgramFacts::engine_rule.
std::string engine_rule(BinaryEngine wanted, const Units& units = units_here());

/// A layer on the engine wanted; with `automatic`, by the rule for each size of map; what is
/// bound tells in its `implementation`. Groups of fewer than 32 inputs are counted even if
/// `expanded` is wanted. Throws Error{unsupported} if that is wanted where it is not exact.
std::unique_ptr<Convolution> make_convolution(BinaryLayer layer, BinaryEngine wanted,
                                              const Units& units = units_here());

}  // namespace bench::one_bit
