#include "bench/backends/one_bit/xnor_kernels.h"

#include <algorithm>

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
using VS = hn::Vec<DS>;
constexpr D d;
constexpr DS ds;
constexpr DF df;
constexpr std::int64_t kLanes = hn::MaxLanes(D());

#if HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_SCALAR
constexpr bool kCountsWords = true;  // an instruction counts a word's ones
#else
constexpr bool kCountsWords = false;
#endif

// Pixels and vectors at once, and how many carries are added (by logic, each time two into one)
// before ones are counted: 0, 1 or 2 times. Found by trying (Zen 4, 64 to 512 channels): where an
// instruction counts, adding carries costs what it saves; with tables it pays if registers suffice.
#if HWY_TARGET == HWY_AVX3_DL
constexpr int kVectors = 2, kPixels = 4, kDepth = 0;
#elif HWY_TARGET == HWY_AVX3
constexpr int kVectors = 2, kPixels = 2, kDepth = 2;
#elif HWY_TARGET == HWY_AVX2
constexpr int kVectors = 2, kPixels = 2, kDepth = 0;
#elif HWY_TARGET == HWY_SSE4
constexpr int kVectors = 4, kPixels = 1, kDepth = 0;
#else
constexpr int kVectors = 1, kPixels = 2, kDepth = 0;
#endif
constexpr int kFewPixels = kPixels > 3 ? 2 : 1;  // at once, of those left over

// ones ^ a ^ b.
HWY_INLINE V Parity(V ones, V a, V b) { return hn::Xor3(ones, a, b); }

// The carry of ones + a + b, from ones, a, and the parity of all three.
HWY_INLINE V Carry(V ones, V parity, V a) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  return V{_mm512_ternarylogic_epi64(ones.raw, parity.raw, a.raw, 0xB2)};
#else
  const V differ = hn::Xor(ones, parity);
  return hn::Xor(a, hn::And(differ, hn::Xor(a, ones)));
#endif
}

// sum += a + b, the carry returned.
HWY_INLINE V FullAdd(V& sum, V a, V b) {
  const V parity = hn::Xor3(sum, a, b);
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  const V carry{_mm512_ternarylogic_epi64(sum.raw, a.raw, b.raw, 0xE8)};
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
// A byte's bits so many times, and those of chunks that are not full, are less than 256.
constexpr std::int64_t kCountsBeforeWidening = 28;

// What is known of the mismatches of a vector of outputs with one pixel.
struct Counter {
  V ones, twos, fours;  // parities, the last two if kDepth is 1 or 2
  V counts;             // of the last parity's carries, not yet widened
  V total;              // the same, widened
};

template <int kLevel>
HWY_INLINE V& ParityOf(Counter& c) {
  if constexpr (kLevel == 0) return c.ones;
  if constexpr (kLevel == 1) return c.twos;
  return c.fours;
}

// The carries of steps i, i + 1, ... (2^depth of them), added up but for the last.
template <int kLevel>
HWY_INLINE V CarryOf(Counter& c, const Word* x, const std::int32_t* offsets, const Word* w) {
  if constexpr (kLevel == 0) {
    const Word* here = x + *offsets;
    const V first = hn::Load(d, w), both = hn::Load(d, w + block_outputs);
    const V parity = Parity(c.ones, both, hn::Set(d, here[1]));
    const V carry = Carry(c.ones, parity, hn::Xor(first, hn::Set(d, here[0])));
    c.ones = parity;
    return carry;
  } else {
    constexpr int kHalf = 1 << (kLevel - 1);
    const V a = CarryOf<kLevel - 1>(c, x, offsets, w);
    const V b = CarryOf<kLevel - 1>(c, x, offsets + kHalf, w + kHalf * 2 * block_outputs);
    return FullAdd(ParityOf<kLevel>(c), a, b);
  }
}

// The weights of a strip of outputs: vector v starts at first + v * step.
struct Strip {
  const Word* first;
  std::int64_t step;
};

template <int kP, int kV>
HWY_INLINE void Widen(Counter (&counters)[kP][kV]) {
#pragma GCC unroll 8
  for (int p = 0; p < kP; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      Counter& c = counters[p][v];
      c.total = hn::Add(c.total, Widened(c.counts));
      c.counts = hn::Zero(d);
    }
  }
}

// One chunk of pairs against all pixels and vectors.
template <int kP, int kV>
HWY_INLINE void CountChunk(const Word* const* x, const std::int32_t* offset, const Word* w,
                           std::int64_t step, Counter (&counters)[kP][kV]) {
#pragma GCC unroll 8
  for (int p = 0; p < kP; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      Counter& c = counters[p][v];
      c.counts = AddCounts(c.counts, Count(CarryOf<kDepth>(c, x[p], offset, w + v * step)));
    }
  }
}

