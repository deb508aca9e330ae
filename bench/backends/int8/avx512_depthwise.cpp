#if defined(__x86_64__)
#include "bench/backends/int8/avx512_finish.h"
#include "bench/backends/int8/avx512_kernels.h"

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")

// The bytes of four taps are interleaved, so that each channel has its four side by side, as a dot
// product takes them. The unpack instructions do that within lanes of 128 bits: of four vectors of
// sums, vector j has channels 16 i + 4 j .. 16 i + 4 j + 3 in lane i. Biases, scales and weights
// are brought into that order before the loops; packing to bytes undoes it.

namespace bench::int8::avx512 {
namespace {

// 64 channels in four vectors.
struct Wide {
  using Vector = __m512i;
  static constexpr int channels = 64;
  static Vector load(const std::uint8_t* from) { return _mm512_loadu_si512(from); }
  static Vector low8(Vector a, Vector b) { return _mm512_unpacklo_epi8(a, b); }
  static Vector high8(Vector a, Vector b) { return _mm512_unpackhi_epi8(a, b); }
  static Vector low16(Vector a, Vector b) { return _mm512_unpacklo_epi16(a, b); }
  static Vector high16(Vector a, Vector b) { return _mm512_unpackhi_epi16(a, b); }
  static Vector shifted(Vector a) { return _mm512_slli_epi32(a, 8); }
  // A 4 x 4 matrix of lanes, transposed.
  static void store_in_order(std::int32_t* to, const Vector (&n)[4]) {
    const __m512i a = _mm512_shuffle_i32x4(n[0], n[1], 0x44);
    const __m512i b = _mm512_shuffle_i32x4(n[2], n[3], 0x44);
    const __m512i c = _mm512_shuffle_i32x4(n[0], n[1], 0xee);
    const __m512i d = _mm512_shuffle_i32x4(n[2], n[3], 0xee);
    _mm512_store_si512(to, _mm512_shuffle_i32x4(a, b, 0x88));
    _mm512_store_si512(to + lanes, _mm512_shuffle_i32x4(a, b, 0xdd));
    _mm512_store_si512(to + 2 * lanes, _mm512_shuffle_i32x4(c, d, 0x88));
    _mm512_store_si512(to + 3 * lanes, _mm512_shuffle_i32x4(c, d, 0xdd));
  }
  static Vector of_lanes(const std::int32_t* from) {
    const auto at = [&](int i) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + lanes * i));
    };
    const __m512i half = _mm512_inserti32x4(_mm512_castsi128_si512(at(0)), at(1), 1);
    return _mm512_inserti32x4(_mm512_inserti32x4(half, at(2), 2), at(3), 3);
  }
  static Vector number(Vector sum, Vector scale) {
    return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_castsi512_ps(scale)));
  }
  static Vector by_sign(Vector sum, Vector scale, Vector negative) {
    return _mm512_mask_mov_epi32(scale, _mm512_movepi32_mask(sum), negative);
  }
  static void store(std::uint8_t* to, const Vector (&n)[4], const ByteRange& range,
                    std::int64_t count) {
    store_bytes(to, bytes_by_lanes(n[0], n[1], n[2], n[3], range), count);
  }
};

// 32 channels in four vectors of half the size.
struct Narrow {
  using Vector = __m256i;
  static constexpr int channels = 32;
  static Vector load(const std::uint8_t* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  }
  static Vector low8(Vector a, Vector b) { return _mm256_unpacklo_epi8(a, b); }
  static Vector high8(Vector a, Vector b) { return _mm256_unpackhi_epi8(a, b); }
  static Vector low16(Vector a, Vector b) { return _mm256_unpacklo_epi16(a, b); }
  static Vector high16(Vector a, Vector b) { return _mm256_unpackhi_epi16(a, b); }
  static Vector shifted(Vector a) { return _mm256_slli_epi32(a, 8); }
  static void store_in_order(std::int32_t* to, const Vector (&n)[4]) {
    repeat<4>(BENCH_BODY(j) {
      auto* lane = reinterpret_cast<__m128i*>(to + 4 * j);
      _mm_store_si128(lane, _mm256_castsi256_si128(n[j]));
      _mm_store_si128(lane + 4, _mm256_extracti128_si256(n[j], 1));
    });
  }
  static Vector of_lanes(const std::int32_t* from) {
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + lanes));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
  }
  static Vector number(Vector sum, Vector scale) {
    return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_castsi256_ps(scale)));
  }
  static Vector by_sign(Vector sum, Vector scale, Vector negative) {
    return _mm256_mask_mov_epi32(scale, _mm256_movepi32_mask(sum), negative);
  }
  static void store(std::uint8_t* to, const Vector (&n)[4], const ByteRange& range,
                    std::int64_t count) {
    const __m256i zero_point = _mm512_castsi512_si256(range.zero_point);
    const __m256i low = _mm256_adds_epi16(_mm256_packs_epi32(n[0], n[1]), zero_point);
    const __m256i high = _mm256_adds_epi16(_mm256_packs_epi32(n[2], n[3]), zero_point);
    const __m256i bytes = _mm256_min_epu8(
        _mm256_max_epu8(_mm256_packus_epi16(low, high), _mm512_castsi512_si256(range.lowest)),
        _mm512_castsi512_si256(range.highest));
    store_bytes(to, _mm512_castsi256_si512(bytes), count);
  }
};

