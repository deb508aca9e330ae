#pragma once
// The arithmetic behind the XNOR kernels. A sum of K products of signs is K - 2 * mismatches, and
// mismatches are the ones in the XORs of weights with inputs. Words are counted two at a time, for
// the word that they have in common with a third: with running parities `ones`,
//
//   ones + (w1 ^ x1) + (w2 ^ x2)  =  parity + 2 * carry      for each bit,
//   parity = ones ^ (w1 ^ w2) ^ (x1 ^ x2)
//   carry  = ones == parity ? w1 ^ x1 : ones                 (*)
//
// where w1 ^ w2 is known beforehand and x1 ^ x2 made once for the whole map. With three-input logic
// that is three operations, and one popcount and one addition for the carries: five for two words,
// where counting every XOR by itself takes six.
//
// (*) The carry is the majority of ones, m1 = w1 ^ x1 and m2 = w2 ^ x2. parity == ones says that m1
// and m2 are equal, hence the majority; otherwise they differ and `ones` decides.

#include <cstdint>
#include <vector>

#include "bench/backends/one_bit/convolution.h"
#include "models/tensor.h"

namespace bench::one_bit {

/// A word of a kernel window, and the one counted together with it.
struct Step {
  std::int64_t tap = 0;  ///< ky * kernel_w + kx
  std::int64_t word = 0;
  bool paired = false;
  std::int64_t other_tap = 0, other_word = 0;  ///< if paired
};

/// All words of a window, each once: pairs first, then those without one. Pairs are neighbours
/// within a pixel's words; the last words of pixels that have an odd number are paired with those
/// of the tap on their right.
std::vector<Step> steps_of(const BinaryLayer& layer);

/// Lanes of a block of weights.
constexpr std::int64_t block_outputs = 16;

struct PairedWeights {
  std::vector<Step> steps;
  std::int64_t pairs = 0;         ///< how many steps are paired
  std::int64_t group_blocks = 0;  ///< blocks of block_outputs outputs; those past a group's last: 0
  std::int64_t block_words = 0;
  /// [group][block][word][lane]; of each step w1, then w1 ^ w2 if it is paired.
  std::vector<Word, AlignedAllocator<Word>> words;
};
PairedWeights pair_up(const BinaryLayer& layer);

/// The sum of the weights (-1 and +1) of each tap and output, tap after tap.
std::vector<std::int32_t> sums_of_taps(const BinaryLayer& layer, const PairedWeights& weights);

/// How many words a pixel's group has in a paired map: an even number.
constexpr std::int64_t paired_words_of(std::int64_t channels) {
  return (words_of(channels) + 1) / 2 * 2;
}
/// A map with words (x1, x2) as (x1, x1 ^ x2). A last word without a partner is followed by its XOR
/// with the last word of the pixel `dilation_w` to the right, where that is in the row.
void pair_up(const Word* bits, const BitMap& map, std::int64_t dilation_w, Word* paired);

}  // namespace bench::one_bit
