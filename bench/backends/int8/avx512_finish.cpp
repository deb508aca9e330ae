#if defined(__x86_64__)
#include "bench/backends/int8/avx512_finish.h"

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")

namespace bench::int8::avx512 {
namespace {

// Sums and their place, for the functions below.
struct Stored {
  std::int32_t* sums;
  int vectors;
  std::int64_t first, pixels;
  const Target& target;

  std::int32_t* at(std::int64_t pixel, int vector) const {
    return sums + (pixel * vectors + vector) * lanes;
  }
  std::int64_t element(std::int64_t pixel) const { return (first + pixel) * target.stride; }
};

// Numbers that came from the layer, less its zero point, with those of another tensor.
template <class Multiply>
class IntegerAdd {
 public:
  explicit IntegerAdd(const Finish& finish)
      : layer_(of(finish.add->layer_fixed)),
        other_(of(finish.add->other_fixed)),
        sum_(of(finish.add->sum_fixed)),
        lowest_(_mm512_set1_epi32(finish.range.lowest - finish.range.zero_point)),
        highest_(_mm512_set1_epi32(finish.range.highest - finish.range.zero_point)),
        layer_move_(_mm512_set1_epi32(finish.range.zero_point - finish.add->layer_zero_point)),
        other_zero_point_(_mm512_set1_epi32(finish.add->other_zero_point)) {}

  __m512i operator()(__m512i number, const Place& place) const {
    const __m512i clamped = _mm512_min_epi32(_mm512_max_epi32(number, lowest_), highest_);
    const __m512i layer = _mm512_add_epi32(clamped, layer_move_);
    const __m512i other = _mm512_sub_epi32(others_at(place), other_zero_point_);
    return sum_(_mm512_add_epi32(layer_(_mm512_slli_epi32(layer, 20)),
                                 other_(_mm512_slli_epi32(other, 20))));
  }

 private:
  static Multiply of(FixedMultiplier by) {
    return Multiply(_mm512_set1_epi32(by.mantissa), _mm512_set1_epi32(by.shift));
  }
  Multiply layer_, other_, sum_;
  __m512i lowest_, highest_, layer_move_, other_zero_point_;
};

template <class Multiply>
Multiply multiply_at(const Finish::Multipliers& by, std::int64_t at) {
  return Multiply(integers_at(by.mantissa, at), integers_at(by.shift, at));
}

template <class Multiply>
void round_all(const Finish& finish, const Stored& stored) {
  const std::int64_t pixels = stored.pixels, step = stored.vectors * lanes;
  for (int v = 0; v < stored.vectors; ++v) {
    const std::int64_t at = stored.target.first + v * lanes;
    const auto multiply = multiply_at<Multiply>(finish.by, at);
    std::int32_t* sums = stored.at(0, v);
    for (std::int64_t p = 0; p < pixels; ++p, sums += step) {
      _mm512_storeu_si512(sums, multiply(_mm512_loadu_si512(sums)));
    }
  }
}

// The same by the sign of each sum.
template <class Multiply>
void round_all_leaky(const Finish& finish, const Stored& stored) {
  const std::int64_t pixels = stored.pixels, step = stored.vectors * lanes;
  for (int v = 0; v < stored.vectors; ++v) {
    const std::int64_t at = stored.target.first + v * lanes;
    const auto multiply = multiply_at<Multiply>(finish.by, at);
    const auto negative = multiply_at<Multiply>(finish.negative, at);
    std::int32_t* sums = stored.at(0, v);
    for (std::int64_t p = 0; p < pixels; ++p, sums += step) {
      const __m512i sum = _mm512_loadu_si512(sums);
      const __mmask16 below = _mm512_movepi32_mask(sum);
      _mm512_storeu_si512(sums, _mm512_mask_mov_epi32(multiply(sum), below, negative(sum)));
    }
  }
}

template <class Multiply>
void add_all(const Finish& finish, const Stored& stored) {
  const IntegerAdd<Multiply> add(finish);
  for (std::int64_t p = 0; p < stored.pixels; ++p) {
    for (int v = 0; v < stored.vectors; ++v) {
      const Place place{stored.target.other + stored.element(p) + v * lanes,
                        first_lanes(stored.target.count - v * lanes)};
      const __m512i number = _mm512_loadu_si512(stored.at(p, v));
      _mm512_storeu_si512(stored.at(p, v), add(number, place));
    }
  }
}

template <class Multiply>
void finish_integers(const Finish& finish, const Stored& stored) {
  if (finish.leaky) {
    round_all_leaky<Multiply>(finish, stored);
  } else {
    round_all<Multiply>(finish, stored);
  }
  if (finish.add) add_all<Multiply>(finish, stored);
  const ByteRange range(finish.add ? finish.add->range : finish.range);
  std::uint8_t* to = stored.target.result + stored.element(0);
  const std::int64_t stride = stored.target.stride, count = stored.target.count;
  const int vectors = stored.vectors;
  for (std::int64_t p = 0; p < stored.pixels; ++p) {
    const auto numbers = [&](int v) __attribute__((always_inline)) {
      return v < vectors ? _mm512_loadu_si512(stored.at(p, v)) : __m512i{};
    };
    store_bytes(to + p * stride,
                bytes_in_order(numbers(0), numbers(1), numbers(2), numbers(3), range), count);
  }
}

void finish_real(const Finish& finish, const Stored& stored) {
  for (int v = 0; v < stored.vectors; ++v) {
    const std::int64_t at = stored.target.first + v * lanes;
    const __m512 scale =
        _mm512_mul_ps(floats_at(finish.by.scale, at), _mm512_set1_ps(stored.target.dynamic_scale));
    const __m512 bias = floats_at(finish.float_bias, at);
    const __mmask16 present = first_lanes(stored.target.count - v * lanes);
    for (std::int64_t p = 0; p < stored.pixels; ++p) {
      const __m512 sum = _mm512_cvtepi32_ps(_mm512_loadu_si512(stored.at(p, v)));
      _mm512_mask_storeu_ps(stored.target.float_result + stored.element(p) + v * lanes, present,
                            _mm512_add_ps(_mm512_mul_ps(sum, scale), bias));
    }
  }
}

}  // namespace

void finish_stored(const Finish& finish, std::int32_t* sums, int vectors, std::int64_t first,
                   std::int64_t pixels, const Target& target) {
  const Stored stored{sums, vectors, first, pixels, target};
  if (finish.kind == Finish::Kind::real) return finish_real(finish, stored);
  if (finish.mode == Requantization::float_scale || finish.shifts_left) {
    return finish_pixels(finish, sums, vectors * lanes, pixels, target.after(first));
  }
  if (finish.mode == Requantization::tflite) return finish_integers<TfLite>(finish, stored);
  finish_integers<FixedPoint>(finish, stored);
}

}  // namespace bench::int8::avx512

#pragma GCC pop_options
#endif
