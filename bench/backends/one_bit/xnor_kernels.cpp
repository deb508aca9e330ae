#include "bench/backends/one_bit/xnor_kernels.h"

#include <algorithm>
#include <cstring>

#include "bench/backends/one_bit/dispatch.h"
#include "bench/backends/one_bit/paired_weights.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/backends/one_bit/xnor_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bench::one_bit::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Lanes are outputs: kVectors vectors of weights are held against kPixels pixels, a word of each
// being broadcast, and every sum stays in registers until it is complete.
using D = hn::ScalableTag<Word>;
using V = hn::Vec<D>;
using DS = hn::RebindToSigned<D>;
using DF = hn::RebindToFloat<D>;
constexpr D d;
constexpr std::int64_t kLanes = hn::MaxLanes(D());

#if HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_SCALAR
constexpr bool kCountsWords = true;  // an instruction counts a word's ones
#else
constexpr bool kCountsWords = false;
#endif

// Pixels and vectors at once, and how many carries are added (by logic, each time two into one)
// before ones are counted: 0, 1 or 2 times.
#if HWY_TARGET == HWY_AVX3_DL
constexpr int kVectors = 2, kPixels = 4, kDepth = 0;
#elif HWY_TARGET == HWY_AVX3
constexpr int kVectors = 2, kPixels = 2, kDepth = 2;
#elif HWY_TARGET == HWY_AVX2
constexpr int kVectors = 2, kPixels = 2, kDepth = 0;
#elif HWY_TARGET == HWY_SSE4
constexpr int kVectors = 2, kPixels = 2, kDepth = 0;
#else
constexpr int kVectors = 1, kPixels = 2, kDepth = 0;
#endif
constexpr int kMostPixels = 4;

// ones ^ a ^ b.
HWY_INLINE V Parity(V ones, V a, V b) { return hn::Xor3(ones, a, b); }

// The carry of ones + a + b, from ones, a, and the parity of all three.
HWY_INLINE V Carry(V ones, V parity, V a) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  return V{_mm512_ternarylogic_epi32(ones.raw, parity.raw, a.raw, 0xB2)};
#else
  const V differ = hn::Xor(ones, parity);
  return hn::Xor(a, hn::And(differ, hn::Xor(a, ones)));
#endif
}

// sum += a + b, the carry returned.
HWY_INLINE V FullAdd(V& sum, V a, V b) {
  const V parity = hn::Xor3(sum, a, b);
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  const V carry{_mm512_ternarylogic_epi32(sum.raw, a.raw, b.raw, 0xE8)};
#else
  const V carry = Carry(sum, parity, a);
#endif
  sum = parity;
  return carry;
}
HWY_INLINE V HalfAdd(V& sum, V a) {
  const V carry = hn::And(sum, a);
  sum = hn::Xor(sum, a);
  return carry;
}

// How ones are counted: into words, or into bytes that are widened before they can overflow.
#if HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_SCALAR
HWY_INLINE V Count(V v) { return hn::PopulationCount(v); }
HWY_INLINE V AddCounts(V a, V b) { return hn::Add(a, b); }
HWY_INLINE V Widened(V counts) { return counts; }
#else
HWY_INLINE V Count(V v) {
  const hn::Repartition<std::uint8_t, D> d8;
  const hn::Repartition<std::uint16_t, D> d16;
  HWY_ALIGN static constexpr std::uint8_t kOnes[16] = {0, 1, 1, 2, 1, 2, 2, 3,
                                                       1, 2, 2, 3, 2, 3, 3, 4};
  const auto table = hn::LoadDup128(d8, kOnes);
  const auto low = hn::And(hn::BitCast(d8, v), hn::Set(d8, std::uint8_t{15}));
  const auto high = hn::And(hn::BitCast(d8, hn::ShiftRight<4>(hn::BitCast(d16, v))),
                            hn::Set(d8, std::uint8_t{15}));
  return hn::BitCast(d,
                     hn::Add(hn::TableLookupBytes(table, low), hn::TableLookupBytes(table, high)));
}
HWY_INLINE V AddCounts(V a, V b) {
  const hn::Repartition<std::uint8_t, D> d8;
  return hn::BitCast(d, hn::Add(hn::BitCast(d8, a), hn::BitCast(d8, b)));
}
HWY_INLINE V Widened(V counts) {
  const V pairs = hn::Add(hn::And(counts, hn::Set(d, 0x00ff00ffu)),
                          hn::And(hn::ShiftRight<8>(counts), hn::Set(d, 0x00ff00ffu)));
  return hn::Add(hn::And(pairs, hn::Set(d, 0xffffu)), hn::ShiftRight<16>(pairs));
}
#endif
constexpr std::int64_t kCountsBeforeWidening =
    kCountsWords ? std::int64_t{1} << 40 : 31;  // 31 * 8 < 256

