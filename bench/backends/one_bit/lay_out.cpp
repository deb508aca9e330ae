#include <algorithm>

#include "bench/backends/one_bit/glue.h"

namespace bench::one_bit {
namespace {

// The lowest `count` bits of a word, or all of it.
constexpr Word lowest_bits(std::int64_t count) {
  return count >= 32 ? ~Word{0} : (Word{1} << count) - 1;
}

// The up to 32 bits from bit `begin` on of a pixel of `channels`; bits that are not there are 0.
Word bits_from(const Word* pixel, std::int64_t begin, std::int64_t channels) {
  const std::int64_t word = begin / 32, shift = begin % 32;
  const Word low = pixel[word] >> shift;
  if (shift == 0 || word + 1 >= words_of(channels)) return low;
  return low | pixel[word + 1] << (32 - shift);
}

// A pixel's channels, group after group, each from a word's first bit on.
void regroup(const Word* pixel, const BitMap& to, Word* result) {
  for (std::int64_t g = 0; g < to.groups; ++g) {
    for (std::int64_t c = 0; c < to.channels; c += 32) {
      const Word bits = bits_from(pixel, g * to.channels + c, to.groups * to.channels);
      *result++ = bits & lowest_bits(to.channels - c);
    }
  }
}

void fill(PadValue value, const BitMap& to, std::int64_t pixels, Word* result) {
  for (std::int64_t run = 0; run < pixels * to.groups; ++run) {
    for (std::int64_t c = 0; c < to.channels; c += 32) {
      *result++ = value == PadValue::plus_one ? lowest_bits(to.channels - c) : 0;
    }
  }
}

}  // namespace

BitMap laid_out(const BitMap& map, const Padding& pad, std::int64_t groups) {
  return {map.batch, map.height + pad.top + pad.bottom, map.width + pad.left + pad.right,
          map.channels / groups, groups};
}

void lay_out(const Word* bits, const BitMap& map, const Padding& pad, PadValue value,
             std::int64_t groups, Word* result) {
  const BitMap to = laid_out(map, pad, groups);
  for (std::int64_t n = 0; n < to.batch; ++n) {
    for (std::int64_t y = -pad.top; y < map.height + pad.bottom; ++y) {
      for (std::int64_t x = -pad.left; x < map.width + pad.right; ++x) {
        if (y >= 0 && y < map.height && x >= 0 && x < map.width) {
          regroup(bits, to, result);
          bits += map.pixel_words();
        } else {
          fill(value, to, 1, result);
        }
        result += to.pixel_words();
      }
    }
  }
}

}  // namespace bench::one_bit
