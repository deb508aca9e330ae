#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "bench/backends/int8/kernels.h"

#pragma GCC push_options
#pragma GCC target("avx2")

// Bytes are widened to 16 bits before they are multiplied: the instruction that multiplies bytes
// saturates. 16 channels are two vectors of sums.

namespace bench::int8 {
namespace avx2 {

#include "bench/backends/int8/repeat.inc"

namespace {

__m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }

__m256 load(const float* from) { return _mm256_loadu_ps(from); }

__m256 real(std::int64_t x) { return _mm256_set1_ps(static_cast<float>(x)); }

// What becomes of the sums of 16 channels of a pixel. Quick is Finish::Kind::float_scale: see
// avx512_finish.h for why nothing is lost there.
class Ending {
 public:
  Ending(const Finish& finish, const Target& target)
      : finish_(finish), target_(target), range_(finish.add ? finish.add->range : finish.range) {}

  // Sums of the target's channels from `channel` on, in order.
  [[gnu::always_inline]] void operator()(const __m256i (&sums)[2], std::int64_t pixel,
                                         std::int64_t channel) const {
    if (finish_.kind != Finish::Kind::float_scale) return slow(sums, pixel, channel);
    const std::int64_t first = target_.first + channel;
    __m256 low = multiplied(sums[0], first), high = multiplied(sums[1], first + 8);
    const std::int64_t at = pixel * target_.stride + channel;
    if (finish_.add) add(low, high, at, channel);
    const __m128i bytes = pack(_mm256_cvtps_epi32(low), _mm256_cvtps_epi32(high));
    if (target_.count - channel >= lanes) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(target_.result + at), bytes);
    } else {
      alignas(16) std::uint8_t all[lanes];
      _mm_store_si128(reinterpret_cast<__m128i*>(all), bytes);
      std::memcpy(target_.result + at, all, static_cast<std::size_t>(target_.count - channel));
    }
  }

 private:
  [[gnu::noinline]] void slow(const __m256i (&sums)[2], std::int64_t pixel,
                              std::int64_t channel) const {
    alignas(32) std::int32_t stored[lanes];
    _mm256_store_si256(reinterpret_cast<__m256i*>(stored), sums[0]);
    _mm256_store_si256(reinterpret_cast<__m256i*>(stored + 8), sums[1]);
    Target target = target_.after(pixel).from_channel(channel);
    target.count = std::min(target_.count - channel, lanes);
    finish_pixels(finish_, stored, 0, 1, target);
  }

  [[gnu::always_inline]] __m256 multiplied(__m256i sums, std::int64_t at) const {
    __m256 by = load(finish_.by.scale.data() + at);
    if (finish_.leaky) {
      by =
          _mm256_blendv_ps(by, load(finish_.negative.scale.data() + at), _mm256_castsi256_ps(sums));
    }
    return _mm256_mul_ps(_mm256_cvtepi32_ps(sums), by);
  }

  void add(__m256& low, __m256& high, std::int64_t at, std::int64_t channel) const {
    alignas(16) std::uint8_t others[lanes] = {};
    const std::int64_t count = std::min(target_.count - channel, lanes);
    std::memcpy(others, target_.other + at, static_cast<std::size_t>(count));
    low = with_other(low, others);
    high = with_other(high, others + 8);
  }

  __m256 with_other(__m256 number, const std::uint8_t* eight) const {
    const StoredAdd& rule = *finish_.add;
    const Range& own = finish_.range;
    const __m256 rounded = _mm256_round_ps(number, _MM_FROUND_TO_NEAREST_INT);
    const __m256 layer = _mm256_min_ps(_mm256_max_ps(rounded, real(own.lowest - own.zero_point)),
                                       real(own.highest - own.zero_point));
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(eight));
    const __m256i other =
        _mm256_sub_epi32(_mm256_cvtepu8_epi32(bytes), _mm256_set1_epi32(rule.other_zero_point));
    const __m256 both =
        _mm256_add_ps(_mm256_mul_ps(layer, _mm256_set1_ps(rule.layer_ratio)),
                      _mm256_mul_ps(_mm256_cvtepi32_ps(other), _mm256_set1_ps(rule.other_ratio)));
    return _mm256_min_ps(both, _mm256_set1_ps(0x1p20f));
  }

  __m128i pack(__m256i low, __m256i high) const {
    const __m256i mixed = _mm256_packs_epi32(low, high);
    const __m256i ordered = _mm256_permute4x64_epi64(mixed, 0b11011000);
    const __m256i moved =
        _mm256_adds_epi16(ordered, _mm256_set1_epi16(static_cast<short>(range_.zero_point)));
    const __m128i bytes =
        _mm_packus_epi16(_mm256_castsi256_si128(moved), _mm256_extracti128_si256(moved, 1));
    return _mm_min_epu8(_mm_max_epu8(bytes, _mm_set1_epi8(static_cast<char>(range_.lowest))),
                        _mm_set1_epi8(static_cast<char>(range_.highest)));
  }

  const Finish& finish_;
  const Target& target_;
  const Range range_;
};

__m256i start_sum(const Panel& panel, std::int64_t pixel, std::int64_t channel) {
  const __m256i bias = load(panel.bias + channel);
  if (!panel.weight_zero_points) return bias;
  return _mm256_sub_epi32(bias, _mm256_mullo_epi32(load(panel.weight_zero_points + channel),
                                                   _mm256_set1_epi32(panel.window_sums[pixel])));
}

[[gnu::always_inline]] inline void multiply_add(__m256i& sum, __m256i x, __m256i w) {
  sum = _mm256_add_epi32(sum, _mm256_madd_epi16(x, w));
}

