#include "bench/backends/one_bit/convolution.h"

namespace bench::one_bit {

std::vector<Word> pack_weights(const Tensor& numbers) {
  const Shape& shape = numbers.shape();
  std::int64_t taps = 1;
  for (std::size_t axis = 2; axis < shape.size(); ++axis) taps *= shape[axis];
  const std::int64_t channels = shape[1], words = words_of(channels);
  std::vector<Word> packed(static_cast<std::size_t>(shape[0] * taps * words));
  const std::int8_t* number = numbers.data<std::int8_t>().data();
  for (std::int64_t o = 0; o < shape[0]; ++o) {
    Word* row = packed.data() + o * taps * words;
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t tap = 0; tap < taps; ++tap, ++number) {
        row[tap * words + c / 32] |= Word{*number > 0} << c % 32;
      }
    }
  }
  return packed;
}

}  // namespace bench::one_bit