// What is known of the mismatches of a vector of outputs with one pixel.
struct Counter {
  V parity[kDepth + 1];  // of ones, twos, fours
  V counts;              // of the last parity's carries, not yet widened
  V total;               // the same, widened
};

// The carries of steps i, i + 1, ... (2^depth of them), added up but for the last.
template <int kLevel>
HWY_INLINE V CarryOf(Counter& c, const Word* x, const std::int32_t* offsets, const Word* w) {
  if constexpr (kLevel == 0) {
    const Word* here = x + *offsets;
    const V first = hn::Load(d, w), both = hn::Load(d, w + block_outputs);
    const V parity = Parity(c.parity[0], both, hn::Set(d, here[1]));
    const V carry = Carry(c.parity[0], parity, hn::Xor(first, hn::Set(d, here[0])));
    c.parity[0] = parity;
    return carry;
  } else {
    constexpr int kHalf = 1 << (kLevel - 1);
    const V a = CarryOf<kLevel - 1>(c, x, offsets, w);
    const V b = CarryOf<kLevel - 1>(c, x, offsets + kHalf, w + kHalf * 2 * block_outputs);
    return FullAdd(c.parity[kLevel], a, b);
  }
}

// The weights of a strip of outputs: vector v starts at first + v * step.
struct Strip {
  const Word* first;
  std::int64_t step;
};

template <int kP, int kV>
HWY_INLINE void Widen(Counter (&counters)[kP][kV]) {
  for (auto& pixel : counters) {
    for (Counter& c : pixel) {
      c.total = hn::Add(c.total, Widened(c.counts));
      c.counts = hn::Zero(d);
    }
  }
}

// All pairs of a window.
template <int kP, int kV>
HWY_INLINE void CountPairs(const Word* const* x, std::span<const std::int32_t> pairs, Strip strip,
                           Counter (&counters)[kP][kV]) {
  constexpr std::int64_t kChunk = 1 << kDepth;
  const std::int32_t* offset = pairs.data();
  const Word* w = strip.first;
  auto left = static_cast<std::int64_t>(pairs.size());
  while (left >= kChunk) {
    std::int64_t chunks = std::min(left / kChunk, kCountsBeforeWidening);
    left -= chunks * kChunk;
    for (; chunks > 0; --chunks, offset += kChunk, w += kChunk * 2 * block_outputs) {
#pragma GCC unroll 8
      for (int p = 0; p < kP; ++p) {
#pragma GCC unroll 4
        for (int v = 0; v < kV; ++v) {
          Counter& c = counters[p][v];
          c.counts =
              AddCounts(c.counts, Count(CarryOf<kDepth>(c, x[p], offset, w + v * strip.step)));
        }
      }
    }
    if constexpr (!kCountsWords) Widen(counters);
  }
  if constexpr (kDepth > 0) {
    for (; left > 0; --left, ++offset, w += 2 * block_outputs) {
      for (int p = 0; p < kP; ++p) {
        for (int v = 0; v < kV; ++v) {
          Counter& c = counters[p][v];
          V carry = CarryOf<0>(c, x[p], offset, w + v * strip.step);
          for (int level = 1; level <= kDepth; ++level) carry = HalfAdd(c.parity[level], carry);
          c.counts = AddCounts(c.counts, Count(carry));
        }
      }
    }
    Widen(counters);
  }
}

// Counts of carries to mismatches.
template <int kP, int kV>
HWY_INLINE void Finish(const Word* const* x, const XnorWork& work, Strip strip,
                       Counter (&counters)[kP][kV]) {
  const Word* w = strip.first + std::ssize(work.pairs) * 2 * block_outputs;
#pragma GCC unroll 8
  for (int p = 0; p < kP; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      Counter& c = counters[p][v];
      V total = kCountsWords ? c.counts : c.total;
      for (int level = kDepth; level >= 0; --level) {
        total = hn::Add(hn::Add(total, total), Widened(Count(c.parity[level])));
      }
      c.total = total;
    }
  }
  for (const std::int32_t offset : work.singles) {
#pragma GCC unroll 8
    for (int p = 0; p < kP; ++p) {
      const V word = hn::Set(d, x[p][offset]);
#pragma GCC unroll 4
      for (int v = 0; v < kV; ++v) {
        const V mismatches = hn::Xor(hn::Load(d, w + v * strip.step), word);
        counters[p][v].total = hn::Add(counters[p][v].total, Widened(Count(mismatches)));
      }
    }
    w += block_outputs;
  }
}

