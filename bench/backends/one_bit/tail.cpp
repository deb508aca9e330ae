#include "bench/backends/one_bit/tail.h"

#include <utility>

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

// As many vectors as there are indices p, of neighbouring pixels or of neighbouring channels, in
// registers from the first operation to the last. Each is a step of its own: nothing is contracted.
// What the simulation has for a ReLU or a clip is maxps and minps with the bound second, so that
// NaN and -0 become the bound.
enum class Neighbours { pixels, channels };
template <Neighbours neighbours, class Access, std::int64_t... p>
HWY_INLINE void apply_block(const Tail& tail, const Tile& tile, std::int64_t pixel, std::int64_t c,
                            Access access, std::integer_sequence<std::int64_t, p...>) {
  const Floats d;
  constexpr bool pixels = neighbours == Neighbours::pixels;
  constexpr std::int64_t by_step = pixels ? 0 : kLanes;
  const std::int64_t step = pixels ? tile.step : kLanes;
  const std::int64_t operand_step = pixels ? tile.operand_step : kLanes;
  const std::int64_t channel = tile.first + c;
  float* values = tile.values + pixel * tile.step + c;
  Vector x[] = {access.load(values + p * step)...};
  for (const TailOp& op : tail.ops) {
    if (const auto* scale = std::get_if<tail::Scale>(&op)) {
      const float* by = scale->by.data() + channel;
      ((x[p] = hn::Mul(x[p], access.load(by + p * by_step))), ...);
    } else if (const auto* shift = std::get_if<tail::Shift>(&op)) {
      const float* by = shift->by.data() + channel;
      ((x[p] = hn::Add(x[p], access.load(by + p * by_step))), ...);
    } else if (const auto* clip = std::get_if<tail::Clip>(&op)) {
      const Vector low = hn::Set(d, clip->low), high = hn::Set(d, clip->high);
      ((x[p] = hn::Min(hn::Max(x[p], low), high)), ...);
    } else if (const auto* slope = std::get_if<tail::Slope>(&op)) {
      const float* by = slope->below.data() + channel;
      ((x[p] = hn::IfThenElse(hn::Gt(x[p], hn::Zero(d)), x[p],
                              hn::Mul(x[p], access.load(by + p * by_step)))),
       ...);
    } else if (const auto* add = std::get_if<tail::AddOperand>(&op)) {
      const float* operand = tile.operands[add->number] + tile.at + pixel * tile.operand_step + c;
      ((x[p] = hn::Add(x[p], access.load(operand + p * operand_step))), ...);
    }
  }
  (access.store(x[p], values + p * step), ...);
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

template <std::int64_t count>
using Indices = std::make_integer_sequence<std::int64_t, count>;

// Channels from c on.
template <std::int64_t kPixels>
HWY_INLINE void apply_row(const Tail& tail, const Tile& tile, std::int64_t pixel,
                          std::int64_t c = 0) {
  constexpr Indices<kPixels> pixels;
  for (; c + kLanes <= tile.channels; c += kLanes) {
    apply_block<Neighbours::pixels>(tail, tile, pixel, c, WholeVector{}, pixels);
  }
  if (kMasksMemory && c < tile.channels) {
    apply_block<Neighbours::pixels>(tail, tile, pixel, c, FirstLanes(tile.channels - c), pixels);
    return;
  }
  for (; c < tile.channels; ++c)
    apply_block<Neighbours::pixels>(tail, tile, pixel, c, OneLane{}, pixels);
}

HWY_INLINE void apply_pixel(const Tail& tail, const Tile& tile, std::int64_t pixel) {
  std::int64_t c = 0;
  for (; c + 8 * kLanes <= tile.channels; c += 8 * kLanes) {
    apply_block<Neighbours::channels>(tail, tile, pixel, c, WholeVector{}, Indices<8>());
  }
  apply_row<1>(tail, tile, pixel, c);
}

void apply_tail(const Tail& tail, const Tile& tile) {
  std::int64_t pixel = 0;
  for (; pixel + 8 <= tile.pixels; pixel += 8) apply_row<8>(tail, tile, pixel);
  switch (tile.pixels - pixel) {
    case 7: return apply_row<7>(tail, tile, pixel);
    case 6: return apply_row<6>(tail, tile, pixel);
    case 5: return apply_row<5>(tail, tile, pixel);
    case 4: return apply_row<4>(tail, tile, pixel);
    case 3: return apply_row<3>(tail, tile, pixel);
    case 2: return apply_row<2>(tail, tile, pixel);
    case 1: return apply_pixel(tail, tile, pixel);
    default: return;
  }
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