// The four bytes of a quad as two pairs: bytes 0 and 2, bytes 1 and 3, each in 16 bits.
struct Pairs {
  __m256i even, odd;
};

[[gnu::always_inline]] inline Pairs unsigned_pairs(const std::uint8_t* four) {
  std::int32_t together;
  std::memcpy(&together, four, 4);
  const __m256i x = _mm256_set1_epi32(together);
  return {_mm256_and_si256(x, _mm256_set1_epi32(0x00ff00ff)), _mm256_srli_epi16(x, 8)};
}

[[gnu::always_inline]] inline Pairs signed_pairs(const std::int8_t* from) {
  const __m256i w = load(from);
  return {_mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8), _mm256_srai_epi16(w, 8)};
}

template <int Pixels>
void block(const Panel& panel, const Ending& ending, std::int64_t first, int vector) {
  __m256i sums[Pixels][2];
  repeat<Pixels>(BENCH_BODY(p) {
    repeat<2>(BENCH_BODY(v) { sums[p][v] = start_sum(panel, first + p, vector * lanes + 8 * v); });
  });
  const std::int8_t* weights = panel.weights + vector * lanes * 4;
  for (std::int64_t r = 0; r < panel.run_count; ++r) {
    const std::uint8_t* run = panel.input + panel.runs[r];
    const std::uint8_t* windows[Pixels];
    repeat<Pixels>(BENCH_BODY(p) { windows[p] = run + panel.offsets[first + p]; });
    for (std::int64_t i = 0; i < 4 * panel.quads; i += 4, weights += panel.vectors * lanes * 4) {
      const Pairs w[2] = {signed_pairs(weights), signed_pairs(weights + 32)};
      repeat<Pixels>(BENCH_BODY(p) {
        const Pairs x = unsigned_pairs(windows[p] + i);
        repeat<2>(BENCH_BODY(v) {
          multiply_add(sums[p][v], x.even, w[v].even);
          multiply_add(sums[p][v], x.odd, w[v].odd);
        });
      });
    }
  }
  repeat<Pixels>(BENCH_BODY(p) { ending(sums[p], first + p, vector * lanes); });
}

void dot(const Panel& panel) {
  const Ending ending(*panel.finish, panel.target);
  for (int v = 0; v < panel.vectors; ++v) {
    std::int64_t p = 0;
    for (; p + 4 <= panel.pixels; p += 4) block<4>(panel, ending, p, v);
    for (; p < panel.pixels; ++p) block<1>(panel, ending, p, v);
  }
}

constexpr std::int64_t most_pairs = 32;

// 16 channels of a depthwise layer. Two taps are interleaved, so that each channel has them side by
// side; their products come as channels 0 .. 3 and 8 .. 11, and as 4 .. 7 and 12 .. 15.
class Channels16 {
 public:
  Channels16(const Depthwise& work, std::int64_t first)
      : work_(work), first_(first), ending_(*work.finish, work.target) {
    const std::int64_t padded = (work.channels + 63) / 64 * 64;
    for (std::int64_t pair = 0; pair < work.tap_count / 2; ++pair) {
      alignas(32) std::int16_t ordered[2][16];
      for (std::int64_t c = 0; c < lanes; ++c) {
        const std::int64_t from = (pair / 2 * padded + first + c) * 4 + pair % 2 * 2;
        std::memcpy(&ordered[c / 4 % 2][(c / 8 * 4 + c % 4) * 2], work.wide_weights + from, 4);
      }
      weights_[pair][0] = load(ordered[0]);
      weights_[pair][1] = load(ordered[1]);
    }
  }

  void run() const {
    for (std::int64_t y = 0; y < work_.rows; ++y) {
      for (std::int64_t x = 0; x < work_.columns; ++x) pixel(y, x);
    }
  }

 private:
  void pixel(std::int64_t y, std::int64_t x) const {
    const std::uint8_t* window = work_.input + y * work_.row_step + x * work_.column_step + first_;
    __m256i products[2] = {};
    for (std::int64_t pair = 0; pair < work_.tap_count / 2; ++pair) {
      const __m256i a = tap(window, 2 * pair), b = tap(window, 2 * pair + 1);
      multiply_add(products[0], _mm256_unpacklo_epi16(a, b), weights_[pair][0]);
      multiply_add(products[1], _mm256_unpackhi_epi16(a, b), weights_[pair][1]);
    }
    const __m256i sums[2] = {
        _mm256_add_epi32(load(work_.bias + first_),
                         _mm256_permute2x128_si256(products[0], products[1], 0x20)),
        _mm256_add_epi32(load(work_.bias + first_ + 8),
                         _mm256_permute2x128_si256(products[0], products[1], 0x31))};
    ending_(sums, y * work_.result_row + x, first_);
  }

  __m256i tap(const std::uint8_t* window, std::int64_t index) const {
    const auto* from = reinterpret_cast<const __m128i*>(window + work_.taps[index]);
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(from));
  }

  const Depthwise& work_;
  const std::int64_t first_;
  const Ending ending_;
  __m256i weights_[most_pairs][2];
};

void depthwise(const Depthwise& work) {
  if (work.tap_count > 2 * most_pairs) return portable_kernels().depthwise(work);
  for (std::int64_t first = 0; first < work.channels; first += lanes) {
    Channels16(work, first).run();
  }
}

}  // namespace
}  // namespace avx2

Kernels avx2_kernels() { return {avx2::dot, avx2::depthwise}; }

}  // namespace bench::int8

#pragma GCC pop_options
#endif
