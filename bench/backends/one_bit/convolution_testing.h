#pragma once
// For tests only: binary convolutions with random signs, and what they must give.

#include <algorithm>
#include <bit>
#include <cstring>

#include "bench/backends/one_bit/convolution.h"
#include "bench/backends/one_bit/glue.h"
#include "models/random.h"

namespace bench::one_bit::testing {

inline std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Runs of random words for `channels` signs each, the bits past the last one 0.
inline std::vector<Word> random_bits(Random& random, std::int64_t runs, std::int64_t channels) {
  const std::int64_t words = words_of(channels);
  std::vector<Word> bits(index(runs * words));
  for (Word& word : bits) word = static_cast<Word>(random.next());
  if (channels % 32 == 0) return bits;
  for (std::int64_t run = 0; run < runs; ++run) {
    bits[index(run * words + words - 1)] &= (Word{1} << channels % 32) - 1;
  }
  return bits;
}

/// A layer, and a map to apply it to, without its padding.
struct Example {
  BinaryLayer layer;
  BitMap map;
  std::vector<Word> bits;

  std::int64_t group_inputs() const { return layer.inputs / layer.groups; }
  std::int64_t group_outputs() const { return layer.outputs / layer.groups; }
  BitMap padded() const { return laid_out(map, layer.pad, layer.groups); }
  BitMap result() const {
    const BitMap in = padded();
    return {map.batch,
            (in.height - (layer.kernel_h - 1) * layer.dilation.h - 1) / layer.stride.h + 1,
            (in.width - (layer.kernel_w - 1) * layer.dilation.w - 1) / layer.stride.w + 1,
            layer.outputs, 1};
  }
  std::int64_t sums() const { return result().pixels() * layer.outputs; }
  std::vector<Word> padded_bits() const {
    std::vector<Word> all(index(padded().words()));
    lay_out(bits.data(), map, layer.pad, layer.pad_value, layer.groups, all.data());
    return all;
  }
};

/// With signs for its weights and its map.
inline Example filled(BinaryLayer layer, const BitMap& map, Random& random) {
  const std::int64_t taps = layer.kernel_h * layer.kernel_w;
  layer.weights = random_bits(random, layer.outputs * taps, layer.inputs / layer.groups);
  return {std::move(layer), map, random_bits(random, map.pixels(), map.channels)};
}

inline int sign_of(const std::vector<Word>& bits, std::int64_t run, std::int64_t words,
                   std::int64_t channel) {
  return (bits[index(run * words + channel / 32)] >> channel % 32 & 1) != 0 ? 1 : -1;
}

/// -1 or +1, or 0 where zero padding is; y and x are in the padded map.
inline int input_at(const Example& e, std::int64_t n, std::int64_t y, std::int64_t x,
                    std::int64_t channel) {
  y -= e.layer.pad.top, x -= e.layer.pad.left;
  if (y < 0 || x < 0 || y >= e.map.height || x >= e.map.width) {
    return e.layer.pad_value == PadValue::zero       ? 0
           : e.layer.pad_value == PadValue::plus_one ? 1
                                                     : -1;
  }
  const std::int64_t pixel = (n * e.map.height + y) * e.map.width + x;
  return sign_of(e.bits, pixel, words_of(e.map.channels), channel);
}

/// One sum as it is defined: product by product.
inline std::int32_t sum_at(const Example& e, std::int64_t n, std::int64_t y, std::int64_t x,
                           std::int64_t output) {
  const BinaryLayer& layer = e.layer;
  const std::int64_t first = output / e.group_outputs() * e.group_inputs();
  const std::int64_t taps = layer.kernel_h * layer.kernel_w;
  std::int32_t sum = 0;
  for (std::int64_t ky = 0; ky < layer.kernel_h; ++ky) {
    for (std::int64_t kx = 0; kx < layer.kernel_w; ++kx) {
      const std::int64_t row = y * layer.stride.h + ky * layer.dilation.h;
      const std::int64_t column = x * layer.stride.w + kx * layer.dilation.w;
      const std::int64_t run = output * taps + ky * layer.kernel_w + kx;
      for (std::int64_t c = 0; c < e.group_inputs(); ++c) {
        sum += input_at(e, n, row, column, first + c) *
               sign_of(layer.weights, run, words_of(e.group_inputs()), c);
      }
    }
  }
  return sum;
}

/// All sums, NHWC.
inline std::vector<std::int32_t> plain_sums(const Example& e) {
  const BitMap result = e.result();
  std::vector<std::int32_t> sums;
  for (std::int64_t n = 0; n < result.batch; ++n) {
    for (std::int64_t y = 0; y < result.height; ++y) {
      for (std::int64_t x = 0; x < result.width; ++x) {
        for (std::int64_t o = 0; o < result.channels; ++o) sums.push_back(sum_at(e, n, y, x, o));
      }
    }
  }
  return sums;
}

/// The mismatches of two runs of words.
inline std::int32_t mismatches(const Word* a, const Word* b, std::int64_t words) {
  std::int32_t count = 0;
  std::int64_t i = 0;
  for (; i + 1 < words; i += 2) {
    std::uint64_t both_a, both_b;
    std::memcpy(&both_a, a + i, sizeof both_a);
    std::memcpy(&both_b, b + i, sizeof both_b);
    count += std::popcount(both_a ^ both_b);
  }
  if (i < words) count += std::popcount(a[i] ^ b[i]);
  return count;
}

/// The same as plain_sums, tap by tap and 64 products at once.
inline std::vector<std::int32_t> quick_sums(const Example& e) {
  const BinaryLayer& layer = e.layer;
  const BitMap in = e.padded(), result = e.result();
  const std::vector<Word> bits = e.padded_bits();
  const std::int64_t words = words_of(in.channels);
  std::vector<std::int32_t> sums(index(e.sums()));
  std::int32_t* sum = sums.data();
  for (std::int64_t p = 0; p < result.pixels(); ++p) {
    const std::int64_t n = p / (result.height * result.width);
    const std::int64_t top = p / result.width % result.height * layer.stride.h;
    const std::int64_t left = p % result.width * layer.stride.w;
    for (std::int64_t o = 0; o < result.channels; ++o, ++sum) {
      const Word* weights = layer.weights.data() + o * layer.kernel_h * layer.kernel_w * words;
      for (std::int64_t ky = 0; ky < layer.kernel_h; ++ky) {
        for (std::int64_t kx = 0; kx < layer.kernel_w; ++kx, weights += words) {
          const std::int64_t y = top + ky * layer.dilation.h, x = left + kx * layer.dilation.w;
          if (layer.pad_value == PadValue::zero &&
              (y < layer.pad.top || x < layer.pad.left || y >= in.height - layer.pad.bottom ||
               x >= in.width - layer.pad.right)) {
            continue;
          }
          const std::int64_t pixel = (n * in.height + y) * in.width + x;
          const Word* input =
              bits.data() + pixel * in.pixel_words() + o / e.group_outputs() * words;
          *sum += static_cast<std::int32_t>(in.channels) - 2 * mismatches(input, weights, words);
        }
      }
    }
  }
  return sums;
}

/// What becomes of sums, element by element. `result` is the layer's.
inline std::vector<Word> bits_of(const std::vector<std::int32_t>& sums, const BitMap& result,
                                 const ToBits& to_bits) {
  std::vector<Word> bits(index(result.words()));
  for (std::int64_t i = 0; i < std::ssize(sums); ++i) {
    const std::int64_t pixel = i / result.channels, channel = i % result.channels;
    const bool positive = to_bits.thresholds[index(channel)](sums[index(i)]);
    bits[index(pixel * result.pixel_words() + channel / 32)] |= Word{positive} << channel % 32;
  }
  return bits;
}
inline std::vector<float> floats_of(const std::vector<std::int32_t>& sums, const BitMap& result,
                                    const Tail& tail, std::span<const float* const> operands) {
  std::vector<float> floats(sums.begin(), sums.end());
  apply(tail, {.values = floats.data(),
               .pixels = result.pixels(),
               .channels = result.channels,
               .step = result.channels,
               .operands = operands,
               .operand_step = result.channels});
  return floats;
}

/// What a convolution gives for an example: `size` elements.
template <class T>
std::vector<T> run(const Convolution& convolution, const Example& e, std::int64_t size,
                   std::span<const float* const> operands = {}) {
  const auto bound = convolution.bind(e.padded());
  std::vector<std::byte, AlignedAllocator<std::byte>> scratch(bound->scratch_bytes());
  const std::vector<Word> input = e.padded_bits();
  std::vector<T> result(index(size), static_cast<T>(0x5a5a5a5a));
  bound->run({.input = input.data(),
              .result = result.data(),
              .operands = operands,
              .scratch = scratch.data()});
  return result;
}

}  // namespace bench::one_bit::testing