// Where a window starts, and what its mismatches are subtracted from.
struct Window {
  const Word* input;
  const std::int32_t* base;
};

// Windows one after the other.
class Windows {
 public:
  explicit Windows(const XnorWork& work) : work_(work), row_input_(work.input) {}
  Window next() {
    const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
    const Window window{row_input_ + column_ * work_.column_step,
                        work_.bases + work_.row_kinds[at(row_)] + work_.column_kinds[at(column_)]};
    if (++column_ == work_.columns) next_row();
    return window;
  }

 private:
  void next_row() {
    column_ = 0;
    if (++row_ == work_.rows) row_ = 0, ++image_;
    row_input_ = work_.input + image_ * work_.image_step + row_ * work_.row_step;
  }
  const XnorWork& work_;
  const Word* row_input_;
  std::int64_t image_ = 0, row_ = 0, column_ = 0;
};

// Some outputs of a group.
struct Outputs {
  std::int64_t group, first, count;  // count <= kVectors * kLanes
  std::int64_t lane;                 // the first one's number among the lanes of all blocks
  Strip strip;
};

using Sums = std::int32_t[kMostPixels][kVectors * kLanes];

// Sums of kP pixels from `windows` on with a strip of outputs.
template <int kP, int kV>
HWY_NOINLINE void SumTile(const XnorWork& work, const Window* windows, const Outputs& outputs,
                          Sums& sums) {
  const Word* x[kP];
  for (int p = 0; p < kP; ++p) x[p] = windows[p].input + outputs.group * work.group_step;
  Counter counters[kP][kV];
  for (auto& pixel : counters) {
    for (Counter& c : pixel) {
      for (V& parity : c.parity) parity = hn::Zero(d);
      c.counts = c.total = hn::Zero(d);
    }
  }
  CountPairs<kP, kV>(x, work.pairs, outputs.strip, counters);
  Finish<kP, kV>(x, work, outputs.strip, counters);
  const DS ds;
#pragma GCC unroll 8
  for (int p = 0; p < kP; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      const auto base = hn::LoadU(ds, windows[p].base + outputs.lane + v * kLanes);
      const auto mismatches = hn::BitCast(ds, counters[p][v].total);
      hn::Store(hn::Sub(base, hn::Add(mismatches, mismatches)), ds, sums[p] + v * kLanes);
    }
  }
}

// Sums of as many pixels as there are up to kPixels; gives how many.
template <int kV>
int SumSome(const XnorWork& work, std::int64_t left, const Window* windows, const Outputs& outputs,
            Sums& sums) {
  if (left >= kPixels) return SumTile<kPixels, kV>(work, windows, outputs, sums), kPixels;
  if (kPixels > 2 && left >= 2) return SumTile<2, kV>(work, windows, outputs, sums), 2;
  return SumTile<1, kV>(work, windows, outputs, sums), 1;
}

void StoreSums(const XnorWork& work, const std::int32_t* sums, const Outputs& outputs,
               std::int64_t at) {
  std::memcpy(work.sums + at, sums, static_cast<std::size_t>(outputs.count) * sizeof *sums);
}

void StoreFloats(const XnorWork& work, const std::int32_t* sums, const Outputs& outputs,
                 std::int64_t at) {
  const DF df;
  const DS ds;
  float* result = work.floats + at;
  std::int64_t i = 0;
  for (; i + kLanes <= outputs.count; i += kLanes) {
    hn::StoreU(hn::ConvertTo(df, hn::Load(ds, sums + i)), df, result + i);
  }
  for (; i < outputs.count; ++i) result[i] = static_cast<float>(sums[i]);
}

// Adds them to words that are 0 there.
void StoreBits(const XnorWork& work, const std::int32_t* sums, const Outputs& outputs,
               std::int64_t pixel) {
  const DS ds;
  std::uint64_t bits = 0;
  for (std::int64_t i = 0; i < outputs.count; i += kLanes) {
    const auto flip = hn::LoadU(ds, work.flips + outputs.lane + i);
    const auto limit = hn::LoadU(ds, work.limits + outputs.lane + i);
    std::uint8_t mask[8] = {};
    hn::StoreMaskBits(ds, hn::Gt(hn::Xor(hn::Load(ds, sums + i), flip), limit), mask);
    std::uint64_t ones;
    std::memcpy(&ones, mask, sizeof ones);
    bits |= ones << i;
  }
  const std::int64_t channel = outputs.group * work.group_outputs + outputs.first;
  Word* word = work.bits + pixel * words_of(work.outputs()) + channel / 32;
  bits <<= channel % 32;
  word[0] |= static_cast<Word>(bits);
  if (bits >> 32 != 0) word[1] |= static_cast<Word>(bits >> 32);
}

