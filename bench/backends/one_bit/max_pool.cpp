#include <algorithm>

#include "bench/backends/one_bit/glue.h"

namespace bench::one_bit {
namespace {

// The taps of a window that lie on the map: positions first, first + step, ... below end.
struct Taps {
  std::int64_t first, step, end;
};

Taps taps_of(std::int64_t position, int stride, int pad, int kernel, int dilation,
             std::int64_t size) {
  const std::int64_t start = position * stride - pad;
  const std::int64_t before = start < 0 ? (-start + dilation - 1) / dilation : 0;
  return {start + before * dilation, dilation,
          std::min(start + std::int64_t{kernel} * dilation, size)};
}

}  // namespace

void max_pool(const Word* bits, const BitMap& map, const MaxPool& pool, const BitMap& result,
              Word* pooled) {
  const std::int64_t words = map.pixel_words(), row = map.width * words;
  std::fill(pooled, pooled + result.words(), 0u);
  for (std::int64_t n = 0; n < map.batch; ++n, bits += map.height * row) {
    for (std::int64_t h = 0; h < result.height; ++h) {
      const Taps ys =
          taps_of(h, pool.stride.h, pool.pad.top, pool.kernel.h, pool.dilation.h, map.height);
      for (std::int64_t w = 0; w < result.width; ++w, pooled += words) {
        const Taps xs =
            taps_of(w, pool.stride.w, pool.pad.left, pool.kernel.w, pool.dilation.w, map.width);
        for (std::int64_t y = ys.first; y < ys.end; y += ys.step) {
          for (std::int64_t x = xs.first; x < xs.end; x += xs.step) {
            const Word* pixel = bits + y * row + x * words;
            for (std::int64_t i = 0; i < words; ++i) pooled[i] |= pixel[i];
          }
        }
      }
    }
  }
}

}  // namespace bench::one_bit