// Pairs that don't fill a chunk.
template <int kP, int kV>
HWY_INLINE void CountRest(const Word* const* x, const std::int32_t* offset, const Word* w,
                          std::int64_t step, Counter (&counters)[kP][kV]) {
#pragma GCC unroll 8
  for (int p = 0; p < kP; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      Counter& c = counters[p][v];
      V carry = CarryOf<0>(c, x[p], offset, w + v * step);
      carry = HalfAdd(c.twos, carry);
      if constexpr (kDepth > 1) carry = HalfAdd(c.fours, carry);
      c.counts = AddCounts(c.counts, Count(carry));
    }
  }
}

// All pairs of a window.
template <int kP, int kV>
HWY_INLINE void CountPairs(const Word* const* x, std::span<const std::int32_t> pairs, Strip strip,
                           Counter (&counters)[kP][kV]) {
  constexpr std::int64_t kChunk = 1 << kDepth, kChunkWords = kChunk * 2 * block_outputs;
  const std::int32_t* offset = pairs.data();
  const std::int32_t* const end = offset + pairs.size();
  const Word* w = strip.first;
  if constexpr (kCountsWords) {
    for (; offset != end; ++offset, w += kChunkWords) {
      CountChunk<kP, kV>(x, offset, w, strip.step, counters);
    }
    return;
  }
  for (;;) {
    const std::int64_t chunks = std::min((end - offset) / kChunk, kCountsBeforeWidening);
    for (std::int64_t i = 0; i < chunks; ++i, offset += kChunk, w += kChunkWords) {
      CountChunk<kP, kV>(x, offset, w, strip.step, counters);
    }
    if (end - offset < kChunk) break;
    Widen(counters);
  }
  if constexpr (kDepth > 0) {
    for (; offset != end; ++offset, w += 2 * block_outputs) {
      CountRest<kP, kV>(x, offset, w, strip.step, counters);
    }
  }
}

// Carries count twice what the last parity's ones do; these are few enough for bytes.
HWY_INLINE V Mismatches(const Counter& c) {
  V parities = Count(c.ones);
  if constexpr (kDepth > 0) {
    const V twos = Count(c.twos);
    parities = AddCounts(parities, AddCounts(twos, twos));
  }
  if constexpr (kDepth > 1) {
    const V fours = AddCounts(Count(c.fours), Count(c.fours));
    parities = AddCounts(parities, AddCounts(fours, fours));
  }
  const V carries = hn::Add(c.total, Widened(c.counts));
  return hn::Add(hn::ShiftLeft<kDepth + 1>(carries), Widened(parities));
}

// Counts of carries to mismatches, with the words that have no partner.
template <int kP, int kV>
HWY_INLINE void Finish(const Word* const* x, const XnorWork& work, Strip strip,
                       Counter (&counters)[kP][kV]) {
  const Word* w = strip.first + std::ssize(work.pairs) * 2 * block_outputs;
#pragma GCC unroll 8
  for (int p = 0; p < kP; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      counters[p][v].total = Mismatches(counters[p][v]);
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

// Some outputs of a group, neighbours, and where their results go. Each kind of result has a `put`
// for the sums of one pixel, a vector at a time.
struct Outputs {
  std::int64_t group, first, count;  // count <= kVectors * kLanes
  std::int64_t lane;                 // the first one's number among the lanes of all blocks
  Strip strip;
};

struct ToSumsOf {
  ToSumsOf(const XnorWork& work, const Outputs& outputs)
      : result(work.sums + outputs.group * work.group_outputs + outputs.first),
        step(work.outputs()),
        count(outputs.count) {}
  template <int kV>
  HWY_INLINE void put(std::int64_t pixel, const VS (&sums)[kV]) const {
    std::int32_t* to = result + pixel * step;
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      if (count >= (v + 1) * kLanes) {
        hn::StoreU(sums[v], ds, to + v * kLanes);
      } else {
        HWY_ALIGN std::int32_t lanes[kLanes];
        hn::Store(sums[v], ds, lanes);
        for (std::int64_t i = v * kLanes; i < count; ++i) to[i] = lanes[i - v * kLanes];
      }
    }
  }
  std::int32_t* result;
  std::int64_t step, count;
};

struct ToFloatsOf {
  ToFloatsOf(const XnorWork& work, const Outputs& outputs)
      : result(work.floats + outputs.group * work.group_outputs + outputs.first),
        step(work.outputs()),
        count(outputs.count) {}
  template <int kV>
  HWY_INLINE void put(std::int64_t pixel, const VS (&sums)[kV]) const {
    float* to = result + pixel * step;
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      const auto floats = hn::ConvertTo(df, sums[v]);
      if (count >= (v + 1) * kLanes) {
        hn::StoreU(floats, df, to + v * kLanes);
      } else {
        HWY_ALIGN float lanes[kLanes];
        hn::Store(floats, df, lanes);
        for (std::int64_t i = v * kLanes; i < count; ++i) to[i] = lanes[i - v * kLanes];
      }
    }
  }
  float* result;
  std::int64_t step, count;
};

