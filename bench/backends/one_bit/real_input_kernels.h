#pragma once
// The inner loops of layers with binary weights and real input. Four inputs with four signs have
// only 16 sums: they are computed once for each pixel and looked up for every kernel pixel and
// every output, one permutation and one addition for 16 outputs instead of four multiply-adds.

#include <cstdint>
#include <span>

#include "bench/backends/one_bit/bits.h"
#include "bench/backends/one_bit/targets.h"

namespace bench::one_bit::real_input {

constexpr std::int64_t table_inputs = 4;    ///< inputs of one table
constexpr std::int64_t word_tables = 8;     ///< tables that one word of weights looks up in
constexpr std::int64_t panel_outputs = 16;  ///< outputs whose words lie side by side

/// What looks a sum up, from the signs of a table's four weights (bit j: +1 for input j): bits 0 to
/// 2 say which of the sums that have +1 for input 3, bit 3 says that it is negated.
constexpr Word code_of(Word signs) { return (signs & 8) != 0 ? signs & 7 : 8 | (~signs & 7); }

/// Where an output pixel's tables begin, and its sums. In floats.
struct Pixel {
  std::int64_t tables = 0, sums = 0;
};

struct Lookups {
  /// Panel after panel of 16 outputs: for every eight tables 16 words of eight codes, the first in
  /// the lowest bits.
  const Word* weights = nullptr;
  std::int64_t panel_words = 0;  ///< from one panel to the next
  std::int64_t outputs = 0;
  /// The tables of one output, in the order of summation, as distances from a pixel's first.
  std::span<const std::int32_t> tables{};
  const float* first_table = nullptr;
  std::span<const Pixel> pixels{};
  float* sums = nullptr;
  bool resume = false;  ///< adds to `sums`
};

/// What one instruction set has.
struct Kernels {
  std::int64_t table_floats = 0;  ///< 8: those that have +1 for input 3; 16: and their negatives
  /// ((+-x0 +- x1) +- x2) +- x3 for every four of `channels` numbers; past the last they are 0.
  void (*make_tables)(const float* numbers, std::int64_t channels, float* tables) = nullptr;
  /// One accumulator for every output, from 0, or on from where it was.
  void (*look_up)(const Lookups& lookups) = nullptr;
};

/// REQUIRES one of targets().
Kernels kernels(Target target);

}  // namespace bench::one_bit::real_input
