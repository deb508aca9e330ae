#pragma once
// What stands between binary layers: floats to bits and back, padding, pooling.

#include <cstdint>
#include <span>
#include <vector>

#include "bench/backends/one_bit/bits.h"
#include "bench/backends/one_bit/targets.h"
#include "bench/backends/one_bit/thresholds.h"

namespace bench::one_bit {

/// A map's thresholds as `pack` reads them: a channel's bit is 1 if it is possible and (x xor
/// flip), taken for a float again, is not below the limit. Filled up to whole words of channels.
struct PackLimits {
  /// One for each channel.
  explicit PackLimits(std::span<const Threshold<float>> thresholds);
  std::int64_t channels = 0;
  std::vector<float> limit{};
  std::vector<std::uint32_t>
      flip{};  ///< the sign where x has to be at most a limit; empty if never
  std::vector<Word> possible{};
};

/// Floats of an NHWC map to bits. REQUIRES map.groups == 1, limits of map.channels.
void pack(const float* values, const PackLimits& limits, const BitMap& map, Word* bits,
          Target target = best_target());

/// Bits to floats: +scale and -scale, NHWC. REQUIRES map.groups == 1.
void unpack(const Word* bits, const BitMap& map, float scale, float* values,
            Target target = best_target());

/// The map with padding around it and its channels in `groups` runs of words.
BitMap laid_out(const BitMap& map, const Padding& pad, std::int64_t groups);
/// REQUIRES map.groups == 1, groups that divide its channels, no negative padding.
void lay_out(const Word* bits, const BitMap& map, const Padding& pad, PadValue value,
             std::int64_t groups, Word* result);

/// The largest sign of each window: +1 if any is. Padding never wins. Sizes as infer_shapes gives
/// them. REQUIRES map.groups == 1.
void max_pool(const Word* bits, const BitMap& map, const MaxPool& pool, const BitMap& result,
              Word* pooled);

}  // namespace bench::one_bit
