#include "bench/backends/one_bit/tail.h"

#include "bench/backends/one_bit/dispatch.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/backends/one_bit/tail.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bench::one_bit::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(Floats()));

// How a vector gets at neighbouring channels: all its lanes,
struct WholeVector {
  Vector load(const float* from) const { return hn::LoadU(Floats(), from); }
  void store(Vector x, float* to) const { hn::StoreU(x, Floats(), to); }
};

// or only the first of them, where a processor can leave the others alone.
struct FirstLanes {
  explicit FirstLanes(std::int64_t count)
      : mask(hn::FirstN(Floats(), static_cast<std::size_t>(count))) {}
  Vector load(const float* from) const { return hn::MaskedLoad(mask, Floats(), from); }
  void store(Vector x, float* to) const { hn::BlendedStore(x, mask, Floats(), to); }
  hn::Mask<Floats> mask;
};

// Channel c of some pixels of a tile, each of its operations a step of its own: nothing is
// contracted. What the simulation has for a ReLU or a clip is maxps and minps with the bound
// second, so that NaN and -0 become the bound.
template <int kPixels, class Access>
struct Block {
  const Tile& tile;
  std::int64_t pixel, c;
  Access access;
  Vector x[kPixels];

  void operator()(const Tail& tail) {
    float* values = tile.values + pixel * tile.step + c;
    for (int p = 0; p < kPixels; ++p) x[p] = access.load(values + p * tile.step);
    for (const TailOp& op : tail.ops) apply_one(op);
    for (int p = 0; p < kPixels; ++p) access.store(x[p], values + p * tile.step);
  }

  void apply_one(const TailOp& op) {
    const std::int64_t channel = tile.first + c;
    if (const auto* scale = std::get_if<tail::Scale>(&op)) {
      const Vector by = access.load(scale->by.data() + channel);
      for (Vector& one : x) one = hn::Mul(one, by);
    } else if (const auto* shift = std::get_if<tail::Shift>(&op)) {
      const Vector by = access.load(shift->by.data() + channel);
      for (Vector& one : x) one = hn::Add(one, by);
    } else if (const auto* clip = std::get_if<tail::Clip>(&op)) {
      const Vector low = hn::Set(Floats(), clip->low), high = hn::Set(Floats(), clip->high);
      for (Vector& one : x) one = hn::Min(hn::Max(one, low), high);
    } else if (const auto* slope = std::get_if<tail::Slope>(&op)) {
      const Vector by = access.load(slope->below.data() + channel);
      for (Vector& one : x) {
        one = hn::IfThenElse(hn::Gt(one, hn::Zero(Floats())), one, hn::Mul(one, by));
      }
    } else if (const auto* add = std::get_if<tail::AddOperand>(&op)) {
      const float* operand = tile.operands[add->number] + tile.at + pixel * tile.operand_step + c;
      for (int p = 0; p < kPixels; ++p) {
        x[p] = hn::Add(x[p], access.load(operand + p * tile.operand_step));
      }
    }
  }
};

template <int kPixels, class Access>
void apply_block(const Tail& tail, const Tile& tile, std::int64_t pixel, std::int64_t c,
                 Access access) {
  Block<kPixels, Access>{tile, pixel, c, access, {}}(tail);
}

#if HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SCALAR
constexpr bool kMasksMemory = false;
#else
constexpr bool kMasksMemory = true;
#endif

// One channel at a time, for the last of them where loads can't be masked.
struct OneLane {
  Vector load(const float* from) const { return hn::Set(Floats(), *from); }
  void store(Vector x, float* to) const { *to = hn::GetLane(x); }
};

template <int kPixels>
void apply_row(const Tail& tail, const Tile& tile, std::int64_t pixel) {
  std::int64_t c = 0;
  for (; c + kLanes <= tile.channels; c += kLanes) {
    apply_block<kPixels>(tail, tile, pixel, c, WholeVector{});
  }
  if (kMasksMemory && c < tile.channels) {
    apply_block<kPixels>(tail, tile, pixel, c, FirstLanes(tile.channels - c));
    return;
  }
  for (; c < tile.channels; ++c) apply_block<kPixels>(tail, tile, pixel, c, OneLane{});
}

void apply_tail(const Tail& tail, const Tile& tile) {
  std::int64_t pixel = 0;
  for (; pixel + 8 <= tile.pixels; pixel += 8) apply_row<8>(tail, tile, pixel);
  for (; pixel + 2 <= tile.pixels; pixel += 2) apply_row<2>(tail, tile, pixel);
  for (; pixel < tile.pixels; ++pixel) apply_row<1>(tail, tile, pixel);
}

}  // namespace bench::one_bit::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bench::one_bit {

HWY_EXPORT(apply_tail);

void apply(const Tail& tail, const Tile& tile, Target target) {
  BENCH_DISPATCH(apply_tail, target)(tail, tile);
}

}  // namespace bench::one_bit
#endif
