#include <algorithm>

#include "bench/backends/one_bit/glue.h"

namespace bench::one_bit {

void pack(const float* values, std::span<const Threshold<float>> thresholds, const BitMap& map,
          Word* bits) {
  std::fill(bits, bits + map.words(), 0u);
  for (std::int64_t p = 0; p < map.pixels(); ++p, values += map.channels) {
    for (std::int64_t c = 0; c < map.channels; ++c) {
      const bool positive = thresholds[static_cast<std::size_t>(c)](values[c]);
      bits[p * map.pixel_words() + c / 32] |= Word{positive} << c % 32;
    }
  }
}

void unpack(const Word* bits, const BitMap& map, float scale, float* values) {
  for (std::int64_t p = 0; p < map.pixels(); ++p, bits += map.pixel_words()) {
    for (std::int64_t c = 0; c < map.channels; ++c) {
      *values++ = (bits[c / 32] >> c % 32 & 1) != 0 ? scale : -scale;
    }
  }
}

}  // namespace bench::one_bit
