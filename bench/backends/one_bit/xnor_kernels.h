#pragma once
// What the XNOR kernels compute: all outputs of a layer for one map, from paired words
// (paired_weights.h).

#include <cstdint>
#include <span>

#include "bench/backends/one_bit/bits.h"
#include "bench/backends/one_bit/tail.h"
#include "bench/backends/one_bit/targets.h"

namespace bench::one_bit {

struct XnorWork {
  // Weights.
  const Word* weights = nullptr;  ///< PairedWeights::words
  std::int64_t block_words = 0, group_blocks = 0;
  std::int64_t groups = 1, group_outputs = 0;
  /// Of each step, how far its first word is from the window's first, in words of the paired map.
  std::span<const std::int32_t> pairs{}, singles{};

  const Word* input = nullptr;  ///< the paired map
  std::int64_t group_step = 0;  ///< words from one group's to the next's
  struct Window {
    std::int32_t input;  ///< its first word in the map
    std::int32_t base;   ///< its first number in `bases`
  };
  std::span<const Window> windows{};  ///< one for each pixel of the result
  /// What twice the mismatches is subtracted from: one number for each lane of each block.
  const std::int32_t* bases = nullptr;

  // The result: one of three.
  std::int32_t* sums = nullptr;
  float* floats = nullptr;
  const Tail* tail = nullptr;  ///< with floats
  std::span<const float* const> operands{};
  Word* bits = nullptr;
  /// With bits, for each lane of each block: +1 where (sum ^ flip) > limit.
  const std::int32_t* limits = nullptr;
  const std::int32_t* flips = nullptr;

  std::int64_t outputs() const { return groups * group_outputs; }
};

/// REQUIRES one of targets().
void run_xnor(const XnorWork& work, Target target);

}  // namespace bench::one_bit