// In place, as in avx512_dot.cpp.
template <class Vector>
[[gnu::always_inline]] inline void multiply_add(Vector& sum, Vector x, const Vector& w) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(x), "vm"(w));
}

template <class W>
struct Four {
  typename W::Vector at[4];
};

template <class W>
[[gnu::always_inline]] inline Four<W> interleaved(const std::uint8_t* a, const std::uint8_t* b,
                                                  const std::uint8_t* c, const std::uint8_t* d) {
  const auto va = W::load(a), vb = W::load(b), vc = W::load(c), vd = W::load(d);
  const auto ab_low = W::low8(va, vb), ab_high = W::high8(va, vb);
  const auto cd_low = W::low8(vc, vd), cd_high = W::high8(vc, vd);
  return {{W::low16(ab_low, cd_low), W::high16(ab_low, cd_low), W::low16(ab_high, cd_high),
           W::high16(ab_high, cd_high)}};
}

constexpr std::int64_t most_quads = 16;

// How sums are finished: in registers (quick), with other scales for those below 0 (leaky), or
// many at once, kept until then.
enum class Ending { quick, leaky, kept };

// Some channels' constants in the order of their sums, and what becomes of the sums.
template <class W, Ending E>
struct Block {
  static constexpr bool in_registers = E != Ending::kept;

  Block(const Depthwise& depthwise, std::int64_t first)
      : work(depthwise),
        channel(first),
        target(depthwise.target.from_channel(first)),
        range(depthwise.finish->range) {
    target.count = std::min<std::int64_t>(W::channels, work.channels - first);
    const std::int64_t padded = (work.channels + 63) / 64 * 64;
    const auto* weights = reinterpret_cast<const std::int32_t*>(work.weights);
    repeat<4>(BENCH_BODY(j) {
      bias.at[j] = W::of_lanes(work.bias + first + 4 * j);
      if constexpr (in_registers) scale.at[j] = scales(work.finish->by, first + 4 * j);
      if constexpr (E == Ending::leaky) {
        negative.at[j] = scales(work.finish->negative, first + 4 * j);
      }
      for (std::int64_t quad = 0; quad < work.byte_tap_count / 4; ++quad) {
        taps[quad].at[j] = W::of_lanes(weights + quad * padded + first + 4 * j);
      }
    });
  }

  static typename W::Vector scales(const Finish::Multipliers& by, std::int64_t from) {
    return W::of_lanes(reinterpret_cast<const std::int32_t*>(by.scale.data() + from));
  }

  const std::uint8_t* window(std::int64_t row, std::int64_t column) const {
    return work.input + row * work.row_step + column * work.column_step + channel;
  }

  // Kernels go from top to bottom; where sums cannot be finished in registers, they are kept until
  // there are many.
  [[gnu::always_inline]] void finish(const Four<W>& sums, std::int64_t row,
                                     std::int64_t column) const {
    if constexpr (in_registers) {
      const std::int64_t pixel = row * work.result_row + column;
      typename W::Vector numbers[4];
      repeat<4>(BENCH_BODY(j) {
        auto by = scale.at[j];
        if constexpr (E == Ending::leaky) by = W::by_sign(sums.at[j], by, negative.at[j]);
        numbers[j] = W::number(sums.at[j], by);
      });
      W::store(target.result + pixel * target.stride, numbers, range, target.count);
    } else {
      W::store_in_order(kept[column % 2][row % most_kept], sums.at);
      if (row % most_kept == most_kept - 1 || row == work.rows - 1) finish_kept(row, column);
    }
  }

  [[gnu::noinline]] void finish_kept(std::int64_t last_row, std::int64_t column) const {
    const std::int64_t first = last_row / most_kept * most_kept;
    Target rows = target.after(first * work.result_row + column);
    rows.stride *= work.result_row;
    finish_stored(*work.finish, kept[column % 2][0], W::channels / lanes, 0, last_row - first + 1,
                  rows);
  }

  const Depthwise& work;
  std::int64_t channel;
  Target target;
  ByteRange range;
  Four<W> bias, scale, negative, taps[most_quads];
  static constexpr std::int64_t most_kept = in_registers ? 1 : 16;
  alignas(64) mutable std::int32_t kept[2][most_kept][W::channels];
};

