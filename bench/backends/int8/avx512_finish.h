#pragma once
// From 32-bit sums in vectors of 16 channels to bytes, in all modes, with AVX-512. For the
// avx512_*.cpp files.
//
// A Rounder makes numbers of a vector of sums, less the zero point, and perhaps far out of range;
// `bytes_of` then packs four such vectors, adds the zero point and clamps. Both saturate on the
// way, which a clamp to at most 8 bits does not notice.

#pragma GCC diagnostic ignored "-Wuninitialized"  // both false in g++ 12's AVX-512 header
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>

#include <type_traits>
#include <utility>

#include "bench/backends/int8/finish.h"

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")

namespace bench::int8::avx512 {

#include "bench/backends/int8/repeat.inc"

/// The other numbers that a Rounder adds to a vector.
struct Place {
  const std::uint8_t* other = nullptr;
  __mmask16 present = 0xffff;  ///< lanes whose `other` may be read
};

inline __m512 floats_at(const std::vector<float>& values, std::int64_t at) {
  return _mm512_loadu_ps(values.data() + at);
}
inline __m512i integers_at(const std::vector<std::int32_t>& values, std::int64_t at) {
  return _mm512_loadu_si512(values.data() + at);
}
/// The scales that sums are multiplied by: `negative` where they are below 0.
inline __m512 by_sign(__m512i sums, __m512 scale, __m512 negative) {
  return _mm512_mask_blend_ps(_mm512_movepi32_mask(sums), scale, negative);
}
inline __m512i others_at(const Place& place) {
  return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(place.present, place.other));
}

/// Finish::Kind::float_scale.
struct QuickRounder {
  explicit QuickRounder(const Finish&) {}
  static const Range& range(const Finish& finish) { return finish.range; }
  static __m512i round(__m512i sum, __m512 scale, const Place&) {
    return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale));
  }
  static constexpr bool adds = false;
};

/// The same, then StoredAdd in float-scale.
struct QuickAddRounder {
  explicit QuickAddRounder(const Finish& finish)
      : lowest(_mm512_set1_ps(static_cast<float>(finish.range.lowest - finish.range.zero_point))),
        highest(_mm512_set1_ps(static_cast<float>(finish.range.highest - finish.range.zero_point))),
        layer_ratio(_mm512_set1_ps(finish.add->layer_ratio)),
        other_ratio(_mm512_set1_ps(finish.add->other_ratio)),
        other_zero_point(_mm512_set1_epi32(finish.add->other_zero_point)),
        most(_mm512_set1_ps(0x1p20f)) {}
  static const Range& range(const Finish& finish) { return finish.add->range; }
  __m512i round(__m512i sum, __m512 scale, const Place& place) const {
    const __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale);
    const __m512 rounded = _mm512_roundscale_ps(product, _MM_FROUND_TO_NEAREST_INT);
    const __m512 layer = _mm512_min_ps(_mm512_max_ps(rounded, lowest), highest);
    const __m512 other = _mm512_cvtepi32_ps(_mm512_sub_epi32(others_at(place), other_zero_point));
    const __m512 both =
        _mm512_add_ps(_mm512_mul_ps(layer, layer_ratio), _mm512_mul_ps(other, other_ratio));
    return _mm512_cvtps_epi32(_mm512_min_ps(both, most));  // too low becomes the lowest anyway
  }
  __m512 lowest, highest, layer_ratio, other_ratio;
  __m512i other_zero_point;
  __m512 most;
  static constexpr bool adds = true;
};

/// multiply_fixed_point without a left shift: two roundings, the second half away from zero
/// (gemmlowp's RoundingDivideByPOT).
struct FixedPoint {
  FixedPoint(__m512i m, __m512i shift)
      : mantissa(m),
        odd_mantissa(_mm512_srli_epi64(m, 32)),
        right(_mm512_sub_epi32(_mm512_setzero_si512(), shift)),
        mask(
            _mm512_sub_epi32(_mm512_sllv_epi32(_mm512_set1_epi32(1), right), _mm512_set1_epi32(1))),
        half(_mm512_srli_epi32(mask, 1)) {}
  __m512i operator()(__m512i x) const {
    const __m512i nudge = _mm512_set1_epi64(std::int64_t{1} << 30);
    const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, mantissa), nudge);
    const __m512i odd =
        _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(x, 32), odd_mantissa), nudge);
    const __m512i product =
        _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 31), _mm512_slli_epi64(odd, 1));
    const __m512i rest = _mm512_and_si512(product, mask);
    const __m512i threshold = _mm512_add_epi32(half, _mm512_srli_epi32(product, 31));
    const __m512i quotient = _mm512_srav_epi32(product, right);
    return _mm512_mask_add_epi32(quotient, _mm512_cmpgt_epi32_mask(rest, threshold), quotient,
                                 _mm512_set1_epi32(1));
  }
  __m512i mantissa, odd_mantissa, right, mask, half;
};

