#include <algorithm>

#include "bench/backends/one_bit/glue.h"

namespace bench::one_bit {
namespace {

// Along one axis: the windows [first, end) that have a tap on the map, and where the first has it.
struct Hits {
  std::int64_t first, end, at;
};

Hits hits_of(int tap, int stride, int dilation, int pad, std::int64_t size, std::int64_t windows) {
  const std::int64_t offset = std::int64_t{tap} * dilation - pad;  // of the tap, in window 0
  const std::int64_t first = offset < 0 ? (-offset + stride - 1) / stride : 0;
  const std::int64_t end = offset < size ? (size - 1 - offset) / stride + 1 : 0;
  return {first, std::min(end, windows), first * stride + offset};
}

// ORs `pixels` of `words` each, `step` words apart, into neighbouring ones.
void or_pixels(const Word* from, std::int64_t step, std::int64_t pixels, std::int64_t words,
               Word* into) {
  for (; pixels > 0; --pixels, from += step, into += words) {
#pragma GCC ivdep
    for (std::int64_t i = 0; i < words; ++i) into[i] |= from[i];
  }
}

template <int words>
void or_pixels(const Word* from, std::int64_t step, std::int64_t pixels, Word* into) {
#pragma GCC ivdep
  for (std::int64_t p = 0; p < pixels; ++p) {
    for (int i = 0; i < words; ++i) into[p * words + i] |= from[p * step + i];
  }
}

// The same, with loops of fixed length where pixels are short.
void or_row(const Word* from, std::int64_t step, std::int64_t pixels, std::int64_t words,
            Word* into) {
  if (step == words) return or_pixels(from, pixels * words, 1, pixels * words, into);
  switch (words) {
    case 1: return or_pixels<1>(from, step, pixels, into);
    case 2: return or_pixels<2>(from, step, pixels, into);
    case 4: return or_pixels<4>(from, step, pixels, into);
    case 8: return or_pixels<8>(from, step, pixels, into);
    default: return or_pixels(from, step, pixels, words, into);
  }
}

// One row of the map into a row of windows, tap after tap.
void pool_row(const Word* row, const BitMap& map, const MaxPool& pool, std::int64_t windows,
              Word* pooled) {
  const std::int64_t words = map.pixel_words();
  for (int tap = 0; tap < pool.kernel.w; ++tap) {
    const Hits hits =
        hits_of(tap, pool.stride.w, pool.dilation.w, pool.pad.left, map.width, windows);
    if (hits.first >= hits.end) continue;
    or_row(row + hits.at * words, pool.stride.w * words, hits.end - hits.first, words,
           pooled + hits.first * words);
  }
}

}  // namespace

void max_pool(const Word* bits, const BitMap& map, const MaxPool& pool, const BitMap& result,
              Word* pooled) {
  const std::int64_t words = map.pixel_words();
  for (std::int64_t n = 0; n < map.batch; ++n, bits += map.height * map.width * words) {
    for (std::int64_t h = 0; h < result.height; ++h, pooled += result.width * words) {
      std::fill(pooled, pooled + result.width * words, 0u);
      for (int tap = 0; tap < pool.kernel.h; ++tap) {
        const std::int64_t y =
            h * pool.stride.h + std::int64_t{tap} * pool.dilation.h - pool.pad.top;
        if (y < 0 || y >= map.height) continue;
        pool_row(bits + y * map.width * words, map, pool, result.width, pooled);
      }
    }
  }
}

}  // namespace bench::one_bit