void StoreTile(const XnorWork& work, const Sums& sums, const Outputs& outputs, std::int64_t pixel,
               int pixels) {
  const std::int64_t channel = outputs.group * work.group_outputs + outputs.first;
  for (int p = 0; p < pixels; ++p, ++pixel) {
    const std::int64_t at = pixel * work.outputs() + channel;
    if (work.sums != nullptr) StoreSums(work, sums[p], outputs, at);
    if (work.floats != nullptr) StoreFloats(work, sums[p], outputs, at);
    if (work.bits != nullptr) StoreBits(work, sums[p], outputs, pixel);
  }
}

void ApplyTail(const XnorWork& work, const Outputs& outputs, std::int64_t pixel,
               std::int64_t pixels) {
  const std::int64_t channel = outputs.group * work.group_outputs + outputs.first;
  const std::int64_t at = pixel * work.outputs() + channel;
  apply(*work.tail, {.values = work.floats + at,
                     .pixels = pixels,
                     .channels = outputs.count,
                     .step = work.outputs(),
                     .first = channel,
                     .operands = work.operands,
                     .at = at,
                     .operand_step = work.outputs()});
}

// All pixels with a strip of outputs. A tail is applied while its values are in the cache.
template <int kV>
void RunStrip(const XnorWork& work, const Outputs& outputs) {
  constexpr std::int64_t kBetweenTails = 64;
  Windows all(work);
  Window windows[kMostPixels] = {};
  HWY_ALIGN Sums sums;
  int held = 0;
  std::int64_t finished = 0;
  for (std::int64_t pixel = 0; pixel < work.pixels();) {
    const std::int64_t left = work.pixels() - pixel;
    while (held < std::min<std::int64_t>(left, kPixels)) windows[held++] = all.next();
    const int pixels = SumSome<kV>(work, left, windows, outputs, sums);
    StoreTile(work, sums, outputs, pixel, pixels);
    std::copy(windows + pixels, windows + held, windows);
    held -= pixels, pixel += pixels;
    if (work.floats == nullptr || work.tail->ops.empty()) continue;
    if (pixel - finished < kBetweenTails && pixel < work.pixels()) continue;
    ApplyTail(work, outputs, finished, pixel - finished);
    finished = pixel;
  }
}

// Vectors lie side by side within a block, and their places repeat from block to block. A strip of
// several has them in one block, or is made of whole blocks.
static_assert(block_outputs % kLanes == 0 &&
              (block_outputs % (kVectors * kLanes) == 0 || kLanes == block_outputs));

Strip StripOf(const XnorWork& work, std::int64_t group, std::int64_t first) {
  const std::int64_t block = group * work.group_blocks + first / block_outputs;
  return {work.weights + block * work.block_words + first % block_outputs,
          kLanes == block_outputs ? work.block_words : kLanes};
}

void RunGroup(const XnorWork& work, std::int64_t group) {
  for (std::int64_t first = 0; first < work.group_outputs;) {
    const std::int64_t left = work.group_outputs - first;
    const bool several = left > kLanes;
    const std::int64_t count = std::min<std::int64_t>(left, several ? kVectors * kLanes : kLanes);
    const Outputs outputs{group, first, count, group * work.group_blocks * block_outputs + first,
                          StripOf(work, group, first)};
    if (several) {
      RunStrip<kVectors>(work, outputs);
    } else {
      RunStrip<1>(work, outputs);
    }
    first += count;
  }
}

void Run(const XnorWork& work) {
  if (work.bits != nullptr) {
    std::fill_n(work.bits, work.pixels() * words_of(work.outputs()), Word{0});
  }
  for (std::int64_t group = 0; group < work.groups; ++group) RunGroup(work, group);
}

}  // namespace
}  // namespace bench::one_bit::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bench::one_bit {

HWY_EXPORT(Run);

void run_xnor(const XnorWork& work, Target target) { BENCH_DISPATCH(Run, target)(work); }

}  // namespace bench::one_bit
#endif