/// multiply_tflite, cut to +-2^30.
struct TfLite {
  TfLite(__m512i m, __m512i shift) : mantissa(m), odd_mantissa(_mm512_srli_epi64(m, 32)) {
    const __m512i right = _mm512_sub_epi32(_mm512_set1_epi32(31), shift);
    even_right = _mm512_and_si512(right, _mm512_set1_epi64(0xffffffff));
    odd_right = _mm512_srli_epi64(right, 32);
    even_half = half_of(even_right);
    odd_half = half_of(odd_right);
  }
  static __m512i half_of(__m512i right) {
    const __m512i one = _mm512_set1_epi64(1);
    return _mm512_sllv_epi64(one, _mm512_sub_epi64(right, one));
  }
  static __m512i cut(__m512i product) {
    const __m512i limit = _mm512_set1_epi64(std::int64_t{1} << 30);
    return _mm512_max_epi64(_mm512_min_epi64(product, limit),
                            _mm512_set1_epi64(-(std::int64_t{1} << 30)));
  }
  __m512i operator()(__m512i x) const {
    const __m512i even =
        _mm512_srav_epi64(_mm512_add_epi64(_mm512_mul_epi32(x, mantissa), even_half), even_right);
    const __m512i odd = _mm512_srav_epi64(
        _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(x, 32), odd_mantissa), odd_half),
        odd_right);
    return _mm512_mask_blend_epi32(0xaaaa, cut(even), _mm512_slli_epi64(cut(odd), 32));
  }
  __m512i mantissa, odd_mantissa, even_right, odd_right, even_half, odd_half;
};

/// A Range in vectors of bytes, and what of it has to be done.
struct ByteRange {
  explicit ByteRange(const Range& range)
      : zero_point(_mm512_set1_epi16(static_cast<short>(range.zero_point))),
        lowest(_mm512_set1_epi8(static_cast<char>(range.lowest))),
        highest(_mm512_set1_epi8(static_cast<char>(range.highest))) {}
  __m512i zero_point, lowest, highest;
};

/// Numbers of 64 channels as bytes. Each 128-bit lane has 4 of a, 4 of b, 4 of c, 4 of d.
inline __m512i bytes_by_lanes(__m512i a, __m512i b, __m512i c, __m512i d, const ByteRange& range) {
  const __m512i low = _mm512_adds_epi16(_mm512_packs_epi32(a, b), range.zero_point);
  const __m512i high = _mm512_adds_epi16(_mm512_packs_epi32(c, d), range.zero_point);
  const __m512i bytes = _mm512_packus_epi16(low, high);
  return _mm512_min_epu8(_mm512_max_epu8(bytes, range.lowest), range.highest);
}

/// The same, all of a, then all of b, ...
inline __m512i bytes_in_order(__m512i a, __m512i b, __m512i c, __m512i d, const ByteRange& range) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, bytes_by_lanes(a, b, c, d, range));
}

/// The first `count` of 64 bytes.
inline void store_bytes(std::uint8_t* to, __m512i bytes, std::int64_t count) {
  switch (count) {
    case 64: return _mm512_storeu_si512(to, bytes);
    case 48:
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 32), _mm512_extracti32x4_epi32(bytes, 2));
      [[fallthrough]];
    case 32:
      return _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_castsi512_si256(bytes));
    case 16: return _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_castsi512_si128(bytes));
    default: return _mm512_mask_storeu_epi8(to, (std::uint64_t{1} << count) - 1, bytes);
  }
}

inline __mmask16 first_lanes(std::int64_t count) {
  return static_cast<__mmask16>(count >= lanes ? 0xffff : (1 << (count > 0 ? count : 0)) - 1);
}

/// What a kernel does with sums that cannot stay in registers: those of `pixels` neighbours from
/// `first` on, `vectors` of 16 channels each, in order. They are overwritten.
void finish_stored(const Finish& finish, std::int32_t* sums, int vectors, std::int64_t first,
                   std::int64_t pixels, const Target& target);

}  // namespace bench::int8::avx512

#pragma GCC pop_options
