#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "bench/backends/one_bit/glue.h"
#include "models/random.h"

namespace bench::one_bit {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr Word kGuard = 0x5a5a5a5a;

enum class Mix { all_zero, one_sided, any };

Threshold<float> drawn_threshold(Random& random, Mix mix) {
  if (mix == Mix::all_zero) return {};
  const bool at_most = mix == Mix::any && random.integer(0, 1) == 1;
  switch (random.integer(0, 9)) {
    case 0: return {-kInfinity, at_most};
    case 1: return {kInfinity, at_most};
    case 2: return {mix == Mix::any ? kNaN : 0, at_most};
    case 3: return {-0.0f, at_most};
    default: return {random.uniform(-2, 2), at_most};
  }
}

std::vector<Threshold<float>> drawn_thresholds(Random& random, std::int64_t channels, Mix mix) {
  std::vector<Threshold<float>> thresholds;
  for (std::int64_t c = 0; c < channels; ++c) thresholds.push_back(drawn_threshold(random, mix));
  return thresholds;
}

// Of every size, at the limits and beside them, zeros, infinities and NaN.
float drawn_value(Random& random, float limit) {
  constexpr float specials[] = {0.0f, -0.0f, kInfinity, -kInfinity, kNaN, -kNaN, 1e-45f, -1e-45f};
  switch (random.integer(0, 9)) {
    case 0: return specials[random.integer(0, 7)];
    case 1: return limit;
    case 2: return std::nextafter(limit, -kInfinity);
    case 3: return std::nextafter(limit, kInfinity);
    default: return random.uniform(-3, 3);
  }
}

std::vector<float> drawn_values(Random& random, const BitMap& map,
                                const std::vector<Threshold<float>>& thresholds) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < map.pixels() * map.channels; ++i) {
    const auto c = static_cast<std::size_t>(i % map.channels);
    values.push_back(drawn_value(random, thresholds[c].limit));
  }
  return values;
}

// What a threshold says in words: NaN gives +1, but where nothing does.
bool positive(const Threshold<float>& one, float x) {
  if (std::isnan(one.limit)) return false;
  if (std::isnan(x)) return true;
  return one.at_most ? x <= one.limit : x >= one.limit;
}

std::vector<Word> plain_pack(const std::vector<float>& values, const BitMap& map,
                             const std::vector<Threshold<float>>& thresholds) {
  std::vector<Word> bits(static_cast<std::size_t>(map.words()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto channels = static_cast<std::size_t>(map.channels);
    const std::size_t p = i / channels, c = i % channels;
    const auto word = p * static_cast<std::size_t>(map.pixel_words()) + c / 32;
    if (positive(thresholds[c], values[i])) bits[word] |= Word{1} << c % 32;
  }
  return bits;
}

BitMap drawn_map(Random& random) {
  return {random.integer(1, 2), random.integer(1, 6), random.integer(1, 6), random.integer(1, 200),
          1};
}

TEST_CASE("1-bit packing: the bits of plain loops on every target, 0 past the last channel") {
  for (const Target target : targets()) {
    INFO(name_of(target));
    Random random(41);
    for (int round = 0; round < 900; ++round) {
      const BitMap map = drawn_map(random);
      const Mix mix = static_cast<Mix>(round % 3);
      INFO("round " << round << ": " << map.pixels() << " pixels of " << map.channels);
      const auto thresholds = drawn_thresholds(random, map.channels, mix);
      const std::vector<float> values = drawn_values(random, map, thresholds);
      std::vector<Word> bits(static_cast<std::size_t>(map.words()) + 1, kGuard);
      pack(values.data(), PackLimits(thresholds), map, bits.data(), target);
      REQUIRE(bits.back() == kGuard);
      bits.pop_back();
      REQUIRE(bits == plain_pack(values, map, thresholds));
    }
  }
}

TEST_CASE("1-bit packing: every channel count up to 200, and from thresholds at once") {
  Random random(42);
  for (std::int64_t channels = 1; channels <= 200; ++channels) {
    const BitMap map{1, 2, 3, channels, 1};
    const auto thresholds = drawn_thresholds(random, channels, Mix::any);
    const std::vector<float> values = drawn_values(random, map, thresholds);
    const std::vector<Word> wanted = plain_pack(values, map, thresholds);
    std::vector<Word> bits(wanted.size());
    pack(values.data(), PackLimits(thresholds), map, bits.data());
    REQUIRE(bits == wanted);
    for (const Target target : targets()) {
      bits.assign(wanted.size(), kGuard);
      pack(values.data(), PackLimits(thresholds), map, bits.data(), target);
      REQUIRE(bits == wanted);
    }
  }
}

TEST_CASE("1-bit packing: by hand") {
  const BitMap map{1, 1, 2, 3, 1};
  const std::vector<Threshold<float>> thresholds = {{0, false}, {1, true}, {kNaN, false}};
  const std::vector<float> values = {-0.0f, 2, 9, -1, 1, kNaN};
  std::vector<Word> bits(2);
  pack(values.data(), PackLimits(thresholds), map, bits.data());
  CHECK(bits == std::vector<Word>{0b001, 0b010});
}

TEST_CASE("1-bit unpacking: both signs of the scale on every target, nothing past the last") {
  for (const Target target : targets()) {
    INFO(name_of(target));
    Random random(43);
    for (std::int64_t channels = 1; channels <= 200; ++channels) {
      const BitMap map{1, random.integer(1, 3), 2, channels, 1};
      std::vector<Word> bits;
      for (std::int64_t i = 0; i < map.words(); ++i) {
        bits.push_back(static_cast<Word>(random.next()));
      }
      const auto size = static_cast<std::size_t>(map.pixels() * channels);
      std::vector<float> wanted, values(size + 1, 7);
      for (std::size_t i = 0; i < size; ++i) {
        const std::size_t p = i / static_cast<std::size_t>(channels);
        const std::size_t c = i % static_cast<std::size_t>(channels);
        const Word word = bits[p * static_cast<std::size_t>(map.pixel_words()) + c / 32];
        wanted.push_back((word >> c % 32 & 1) != 0 ? 0.75f : -0.75f);
      }
      wanted.push_back(7);
      unpack(bits.data(), map, 0.75f, values.data(), target);
      REQUIRE(values == wanted);
    }
  }
}

TEST_CASE("1-bit packing undoes unpacking") {
  Random random(44);
  const BitMap map{2, 5, 3, 77, 1};
  const std::vector<Threshold<float>> signs(77);
  const std::vector<float> values = drawn_values(random, map, signs);
  std::vector<Word> bits(static_cast<std::size_t>(map.words())), again(bits.size());
  std::vector<float> floats(values.size());
  pack(values.data(), PackLimits(signs), map, bits.data());
  unpack(bits.data(), map, 3, floats.data());
  pack(floats.data(), PackLimits(signs), map, again.data());
  CHECK(bits == again);
}

}  // namespace
}  // namespace bench::one_bit
