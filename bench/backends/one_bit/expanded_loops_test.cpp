#include "bench/backends/one_bit/expanded_loops.h"

#include <catch2/catch.hpp>
#include <limits>
#include <random>

namespace bench::one_bit {
namespace {

TEST_CASE("1-bit expanded: every bit becomes a byte, on every target") {
  std::mt19937 random(1);
  for (const Target target : targets()) {
    for (const std::size_t words : {1u, 2u, 3u, 7u, 16u}) {
      INFO(name_of(target) << ", " << words << " words");
      std::vector<Word> bits(words);
      for (Word& word : bits) word = static_cast<Word>(random());
      std::vector<std::uint8_t> bytes(32 * words + 33, 7);
      expand(bits.data(), words, bytes.data(), target);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < 32 * words; ++i) {
        wrong += bytes[i] != (bits[i / 32] >> i % 32 & 1) * 2;
      }
      CHECK(wrong == 0);
      CHECK(bytes.back() == 7);
    }
  }
}

TEST_CASE("1-bit expanded: signs are those of the thresholds, on every target") {
  using Limits = std::numeric_limits<std::int32_t>;
  std::mt19937 random(2);
  std::uniform_int_distribution<std::int32_t> small(-4, 4), offset(-1000, 1000);
  for (const std::size_t channels : {1u, 8u, 17u, 32u, 70u, 600u}) {
    std::vector<Threshold<std::int32_t>> thresholds(channels);
    std::vector<std::int32_t> offsets(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      const std::int32_t extremes[] = {Limits::min(), Limits::max(), small(random), small(random)};
      thresholds[c] = {extremes[random() % 4], random() % 2 == 0};
      offsets[c] = offset(random);
    }
    constexpr std::size_t pixels = 9;
    std::vector<std::int32_t> numbers(pixels * channels);
    std::vector<Word> expected(pixels * ((channels + 31) / 32), 0u);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const std::size_t c = i % channels, words = (channels + 31) / 32;
      const std::int32_t number = small(random);
      numbers[i] = number + offsets[c];
      expected[i / channels * words + c / 32] |= Word{thresholds[c](number)} << c % 32;
    }
    const SignRule rule(thresholds, offsets);
    for (const Target target : targets()) {
      INFO(name_of(target) << ", " << channels << " channels");
      std::vector<Word> got(expected.size(), 0xdeadbeef);
      rule.apply(numbers.data(), pixels, got.data(), target);
      CHECK(got == expected);
    }
  }
}

}  // namespace
}  // namespace bench::one_bit