HWY_INLINE std::uint64_t BitsOf(hn::Mask<DS> mask) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  return mask.raw;
#else
  std::uint8_t bits;
  hn::StoreMaskBits(ds, mask, &bits);
  return bits;
#endif
}

// Bits are added to words that are 0 there.
struct ToBitsOf {
  ToBitsOf(const XnorWork& work, const Outputs& outputs)
      : flips(work.flips + outputs.lane),
        limits(work.limits + outputs.lane),
        step(words_of(work.outputs())) {
    const std::int64_t channel = outputs.group * work.group_outputs + outputs.first;
    words = work.bits + channel / 32;
    shift = static_cast<int>(channel % 32);
  }
  template <int kV>
  HWY_INLINE void put(std::int64_t pixel, const VS (&sums)[kV]) const {
    std::uint64_t bits = 0;
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      const VS flipped = hn::Xor(sums[v], hn::LoadU(ds, flips + v * kLanes));
      bits |= BitsOf(hn::Gt(flipped, hn::LoadU(ds, limits + v * kLanes))) << v * kLanes;
    }
    Word* word = words + pixel * step;
    bits <<= shift;
    word[0] |= static_cast<Word>(bits);
    if (bits >> 32 != 0) word[1] |= static_cast<Word>(bits >> 32);
  }
  const std::int32_t* flips;
  const std::int32_t* limits;
  std::int64_t step;
  Word* words;
  int shift;
};

// kP pixels with a strip of outputs.
template <int kP, int kV, class To>
HWY_INLINE void RunTile(const XnorWork& work, const Outputs& outputs, const To& to,
                        std::int64_t pixel) {
  const XnorWork::Window* windows = work.windows.data() + pixel;
  const Word* input = work.input + outputs.group * work.group_step;
  const Word* x[kP];
#pragma GCC unroll 8
  for (int p = 0; p < kP; ++p) x[p] = input + windows[p].input;
  Counter counters[kP][kV];
#pragma GCC unroll 8
  for (int p = 0; p < kP; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      Counter& c = counters[p][v];
      c.ones = c.twos = c.fours = c.counts = c.total = hn::Zero(d);
    }
  }
  CountPairs<kP, kV>(x, work.pairs, outputs.strip, counters);
  Finish<kP, kV>(x, work, outputs.strip, counters);
  const std::int32_t* bases = work.bases + outputs.lane;
#pragma GCC unroll 8
  for (int p = 0; p < kP; ++p) {
    VS sums[kV];
#pragma GCC unroll 4
    for (int v = 0; v < kV; ++v) {
      const VS mismatches = hn::BitCast(ds, counters[p][v].total);
      const VS base = hn::LoadU(ds, bases + windows[p].base + v * kLanes);
      sums[v] = hn::Sub(base, hn::Add(mismatches, mismatches));
    }
    to.put(pixel + p, sums);
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
template <int kV, class To>
HWY_NOINLINE void RunStrip(const XnorWork& work, const Outputs& outputs) {
  const std::int64_t pixels = std::ssize(work.windows);
  const bool has_tail = work.floats != nullptr && !work.tail->ops.empty();
  const std::int64_t batch = has_tail ? kPixels * (1 + 63 / kPixels) : pixels;
  const To to(work, outputs);
  for (std::int64_t first = 0; first < pixels; first += batch) {
    const std::int64_t end = std::min(first + batch, pixels);
    std::int64_t pixel = first;
    for (; pixel + kPixels <= end; pixel += kPixels) {
      RunTile<kPixels, kV>(work, outputs, to, pixel);
    }
    for (; pixel + kFewPixels <= end; pixel += kFewPixels) {
      RunTile<kFewPixels, kV>(work, outputs, to, pixel);
    }
    for (; pixel < end; ++pixel) RunTile<1, kV>(work, outputs, to, pixel);
    if (has_tail) ApplyTail(work, outputs, first, end - first);
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

template <class To>
void RunGroup(const XnorWork& work, std::int64_t group) {
  for (std::int64_t first = 0; first < work.group_outputs;) {
    const std::int64_t left = work.group_outputs - first;
    const bool several = left > kLanes;
    const std::int64_t count = std::min<std::int64_t>(left, several ? kVectors * kLanes : kLanes);
    const Outputs outputs{group, first, count, group * work.group_blocks * block_outputs + first,
                          StripOf(work, group, first)};
    if (several) {
      RunStrip<kVectors, To>(work, outputs);
    } else {
      RunStrip<1, To>(work, outputs);
    }
    first += count;
  }
}

void Run(const XnorWork& work) {
  if (work.bits != nullptr) {
    std::fill_n(work.bits, std::ssize(work.windows) * words_of(work.outputs()), Word{0});
  }
  for (std::int64_t group = 0; group < work.groups; ++group) {
    if (work.sums != nullptr) RunGroup<ToSumsOf>(work, group);
    if (work.floats != nullptr) RunGroup<ToFloatsOf>(work, group);
    if (work.bits != nullptr) RunGroup<ToBitsOf>(work, group);
  }
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
