#include "bench/backends/one_bit/real_input_kernels.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "bench/backends/one_bit/dispatch.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/backends/one_bit/real_input_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bench::one_bit::real_input::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 16>;
using Words = hn::RebindToUnsigned<Floats>;
using VecF = hn::Vec<Floats>;
using VecW = hn::Vec<Words>;
constexpr int lanes = static_cast<int>(hn::MaxLanes(Floats()));
static_assert(panel_outputs % lanes == 0);

// Codes of one vector of outputs, the next to be looked up in the lowest bits.
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
constexpr int table_size = 16;
constexpr int most_pixels = 6;
constexpr int most_vectors(int pixels) { return pixels <= 2 ? 8 : 4; }

struct Codes {
  VecW codes;
  void load(const Word* words) { codes = hn::LoadU(Words(), words); }
  void ready() {}
  void next() { codes = hn::ShiftRight<4>(codes); }
};
// Half of the additions are multiply-adds with 1, which have the same result: some processors add
// and multiply in different units, and need both to keep up with the permutations.
template <bool fused>
HWY_INLINE VecF add_looked_up(VecF sum, const float* table, const Codes& codes) {
  // The permutation regards the lowest four bits only.
  const VecF found =
      hn::TableLookupLanes(hn::Load(Floats(), table), hn::Indices512<float>{codes.codes.raw});
  return fused ? hn::MulAdd(found, hn::Set(Floats(), 1.0f), sum) : hn::Add(sum, found);
}
#else
constexpr int table_size = 8;
constexpr int most_pixels = 4;
constexpr int most_vectors(int pixels) { return pixels == 1 ? 4 : 2; }

struct Codes {
  VecW codes;
  VecF sign;  // -1 where the sum is to be negated; the product is exact
  void load(const Word* words) { codes = hn::LoadU(Words(), words); }
  void ready() {
    const auto negative = hn::And(hn::ShiftLeft<28>(codes), hn::Set(Words(), 0x80000000u));
    sign = hn::Or(hn::BitCast(Floats(), negative), hn::Set(Floats(), 1.0f));
  }
  void next() { codes = hn::ShiftRight<4>(codes); }
};
template <bool>
HWY_INLINE VecF add_looked_up(VecF sum, const float* table, const Codes& codes) {
#if HWY_TARGET == HWY_AVX2
  // The permutation regards the lowest three bits only.
  const VecF found =
      hn::TableLookupLanes(hn::Load(Floats(), table), hn::Indices256<float>{codes.codes.raw});
#else
  const hn::RebindToSigned<Floats> integers;
  const VecF found = hn::GatherIndex(
      Floats(), table, hn::BitCast(integers, hn::And(codes.codes, hn::Set(Words(), 7u))));
#endif
  return hn::MulAdd(found, codes.sign, sum);
}
#endif

// g++ 12 would put additions off until their sums are added to again, and run out of registers for
// what is to be added.
HWY_INLINE void add_now(VecF& sum) {
#if HWY_ARCH_X86
  asm("" : "+v"(sum.raw));
#else
  static_cast<void>(sum);
#endif
}

// do_one(0), ... do_one(count - 1), with constants: arrays so indexed are registers.
template <int count, class DoOne>
HWY_INLINE void repeat(DoOne do_one) {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
    (do_one(std::integral_constant<int, i>()), ...);
  }
  (std::make_integer_sequence<int, count>());
}

// Some vectors of outputs of some neighbouring pixels, in registers throughout.
template <int vectors, int pixels>
struct Block {
  const Word* weights[vectors];
  const float* tables[pixels];
  float* sums[pixels];
  int outputs;  // of the last vector

  struct Sums {
    VecF of[vectors][pixels];
  };
  struct AllCodes {
    Codes of[vectors];
  };

  HWY_INLINE void run(std::span<const std::int32_t> order, bool resume) const {
    Sums sum;
    repeat<pixels>([&](auto p) __attribute__((always_inline)) {
      repeat<vectors>([&](auto v) __attribute__((always_inline)) {
        sum.of[v][p] = resume ? fetch(v, p) : zero();
      });
    });
    for (std::size_t table = 0; table < order.size();) {
      AllCodes codes = load(static_cast<std::int64_t>(table / word_tables * panel_outputs));
      const std::size_t end = std::min<std::size_t>(table + word_tables, order.size());
      for (; table < end; ++table) step(sum, codes, order[table]);
    }
    repeat<pixels>([&](auto p) __attribute__((always_inline)) {
      repeat<vectors>([&](auto v) __attribute__((always_inline)) { store(sum.of[v][p], v, p); });
    });
  }

  HWY_INLINE AllCodes load(std::int64_t word) const {
    AllCodes codes;
    repeat<vectors>([&](auto v)
                        __attribute__((always_inline)) { codes.of[v].load(weights[v] + word); });
    return codes;
  }

  HWY_INLINE void step(Sums& sum, AllCodes& codes, std::int32_t table) const {
    repeat<vectors>([&](auto v) __attribute__((always_inline)) { codes.of[v].ready(); });
    repeat<pixels>([&](auto p) __attribute__((always_inline)) {
      const float* const from = tables[p] + table;
      repeat<vectors>([&](auto v) __attribute__((always_inline)) {
        sum.of[v][p] = add_looked_up<(v + p) % 2 == 0>(sum.of[v][p], from, codes.of[v]);
        add_now(sum.of[v][p]);
      });
    });
    repeat<vectors>([&](auto v) __attribute__((always_inline)) { codes.of[v].next(); });
  }

