#include "bench/backends/one_bit/expanded_loops.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "bench/backends/one_bit/dispatch.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/backends/one_bit/expanded_loops.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bench::one_bit::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Masks are stored in whole bytes, so vectors of fewer than 8 numbers take the plain way.

void expand_words(const Word* bits, std::size_t words, std::uint8_t* bytes) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < 32 * words; ++i) {
    bytes[i] = static_cast<std::uint8_t>((bits[i / 32] >> i % 32 & 1) * 2);
  }
#else
  const hn::CappedTag<std::uint8_t, 64> d;
  const auto two = hn::Set(d, 2);
  for (std::size_t w = 0; w < words; w += 2, bytes += 64) {
    // Highway may read 8 bytes from where a mask starts.
    alignas(16) std::uint8_t masks[16] = {};
    if (w + 2 <= words) {
      std::memcpy(masks, bits + w, 2 * sizeof(Word));
    } else {
      std::memcpy(masks, bits + w, sizeof(Word));
    }
    for (std::size_t i = 0; i < 64; i += hn::Lanes(d)) {
      hn::StoreU(hn::IfThenElseZero(hn::LoadMaskBits(d, masks + i / 8), two), d, bytes + i);
    }
  }
#endif
}

void signs(const std::int32_t* numbers, std::size_t pixels, std::size_t channels,
           const std::int32_t* flips, const std::int32_t* bounds, Word* bits) {
  const hn::ScalableTag<std::int32_t> d;
  const std::size_t lanes = hn::Lanes(d), words = (channels + 31) / 32;
  for (std::size_t p = 0; p < pixels; ++p, numbers += channels, bits += words) {
    if (lanes < 8) {
      std::fill_n(bits, words, 0u);
      for (std::size_t c = 0; c < channels; ++c) {
        bits[c / 32] |= Word{(numbers[c] ^ flips[c]) > bounds[c]} << c % 32;
      }
      continue;
    }
    for (std::size_t w = 0; w < words; ++w) {
      std::uint8_t masks[16] = {};  // Highway may write 8 bytes from where a mask starts
      for (std::size_t i = 0; i < 32; i += lanes) {
        const std::size_t c = 32 * w + i;
        const std::size_t left = channels > c ? channels - c : 0;
        const auto x = left >= lanes
                           ? hn::LoadU(d, numbers + c)
                           : hn::MaskedLoad(hn::FirstN(d, left), d, numbers + channels - left);
        const auto flipped = hn::Xor(x, hn::LoadU(d, flips + c));
        hn::StoreMaskBits(d, hn::Gt(flipped, hn::LoadU(d, bounds + c)), masks + i / 8);
      }
      std::memcpy(bits + w, masks, sizeof(Word));
    }
  }
}

}  // namespace
}  // namespace bench::one_bit::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bench::one_bit {

HWY_EXPORT(expand_words);
HWY_EXPORT(signs);

void expand(const Word* bits, std::size_t words, std::uint8_t* bytes, Target target) {
  BENCH_DISPATCH(expand_words, target)(bits, words, bytes);
}

SignRule::SignRule(std::span<const Threshold<std::int32_t>> thresholds,
                   std::span<const std::int32_t> offsets)
    : channels_(thresholds.size()) {
  constexpr std::int32_t farthest = 1 << 29;  // beyond every number, on either side
  const auto padded = static_cast<std::size_t>(words_of(static_cast<std::int64_t>(channels_)) * 32);
  flips_.assign(padded, 0);
  bounds_.assign(padded, std::numeric_limits<std::int32_t>::max());  // bits past the last are 0
  for (std::size_t c = 0; c < channels_; ++c) {
    const std::int32_t limit = std::clamp(thresholds[c].limit, -farthest, farthest) + offsets[c];
    // x <= limit if and only if -1 - x >= -1 - limit, and ~x is -1 - x.
    flips_[c] = thresholds[c].at_most ? -1 : 0;
    bounds_[c] = (limit ^ flips_[c]) - 1;
  }
}

void SignRule::apply(const std::int32_t* numbers, std::size_t pixels, Word* bits,
                     Target target) const {
  BENCH_DISPATCH(signs, target)
  (numbers, pixels, channels_, flips_.data(), bounds_.data(), bits);
}

}  // namespace bench::one_bit
#endif
