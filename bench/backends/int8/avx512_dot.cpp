#if defined(__x86_64__)
#include <algorithm>
#include <cstring>

#include "bench/backends/int8/avx512_finish.h"
#include "bench/backends/int8/avx512_kernels.h"

#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")

namespace bench::int8::avx512 {
namespace {

// Four accumulators times six pixels, their weights and one input fill the 32 registers.
constexpr int most_pixels = 6;

template <int Pixels, int Vectors>
struct Sums {
  __m512i at[Pixels][Vectors];
};

template <int Pixels, int Vectors>
[[gnu::always_inline]] inline void start(const Panel& panel, std::int64_t first,
                                         Sums<Pixels, Vectors>& sums) {
#pragma GCC unroll 4
  for (int v = 0; v < Vectors; ++v) {
    const __m512i bias = _mm512_loadu_si512(panel.bias + v * lanes);
#pragma GCC unroll 8
    for (int p = 0; p < Pixels; ++p) sums.at[p][v] = bias;
    if (!panel.weight_zero_points) continue;
    const __m512i zero_points = _mm512_loadu_si512(panel.weight_zero_points + v * lanes);
#pragma GCC unroll 8
    for (int p = 0; p < Pixels; ++p) {
      const __m512i window = _mm512_set1_epi32(panel.window_sums[first + p]);
      sums.at[p][v] = _mm512_sub_epi32(bias, _mm512_mullo_epi32(zero_points, window));
    }
  }
}

template <int Pixels, int Vectors>
[[gnu::always_inline]] inline void multiply(const Panel& panel, std::int64_t first,
                                            Sums<Pixels, Vectors>& sums) {
  const std::int8_t* weights = panel.weights;
  for (std::int64_t r = 0; r < panel.run_count; ++r) {
    const std::uint8_t* windows[Pixels];
#pragma GCC unroll 8
    for (int p = 0; p < Pixels; ++p) {
      windows[p] = panel.input + panel.offsets[first + p] + panel.runs[r];
    }
    for (std::int64_t quad = 0; quad < panel.quads; ++quad, weights += 64 * Vectors) {
      __m512i w[Vectors];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) w[v] = _mm512_load_si512(weights + 64 * v);
#pragma GCC unroll 8
      for (int p = 0; p < Pixels; ++p) {
        std::int32_t four;
        std::memcpy(&four, windows[p] + 4 * quad, 4);
        const __m512i x = _mm512_set1_epi32(four);
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v)
          sums.at[p][v] = _mm512_dpbusd_epi32(sums.at[p][v], x, w[v]);
      }
    }
  }
}

// Finishes sums in registers.
template <class Rounder>
struct InRegisters {
  explicit InRegisters(const Panel& panel)
      : rounder(*panel.finish), range(Rounder::range(*panel.finish)) {}

  template <int Pixels, int Vectors>
  [[gnu::always_inline]] void operator()(const Panel& panel, std::int64_t first,
                                         const Sums<Pixels, Vectors>& sums) const {
    __m512 scale[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) {
      scale[v] = floats_at(panel.finish->scale, panel.target.first + v * lanes);
    }
    const std::int64_t count = panel.target.count;
    std::uint8_t* to = panel.target.result + first * panel.target.stride;
    const std::uint8_t* other = panel.target.other + first * panel.target.stride;
#pragma GCC unroll 8
    for (int p = 0; p < Pixels; ++p) {
      __m512i numbers[4] = {};
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) {
        const Place place{0, other + v * lanes, first_lanes(count - v * lanes)};
        numbers[v] = rounder.round(sums.at[p][v], scale[v], place);
      }
      store_bytes(to, bytes_in_order(numbers[0], numbers[1], numbers[2], numbers[3], range), count);
      to += panel.target.stride;
      other += panel.target.stride;
    }
  }

  Rounder rounder;
  ByteRange range;
};

struct Stored {
  explicit Stored(const Panel&) {}

  template <int Pixels, int Vectors>
  void operator()(const Panel& panel, std::int64_t first, const Sums<Pixels, Vectors>& sums) const {
    for (int p = 0; p < Pixels; ++p) {
      alignas(64) std::int32_t row[Vectors * lanes];
      for (int v = 0; v < Vectors; ++v) _mm512_store_si512(row + v * lanes, sums.at[p][v]);
      finish_stored(*panel.finish, row, Vectors, panel.target.after(first + p));
    }
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
  const std::int64_t count = (panel.pixels + most_pixels - 1) / most_pixels;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t first = panel.pixels * i / count;
    switch (panel.pixels * (i + 1) / count - first) {
      case 1: block<1, Vectors>(panel, first, ending); break;
      case 2: block<2, Vectors>(panel, first, ending); break;
      case 3: block<3, Vectors>(panel, first, ending); break;
      case 4: block<4, Vectors>(panel, first, ending); break;
      case 5: block<5, Vectors>(panel, first, ending); break;
      default: block<6, Vectors>(panel, first, ending); break;
    }
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
  if (panel.finish->add) return vectors<InRegisters<QuickAddRounder>>(panel);
  vectors<InRegisters<QuickRounder>>(panel);
}

}  // namespace bench::int8::avx512

#pragma GCC pop_options
#endif
