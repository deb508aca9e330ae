#include <algorithm>

#include "bench/backends/one_bit/dispatch.h"
#include "bench/backends/one_bit/glue.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/backends/one_bit/pack.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bench::one_bit::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// At most as many lanes as a word has bits.
using Floats = hn::CappedTag<float, 32>;
using Integers = hn::RebindToUnsigned<Floats>;
using Vector = hn::Vec<Floats>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(Floats()));

HWY_INLINE Word bits_of(hn::Mask<Floats> mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(Floats(), mask, bytes);
  Word word = 0;
  for (int i = 0; i < (kLanes + 7) / 8; ++i) word |= Word{bytes[i]} << 8 * i;
  return word;
}

// x as it is compared.
struct AsIs {
  explicit AsIs(const PackLimits&) {}
  Vector operator()(Vector x, std::int64_t) const { return x; }
};
struct Flipped {
  explicit Flipped(const PackLimits& limits) : flip(limits.flip.data()) {}
  Vector operator()(Vector x, std::int64_t c) const {
    return hn::Xor(x, hn::BitCast(Floats(), hn::LoadU(Integers(), flip + c)));
  }
  const std::uint32_t* flip;
};

// The bits of `count` numbers from channel c on; past them it may read and give anything.
template <class Prepare>
HWY_INLINE Word word_of(const float* values, const float* limit, std::int64_t c, int count,
                        Prepare prepare) {
  Word below = 0;
  for (int i = 0; i < count; i += kLanes) {
    const Vector x = prepare(hn::LoadU(Floats(), values + i), c + i);
    below |= bits_of(hn::Lt(x, hn::LoadU(Floats(), limit + c + i))) << i;
  }
  return ~below;
}

// Channels that fill no word are read together with what follows them, but at the map's end.
template <class Prepare>
void pack_map(const float* values, const PackLimits& limits, std::int64_t pixels, Word* bits) {
  const float* limit = limits.limit.data();
  const float* end = values + pixels * limits.channels;
  const Prepare prepare(limits);
  const int rest = static_cast<int>(limits.channels % 32);
  const std::int64_t whole = limits.channels - rest;
  for (; pixels > 0; --pixels, values += rest) {
    const Word* possible = limits.possible.data();
    for (std::int64_t c = 0; c < whole; c += 32, values += 32) {
      *bits++ = word_of(values, limit, c, 32, prepare) & *possible++;
    }
    if (rest == 0) continue;
    if (end - values >= 32) {
      *bits++ = word_of(values, limit, whole, rest, prepare) & *possible;
    } else {
      float last[32] = {};
      std::copy_n(values, rest, last);
      *bits++ = word_of(last, limit, whole, rest, prepare) & *possible;
    }
  }
}

void pack_floats(const float* values, const PackLimits& limits, std::int64_t pixels, Word* bits) {
  if (limits.flip.empty()) return pack_map<AsIs>(values, limits, pixels, bits);
  pack_map<Flipped>(values, limits, pixels, bits);
}

// Both signs of a scale, by bits.
struct Signs {
  explicit Signs(float scale)
      : plus(hn::Set(Floats(), scale)),
        minus(hn::Set(Floats(), -scale)),
        one_bit(hn::Shl(hn::Set(Integers(), 1), hn::Iota(Integers(), 0))) {}

  // Writes whole vectors.
  HWY_INLINE void write(Word word, int count, float* values) const {
    for (int i = 0; i < count; i += kLanes) {
      const auto set = hn::TestBit(hn::Set(Integers(), word >> i), one_bit);
      hn::StoreU(hn::IfThenElse(hn::RebindMask(Floats(), set), plus, minus), Floats(), values + i);
    }
  }
  Vector plus, minus;
  hn::Vec<Integers> one_bit;
};

// What a pixel writes past its last channel is written over by the next, but at the map's end.
void unpack_bits(const Word* bits, const BitMap& map, float scale, float* values) {
  const Signs signs(scale);
  const float* end = values + map.pixels() * map.channels;
  const int rest = static_cast<int>(map.channels % 32);
  for (std::int64_t p = 0; p < map.pixels(); ++p, values += rest) {
    for (std::int64_t c = 0; c + 32 <= map.channels; c += 32, values += 32) {
      signs.write(*bits++, 32, values);
    }
    if (rest == 0) continue;
    if (end - values >= 32) {
      signs.write(*bits++, rest, values);
    } else {
      float last[32];
      signs.write(*bits++, 32, last);
      std::copy_n(last, rest, values);
    }
  }
}

}  // namespace bench::one_bit::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bench::one_bit {

HWY_EXPORT(pack_floats);
HWY_EXPORT(unpack_bits);

// A bit is 1 where x is not below the limit, so that NaN gives 1. Where x has to be at most a
// limit, -x has to be at least its negative.
PackLimits::PackLimits(std::span<const Threshold<float>> thresholds)
    : channels(static_cast<std::int64_t>(thresholds.size())),
      limit(static_cast<std::size_t>(32 * words_of(channels))),
      possible(static_cast<std::size_t>(words_of(channels))) {
  const auto at_most = [](const Threshold<float>& one) { return one.at_most; };
  if (std::ranges::any_of(thresholds, at_most)) flip.resize(limit.size());
  for (std::size_t c = 0; c < thresholds.size(); ++c) {
    const Threshold<float>& one = thresholds[c];
    limit[c] = one.at_most ? -one.limit : one.limit;
    if (one.at_most) flip[c] = 0x80000000u;
    if (one.limit == one.limit) possible[c / 32] |= Word{1} << c % 32;
  }
}

void pack(const float* values, const PackLimits& limits, const BitMap& map, Word* bits,
          Target target) {
  BENCH_DISPATCH(pack_floats, target)(values, limits, map.pixels(), bits);
}

void unpack(const Word* bits, const BitMap& map, float scale, float* values, Target target) {
  BENCH_DISPATCH(unpack_bits, target)(bits, map, scale, values);
}

}  // namespace bench::one_bit
#endif
