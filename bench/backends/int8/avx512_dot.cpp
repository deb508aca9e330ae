#if defined(__x86_64__)
#include <algorithm>
#include <cstring>

#include "bench/backends/int8/avx512_finish.h"
#include "bench/backends/int8/avx512_kernels.h"

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")

namespace bench::int8::avx512 {
namespace {

// Four accumulators times six pixels, their weights and one input fill the 32 registers. For few
// channels eight pixels make two or four full vectors of bytes.
constexpr int most_pixels(int vectors) { return vectors <= 2 ? 8 : 6; }

template <int Pixels, int Vectors>
struct Sums {
  __m512i at[Pixels][Vectors];
};

template <int Pixels, int Vectors>
[[gnu::always_inline]] inline void start(const Panel& panel, std::int64_t first,
                                         Sums<Pixels, Vectors>& sums) {
  repeat<Vectors>(BENCH_BODY(v) {
    const __m512i bias = _mm512_loadu_si512(panel.bias + v * lanes);
    repeat<Pixels>(BENCH_BODY(p) { sums.at[p][v] = bias; });
  });
  if (!panel.weight_zero_points) return;
  repeat<Vectors>(BENCH_BODY(v) {
    const __m512i zero_points = _mm512_loadu_si512(panel.weight_zero_points + v * lanes);
    repeat<Pixels>(BENCH_BODY(p) {
      const __m512i window = _mm512_set1_epi32(panel.window_sums[first + p]);
      sums.at[p][v] = _mm512_sub_epi32(sums.at[p][v], _mm512_mullo_epi32(zero_points, window));
    });
  });
}

// _mm512_dpbusd_epi32, in place: given the intrinsic, g++ 12 copies every sum before and after it.
[[gnu::always_inline]] inline void multiply_add(__m512i& sum, __m512i x, __m512i w) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
}

inline __m512i broadcast(const std::uint8_t* four) {
  std::int32_t together;
  std::memcpy(&together, four, 4);
  return _mm512_set1_epi32(together);
}

template <int Pixels, int Vectors>
[[gnu::always_inline]] inline void multiply(const Panel& panel, std::int64_t first,
                                            Sums<Pixels, Vectors>& sums) {
  const std::int8_t* weights = panel.weights;
  const std::int64_t bytes = 4 * panel.quads;
  for (std::int64_t r = 0; r < panel.run_count; ++r) {
    const std::uint8_t* run = panel.input + panel.runs[r];
    const std::uint8_t* windows[Pixels];
    repeat<Pixels>(BENCH_BODY(p) { windows[p] = run + panel.offsets[first + p]; });
    for (std::int64_t i = 0; i < bytes; i += 4, weights += 64 * Vectors) {
      __m512i w[Vectors];
      repeat<Vectors>(BENCH_BODY(v) { w[v] = _mm512_load_si512(weights + 64 * v); });
      repeat<Pixels>(BENCH_BODY(p) {
        const __m512i x = broadcast(windows[p] + i);
        repeat<Vectors>(BENCH_BODY(v) { multiply_add(sums.at[p][v], x, w[v]); });
      });
    }
  }
}

// The first `count` bytes of part `Index` of `Parts`.
template <int Parts, int Index>
[[gnu::always_inline]] inline void store_part(std::uint8_t* to, __m512i bytes, std::int64_t count) {
  if constexpr (Parts == 1) {
    store_bytes(to, bytes, count);
  } else if constexpr (Parts == 2) {
    const __m256i part = _mm512_extracti64x4_epi64(bytes, Index);
    if (count == 32) return _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), part);
    _mm256_mask_storeu_epi8(to, (std::uint32_t{1} << count) - 1, part);
  } else {
    const __m128i part = _mm512_extracti32x4_epi32(bytes, Index);
    if (count == 16) return _mm_storeu_si128(reinterpret_cast<__m128i*>(to), part);
    _mm_mask_storeu_epi8(to, first_lanes(count), part);
  }
}

// Finishes sums in registers. Leaky: sums below 0 have scales of their own.
template <class Rounder, bool Leaky>
struct InRegisters {
  explicit InRegisters(const Panel& panel)
      : rounder(*panel.finish), range(Rounder::range(*panel.finish)) {}