template <class W>
[[gnu::always_inline]] inline void multiply_add(Four<W>& sums, const Four<W>& x, const Four<W>& w) {
  repeat<4>(BENCH_BODY(j) { multiply_add(sums.at[j], x.at[j], w.at[j]); });
}

template <class W, Ending E>
void any_kernel(const Block<W, E>& block) {
  const Depthwise& work = block.work;
  for (std::int64_t x = 0; x < work.columns; ++x) {
    for (std::int64_t y = 0; y < work.rows; ++y) {
      const std::uint8_t* window = block.window(y, x);
      Four<W> sums = block.bias;
      for (std::int64_t quad = 0; quad < work.byte_tap_count / 4; ++quad) {
        const std::int32_t* tap = work.taps + 4 * quad;
        multiply_add(
            sums,
            interleaved<W>(window + tap[0], window + tap[1], window + tap[2], window + tap[3]),
            block.taps[quad]);
      }
      block.finish(sums, y, x);
    }
  }
}

// 3 x 3, stride 1: one or two neighbouring columns of results, from top to bottom. Four pixels of
// each line are interleaved once, for two columns (whose weights differ by a shift) and for the
// three rows that see the line.
template <class W, Ending E, int Columns>
void stride_1(const Block<W, E>& block, std::int64_t column) {
  const Depthwise& work = block.work;
  const std::int64_t pixel = work.column_step, last = (Columns + 1) * pixel;
  Four<W> weights[3][Columns];
  for (int row = 0; row < 3; ++row) {
    weights[row][0] = block.taps[row];
    if constexpr (Columns == 2) {
      repeat<4>(BENCH_BODY(j) { weights[row][1].at[j] = W::shifted(block.taps[row].at[j]); });
    }
  }
  const std::uint8_t* line = block.window(0, column);
  Four<W> two_above[Columns] = {}, one_above[Columns] = {};
  for (std::int64_t y = 0; y < work.rows + 2; ++y, line += work.row_step) {
    const Four<W> x = interleaved<W>(line, line + pixel, line + 2 * pixel, line + last);
    repeat<Columns>(BENCH_BODY(c) {
      if (y >= 2) {
        multiply_add(two_above[c], x, weights[2][c]);
        block.finish(two_above[c], y - 2, column + c);
      }
      multiply_add(one_above[c], x, weights[1][c]);
      two_above[c] = one_above[c];
      one_above[c] = block.bias;
      multiply_add(one_above[c], x, weights[0][c]);
    });
  }
}

// 3 x 3, stride 2: a line between two rows of results is interleaved once for both.
template <class W, Ending E>
void stride_2(const Block<W, E>& block, std::int64_t column) {
  const Depthwise& work = block.work;
  const std::int64_t pixel = work.column_step / 2, next = work.row_step / 2;
  const std::uint8_t* line = block.window(0, column);
  const auto taps_of = [&](const std::uint8_t* at) __attribute__((always_inline)) {
    return interleaved<W>(at, at + pixel, at + 2 * pixel, at + 2 * pixel);
  };
  Four<W> x = taps_of(line);
  for (std::int64_t y = 0; y < work.rows; ++y, line += 2 * next) {
    Four<W> sums = block.bias;
    multiply_add(sums, x, block.taps[0]);
    multiply_add(sums, taps_of(line + next), block.taps[1]);
    x = taps_of(line + 2 * next);
    multiply_add(sums, x, block.taps[2]);
    block.finish(sums, y, column);
  }
}

template <class W, Ending E>
void run_block(const Depthwise& work, std::int64_t first) {
  const Block<W, E> block(work, first);
  if (!work.three_by_three || work.stride > 2) return any_kernel(block);
  std::int64_t x = 0;
  if (work.stride == 1) {
    for (; x + 1 < work.columns; x += 2) stride_1<W, E, 2>(block, x);
    if (x < work.columns) stride_1<W, E, 1>(block, x);
  } else {
    for (; x < work.columns; ++x) stride_2(block, x);
  }
}

template <Ending E>
void run(const Depthwise& work) {
  std::int64_t first = 0;
  for (; work.channels - first > Narrow::channels; first += Wide::channels) {
    run_block<Wide, E>(work, first);
  }
  if (first < work.channels) run_block<Narrow, E>(work, first);
}

}  // namespace

void depthwise(const Depthwise& work) {
  if (!work.weights || work.byte_tap_count > 4 * most_quads) return avx2_kernels().depthwise(work);
  const Finish& finish = *work.finish;
  if (finish.kind != Finish::Kind::float_scale || finish.add) return run<Ending::kept>(work);
  if (finish.leaky) return run<Ending::leaky>(work);
  run<Ending::quick>(work);
}

}  // namespace bench::int8::avx512

#pragma GCC pop_options

namespace bench::int8 {

Kernels avx512_vnni_kernels() { return {avx512::dot, avx512::depthwise}; }

}  // namespace bench::int8
#endif
