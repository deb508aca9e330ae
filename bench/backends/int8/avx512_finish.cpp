#if defined(__x86_64__)
#include "bench/backends/int8/avx512_finish.h"

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")

namespace bench::int8::avx512 {
namespace {

void finish_integers(const Finish& finish, const std::int32_t* sums, int vectors,
                     const Target& target) {
  const IntegerRounder rounder(finish);
  __m512i numbers[4] = {};
  for (int v = 0; v < vectors; ++v) {
    const Place place{target.first + v * lanes, target.other + v * lanes,
                      first_lanes(target.count - v * lanes)};
    numbers[v] = rounder.round(_mm512_loadu_si512(sums + v * lanes), __m512{}, place);
  }
  const ByteRange range(IntegerRounder::range(finish));
  store_bytes(target.result, bytes_in_order(numbers[0], numbers[1], numbers[2], numbers[3], range),
              target.count);
}

void finish_real(const Finish& finish, const std::int32_t* sums, int vectors,
                 const Target& target) {
  for (int v = 0; v < vectors; ++v) {
    const std::int64_t at = target.first + v * lanes;
    const __m512 scale =
        _mm512_mul_ps(floats_at(finish.scale, at), _mm512_set1_ps(target.dynamic_scale));
    const __m512 sum = _mm512_cvtepi32_ps(_mm512_loadu_si512(sums + v * lanes));
    const __m512 value = _mm512_add_ps(_mm512_mul_ps(sum, scale), floats_at(finish.float_bias, at));
    _mm512_mask_storeu_ps(target.float_result + v * lanes, first_lanes(target.count - v * lanes),
                          value);
  }
}

}  // namespace

void finish_stored(const Finish& finish, const std::int32_t* sums, int vectors,
                   const Target& target) {
  if (finish.kind == Finish::Kind::real) return finish_real(finish, sums, vectors, target);
  if (finish.mode == Requantization::float_scale) {
    return finish_pixels(finish, sums, 0, 1, target);
  }
  finish_integers(finish, sums, vectors, target);
}

}  // namespace bench::int8::avx512

#pragma GCC pop_options
#endif
