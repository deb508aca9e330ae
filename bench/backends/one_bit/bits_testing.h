#pragma once
// For tests: maps of bits beside the tensors of -1 and +1 they stand for.

#include <cstddef>
#include <vector>

#include "bench/backends/one_bit/bits.h"
#include "models/random.h"
#include "models/tensor.h"

namespace bench::one_bit::testing {

/// N x C x H x W, each number -1 or +1.
inline Tensor signs(Random& random, Shape shape) {
  Tensor tensor(std::move(shape));
  for (float& x : tensor.data<float>()) x = random.integer(0, 1) == 0 ? -1.0f : 1.0f;
  return tensor;
}

/// How the signs of an N x C x H x W tensor lie as bits, its channels in `groups` runs.
inline BitMap map_of(const Tensor& tensor, std::int64_t groups = 1) {
  return {tensor.dim(0), tensor.dim(2), tensor.dim(3), tensor.dim(1) / groups, groups};
}

/// The bits: 1 where a number is above 0 (so that zeros are bits of 0).
inline std::vector<Word> bits_of(const Tensor& tensor, std::int64_t groups = 1) {
  const BitMap map = map_of(tensor, groups);
  std::vector<Word> bits(static_cast<std::size_t>(map.words()));
  const float* value = tensor.data<float>().data();
  const std::int64_t channels = tensor.dim(1), plane = map.height * map.width;
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    const std::int64_t c = i / plane % channels;
    const std::int64_t pixel = i / plane / channels * plane + i % plane;
    const std::int64_t run = pixel * groups + c / map.channels, bit = c % map.channels;
    const auto word = static_cast<std::size_t>(run * words_of(map.channels) + bit / 32);
    if (value[i] > 0) bits[word] |= Word{1} << bit % 32;
  }
  return bits;
}

}  // namespace bench::one_bit::testing
