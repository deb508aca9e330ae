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

/// Where a Rounder's vector lies: its first channel in the Finish's arrays, its others.
struct Place {
  std::int64_t channel = 0;
  const std::uint8_t* other = nullptr;
  __mmask16 present = 0xffff;  ///< lanes whose `other` may be read
};

inline __m512 floats_at(const std::vector<float>& values, std::int64_t at) {
  return _mm512_loadu_ps(values.data() + at);
}
inline __m512i integers_at(const std::vector<std::int32_t>& values, std::int64_t at) {
  return _mm512_loadu_si512(values.data() + at);
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

/// The low halves of eight 64-bit numbers, at even places, with another eight's at odd ones.
inline __m512i interleaved(__m512i even, __m512i odd) {
  return _mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32));
}

/// multiply_fixed_point, but for sums whose left shift saturates: those stay beyond every range
/// (see models/requantize_loops.cpp).
inline __m512i multiply_fixed_point(__m512i sum, __m512i mantissa, __m512i shift) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i left = _mm512_max_epi32(shift, zero);
  const __m512i right = _mm512_max_epi32(_mm512_sub_epi32(zero, shift), zero);
  const __m512i most = _mm512_srlv_epi32(_mm512_set1_epi32(0x7fffffff), left);
  const __m512i least = _mm512_xor_si512(most, _mm512_set1_epi32(-1));
  const __m512i x = _mm512_sllv_epi32(_mm512_min_epi32(_mm512_max_epi32(sum, least), most), left);
  const __m512i half = _mm512_set1_epi64(std::int64_t{1} << 30);
  const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, mantissa), half);
  const __m512i odd = _mm512_add_epi64(
      _mm512_mul_epi32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(mantissa, 32)), half);
  const __m512i product = interleaved(_mm512_srli_epi64(even, 31), _mm512_srli_epi64(odd, 31));
  // Half away from zero: gemmlowp's RoundingDivideByPOT.
  const __m512i one = _mm512_set1_epi32(1);
  const __m512i mask = _mm512_sub_epi32(_mm512_sllv_epi32(one, right), one);
  const __m512i rest = _mm512_and_si512(product, mask);
  const __m512i threshold =
      _mm512_add_epi32(_mm512_srli_epi32(mask, 1), _mm512_srli_epi32(product, 31));
  const __m512i quotient = _mm512_srav_epi32(product, right);
  return _mm512_mask_add_epi32(quotient, _mm512_cmpgt_epi32_mask(rest, threshold), quotient, one);
}

/// multiply_tflite, cut to +-2^30.
inline __m512i multiply_tflite(__m512i sum, __m512i mantissa, __m512i shift) {
  const __m512i low = _mm512_set1_epi64(0xffffffff);
  const __m512i right = _mm512_sub_epi32(_mm512_set1_epi32(31), shift);
  const auto one_side = [&](__m512i x, __m512i m, __m512i by) {
    const __m512i before = _mm512_sub_epi64(by, _mm512_set1_epi64(1));
    const __m512i half = _mm512_sllv_epi64(_mm512_set1_epi64(1), before);
    const __m512i product = _mm512_srav_epi64(_mm512_add_epi64(_mm512_mul_epi32(x, m), half), by);
    const __m512i limit = _mm512_set1_epi64(std::int64_t{1} << 30);
    return _mm512_max_epi64(_mm512_min_epi64(product, limit),
                            _mm512_sub_epi64(_mm512_setzero_si512(), limit));
  };
  const __m512i even = one_side(sum, mantissa, _mm512_and_si512(right, low));
  const __m512i odd = one_side(_mm512_srli_epi64(sum, 32), _mm512_srli_epi64(mantissa, 32),
                               _mm512_srli_epi64(right, 32));
  return interleaved(even, odd);
}

/// The integer modes, with or without an add.
struct IntegerRounder {
  explicit IntegerRounder(const Finish& f) : finish(f) {}
  static const Range& range(const Finish& f) { return f.add ? f.add->range : f.range; }
  __m512i multiplied(__m512i x, __m512i mantissa, __m512i shift) const {
    return finish.mode == Requantization::tflite ? multiply_tflite(x, mantissa, shift)
                                                 : multiply_fixed_point(x, mantissa, shift);
  }
  __m512i multiplied(__m512i x, FixedMultiplier by) const {
    return multiplied(x, _mm512_set1_epi32(by.mantissa), _mm512_set1_epi32(by.shift));
  }
  __m512i round(__m512i sum, __m512, const Place& place) const {
    const __m512i x = multiplied(sum, integers_at(finish.mantissa, place.channel),
                                 integers_at(finish.shift, place.channel));
    if (!finish.add) return x;
    const StoredAdd& add = *finish.add;
    const Range& own = finish.range;
    const __m512i number =
        _mm512_min_epi32(_mm512_max_epi32(x, _mm512_set1_epi32(own.lowest - own.zero_point)),
                         _mm512_set1_epi32(own.highest - own.zero_point));
    const __m512i layer =
        _mm512_add_epi32(number, _mm512_set1_epi32(own.zero_point - add.layer_zero_point));
    const __m512i other =
        _mm512_sub_epi32(others_at(place), _mm512_set1_epi32(add.other_zero_point));
    const __m512i both =
        _mm512_add_epi32(multiplied(_mm512_slli_epi32(layer, 20), add.layer_fixed),
                         multiplied(_mm512_slli_epi32(other, 20), add.other_fixed));
    return multiplied(both, add.sum_fixed);
  }
  const Finish& finish;
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

/// What a kernel does with the sums of one pixel when they cannot stay in registers: `vectors` of
/// them, at `sums`, channels in order.
void finish_stored(const Finish& finish, const std::int32_t* sums, int vectors,
                   const Target& target);

}  // namespace bench::int8::avx512

#pragma GCC pop_options