  template <int Pixels, int Vectors>
  [[gnu::always_inline]] void operator()(const Panel& panel, std::int64_t first,
                                         const Sums<Pixels, Vectors>& sums) const {
    const std::int64_t count = panel.target.count, stride = panel.target.stride;
    const float* scale = panel.finish->by.scale.data() + panel.target.first;
    const float* negative = panel.finish->negative.scale.data() + (Leaky ? panel.target.first : 0);
    std::uint8_t* to = panel.target.result + first * stride;
    const std::uint8_t* other = Rounder::adds ? panel.target.other + first * stride : nullptr;
    constexpr int together = Vectors <= 2 ? 4 / Vectors : 1;  // pixels in one vector of bytes
    repeat<(Pixels + together - 1) / together>(BENCH_BODY(g) {
      constexpr int start = decltype(g)::value * together;
      constexpr int pixels = std::min(together, Pixels - start);
      __m512i numbers[4] = {};
      repeat<pixels>(BENCH_BODY(p) {
        repeat<Vectors>(BENCH_BODY(v) {
          const Place place{other + (start + p) * stride + v * lanes,
                            first_lanes(count - v * lanes)};
          const __m512i sum = sums.at[start + p][v];
          __m512 by = _mm512_loadu_ps(scale + v * lanes);
          if constexpr (Leaky) by = by_sign(sum, by, _mm512_loadu_ps(negative + v * lanes));
          numbers[p * Vectors + v] = rounder.round(sum, by, place);
        });
      });
      const __m512i bytes = bytes_in_order(numbers[0], numbers[1], numbers[2], numbers[3], range);
      repeat<pixels>(BENCH_BODY(p) {
        store_part<together, decltype(p)::value>(to + (start + p) * stride, bytes, count);
      });
    });
  }

  Rounder rounder;
  ByteRange range;
};

struct Stored {
  explicit Stored(const Panel&) {}

  template <int Pixels, int Vectors>
  void operator()(const Panel& panel, std::int64_t first, const Sums<Pixels, Vectors>& sums) const {
    alignas(64) std::int32_t rows[Pixels][Vectors * lanes];
    repeat<Pixels>(BENCH_BODY(p) {
      repeat<Vectors>(BENCH_BODY(v) { _mm512_store_si512(rows[p] + v * lanes, sums.at[p][v]); });
    });
    finish_stored(*panel.finish, rows[0], Vectors, first, Pixels, panel.target);
  }
};

template <int Pixels, int Vectors, class Ending>
void block(const Panel& panel, std::int64_t first, const Ending& ending) {
  Sums<Pixels, Vectors> sums;
  start(panel, first, sums);
  multiply(panel, first, sums);
  ending(panel, first, sums);
}

// As few blocks as there can be, of nearly one size, so that none has few pixels only.
template <int Vectors, class Ending>
void pixels(const Panel& panel) {
  const Ending ending(panel);
  constexpr int most = most_pixels(Vectors);
  const std::int64_t count = (panel.pixels + most - 1) / most;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t first = panel.pixels * i / count;
    const std::int64_t size = panel.pixels * (i + 1) / count - first;
    repeat<most>(BENCH_BODY(p) {
      if (size == p + 1) block<p + 1, Vectors>(panel, first, ending);
    });
  }
}

template <class Ending>
void vectors(const Panel& panel) {
  switch (panel.vectors) {
    case 1: return pixels<1, Ending>(panel);
    case 2: return pixels<2, Ending>(panel);
    case 3: return pixels<3, Ending>(panel);
    default: return pixels<4, Ending>(panel);
  }
}

}  // namespace

void dot(const Panel& panel) {
  if (panel.finish->kind != Finish::Kind::float_scale) return vectors<Stored>(panel);
  const bool adds = panel.finish->add.has_value();
  if (panel.finish->leaky) {
    return adds ? vectors<InRegisters<QuickAddRounder, true>>(panel)
                : vectors<InRegisters<QuickRounder, true>>(panel);
  }
  if (adds) return vectors<InRegisters<QuickAddRounder, false>>(panel);
  vectors<InRegisters<QuickRounder, false>>(panel);
}

}  // namespace bench::int8::avx512

#pragma GCC pop_options
#endif
