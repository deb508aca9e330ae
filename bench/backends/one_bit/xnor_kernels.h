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

  // The paired map; distances in words between windows.
  const Word* input = nullptr;
  std::int64_t batch = 1, rows = 1, columns = 1;  ///< of the result
  std::int64_t image_step = 0, row_step = 0, column_step = 0, group_step = 0;

  /// What twice the mismatches is subtracted from: for each kind of window, one number for each
  /// lane of each block. A window's kind is that of its row plus that of its column.
  const std::int32_t* bases = nullptr;
  std::span<const std::int32_t> row_kinds{}, column_kinds{};

  // The result: one of three.
  std::int32_t* sums = nullptr;
  float* floats = nullptr;
  const Tail* tail = nullptr;  ///< with floats
  std::span<const float* const> operands{};
  Word* bits = nullptr;
  /// With bits, for each lane of each block: +1 where (sum ^ flip) > limit.
  const std::int32_t* limits = nullptr;
  const std::int32_t* flips = nullptr;

  std::int64_t pixels() const { return batch * rows * columns; }
  std::int64_t outputs() const { return groups * group_outputs; }
};

/// REQUIRES one of targets().
void run_xnor(const XnorWork& work, Target target);

}  // namespace bench::one_bit
