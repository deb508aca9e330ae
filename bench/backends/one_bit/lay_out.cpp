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

// Pixels of padding, all alike.
Word* write_padding(PadValue value, const BitMap& to, std::int64_t pixels, Word* result) {
  const Word bits = value == PadValue::plus_one ? ~Word{0} : 0;
  const std::int64_t words = words_of(to.channels), size = pixels * to.pixel_words();
  std::fill_n(result, size, bits);
  const Word last = bits & lowest_bits(to.channels - 32 * (words - 1));
  if (last == bits) return result + size;
  for (std::int64_t i = words - 1; i < size; i += words) result[i] = last;
  return result + size;
}

// A row of the map: as it lies where groups begin with words anyway.
Word* write_row(const Word* row, const BitMap& map, const BitMap& to, Word* result) {
  if (to.groups == 1 || to.channels % 32 == 0) {
    return std::copy_n(row, map.width * map.pixel_words(), result);
  }
  for (std::int64_t x = 0; x < map.width; ++x) {
    regroup(row + x * map.pixel_words(), to, result);
    result += to.pixel_words();
  }
  return result;
}

}  // namespace

BitMap laid_out(const BitMap& map, const Padding& pad, std::int64_t groups) {
  return {map.batch, map.height + pad.top + pad.bottom, map.width + pad.left + pad.right,
          map.channels / groups, groups};
}

void lay_out(const Word* bits, const BitMap& map, const Padding& pad, PadValue value,
             std::int64_t groups, Word* result) {
  const BitMap to = laid_out(map, pad, groups);
  // The padding at one row's end and at the next one's beginning lie together.
  const std::int64_t sides = pad.left + pad.right;
  const std::int64_t before = pad.top * to.width + pad.left;
  const std::int64_t after = pad.bottom * to.width + pad.right;
  for (std::int64_t n = 0; n < map.batch; ++n) {
    result = write_padding(value, to, before, result);
    for (std::int64_t y = 0; y < map.height; ++y, bits += map.width * map.pixel_words()) {
      if (y > 0) result = write_padding(value, to, sides, result);
      result = write_row(bits, map, to, result);
    }
    result = write_padding(value, to, after, result);
  }
}

}  // namespace bench::one_bit