  static HWY_INLINE VecF zero() { return hn::Zero(Floats()); }

  HWY_INLINE bool is_whole(int vector) const { return vector + 1 < vectors || outputs == lanes; }

  HWY_INLINE VecF fetch(int vector, int pixel) const {
    const float* const from = sums[pixel] + vector * lanes;
    if (is_whole(vector)) return hn::LoadU(Floats(), from);
    HWY_ALIGN float some[lanes] = {};
    std::memcpy(some, from, static_cast<std::size_t>(outputs) * sizeof(float));
    return hn::Load(Floats(), some);
  }

  HWY_INLINE void store(VecF sum, int vector, int pixel) const {
    float* const to = sums[pixel] + vector * lanes;
    if (is_whole(vector)) return hn::StoreU(sum, Floats(), to);
    HWY_ALIGN float some[lanes];
    hn::Store(sum, Floats(), some);
    std::memcpy(to, some, static_cast<std::size_t>(outputs) * sizeof(float));
  }
};

// All outputs of `count` <= `pixels` pixels. Where there are fewer the last one is computed again.
template <int pixels, int vectors>
void all_outputs(const Lookups& lookups, const Pixel* pixel, std::int64_t count,
                 std::int64_t first) {
  Block<vectors, pixels> block;
  for (; (lookups.outputs - first + lanes - 1) / lanes >= vectors; first += vectors * lanes) {
    for (int v = 0; v < vectors; ++v) {
      const std::int64_t output = first + v * lanes;
      block.weights[v] =
          lookups.weights + output / panel_outputs * lookups.panel_words + output % panel_outputs;
    }
    for (int p = 0; p < pixels; ++p) {
      const Pixel& from = pixel[std::min<std::int64_t>(p, count - 1)];
      block.tables[p] = lookups.first_table + from.tables;
      block.sums[p] = lookups.sums + from.sums + first;
    }
    const std::int64_t last = lookups.outputs - first - (vectors - 1) * lanes;
    block.outputs = static_cast<int>(std::min<std::int64_t>(last, lanes));
    block.run(lookups.tables, lookups.resume);
  }
  if constexpr (vectors > 1) {
    if (first < lookups.outputs) all_outputs<pixels, vectors / 2>(lookups, pixel, count, first);
  }
}

template <int pixels>
void some_pixels(const Lookups& lookups, const Pixel* pixel, std::int64_t count) {
  all_outputs<pixels, most_vectors(pixels)>(lookups, pixel, count, 0);
}

void look_up(const Lookups& lookups) {
  const Pixel* pixel = lookups.pixels.data();
  auto left = static_cast<std::int64_t>(lookups.pixels.size());
  for (; left >= most_pixels; left -= most_pixels, pixel += most_pixels) {
    some_pixels<most_pixels>(lookups, pixel, most_pixels);
  }
  if (left > 4) return some_pixels<most_pixels>(lookups, pixel, left);
  for (; left >= 2; left -= 2, pixel += 2) some_pixels<2>(lookups, pixel, 2);
  if (left == 1) some_pixels<1>(lookups, pixel, 1);
}

// Row j: the signs of input j in the first eight sums of a table.
HWY_ALIGN constexpr float signs[3][8] = {
    {-1, 1, -1, 1, -1, 1, -1, 1}, {-1, -1, 1, 1, -1, -1, 1, 1}, {-1, -1, -1, -1, 1, 1, 1, 1}};

// A product with +-1 is exact: with or without fusing, each step rounds once.
HWY_INLINE void make_table(const float* x, float* table) {
  const hn::CappedTag<float, 8> d;
  for (std::size_t i = 0; i < 8; i += hn::Lanes(d)) {
    auto sum = hn::Mul(hn::Set(d, x[0]), hn::Load(d, signs[0] + i));
    sum = hn::MulAdd(hn::Set(d, x[1]), hn::Load(d, signs[1] + i), sum);
    sum = hn::MulAdd(hn::Set(d, x[2]), hn::Load(d, signs[2] + i), sum);
    sum = hn::Add(sum, hn::Set(d, x[3]));
    hn::Store(sum, d, table + i);
    if constexpr (table_size == 16) hn::Store(hn::Neg(sum), d, table + 8 + i);
  }
}

void make_tables(const float* numbers, std::int64_t channels, float* tables) {
  std::int64_t c = 0;
  for (; c + table_inputs <= channels; c += table_inputs, tables += table_size) {
    make_table(numbers + c, tables);
  }
  if (c == channels) return;
  float last[table_inputs] = {};
  std::copy(numbers + c, numbers + channels, last);
  make_table(last, tables);
}

Kernels kernels() { return {table_size, make_tables, look_up}; }

}  // namespace bench::one_bit::real_input::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bench::one_bit::real_input {

HWY_EXPORT(kernels);

Kernels kernels(Target target) { return BENCH_DISPATCH(kernels, target)(); }

}  // namespace bench::one_bit::real_input
#endif
