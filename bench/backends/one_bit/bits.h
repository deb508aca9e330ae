#pragma once
// Signs as bits: how feature maps and weights lie in memory.

#include <cstdint>

#include "models/graph.h"

namespace bench::one_bit {

/// 32 signs: bit c % 32 of a pixel's word c / 32 is channel c, 1 standing for +1 and 0 for -1.
using Word = std::uint32_t;

constexpr std::int64_t words_of(std::int64_t channels) { return (channels + 31) / 32; }

/// The signs of a feature map: pixel after pixel (the order of NHWC), each of `groups` runs of
/// words_of(channels) words. Bits past a run's last channel are 0.
struct BitMap {
  std::int64_t batch = 1, height = 1, width = 1;
  std::int64_t channels = 0;  ///< of one group
  std::int64_t groups = 1;

  std::int64_t pixels() const { return batch * height * width; }
  std::int64_t pixel_words() const { return groups * words_of(channels); }
  std::int64_t words() const { return pixels() * pixel_words(); }
  friend bool operator==(const BitMap&, const BitMap&) = default;
};

/// What stands around a feature map.
enum class PadValue { minus_one, plus_one, zero };

}  // namespace bench::one_bit
