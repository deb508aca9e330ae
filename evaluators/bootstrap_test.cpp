#include "evaluators/bootstrap.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

using namespace bench;

TEST_CASE("the random numbers are the same on every platform") {
  // Computed once with an independent program in Python's integers.
  CHECK(random_bits(1, 0, 0) == 0xb18a02f46d8d86c3u);
  CHECK(random_bits(1, 0, 1) == 0xf8c5b62c83f707e8u);
  CHECK(random_bits(1, 1, 0) == 0x9edbe9bd18ad781du);
  CHECK(random_bits(2, 0, 0) == 0x1956ecd1a275ec95u);
}

TEST_CASE("a resample draws as many items as there are, each about equally often") {
  std::vector<std::uint32_t> counts(1000), sums(1000);
  for (std::uint64_t replicate = 0; replicate < 1000; ++replicate) {
    resample(counts, replicate, 7);
    REQUIRE(std::accumulate(counts.begin(), counts.end(), 0u) == 1000);
    for (std::size_t i = 0; i < counts.size(); ++i) sums[i] += counts[i];
  }
  // Each sum is Poisson-like with mean 1000 and deviation 31.6; six deviations are never left.
  CHECK(*std::min_element(sums.begin(), sums.end()) > 810);
  CHECK(*std::max_element(sums.begin(), sums.end()) < 1190);
}

TEST_CASE("a resample follows random_bits, and seeds differ") {
  std::vector<std::uint32_t> counts(10), by_hand(10), other(10);
  resample(counts, 3, 5);
  for (std::uint64_t draw = 0; draw < 10; ++draw) {
    ++by_hand[(random_bits(5, 3, draw) >> 32) * 10 >> 32];
  }
  CHECK(counts == by_hand);
  resample(other, 3, 6);
  CHECK(counts != other);
}

TEST_CASE("percentiles lie linearly between order statistics") {
  // 0..10: 2.5 % lies at 0.025 * 10 = 0.25, 97.5 % at 9.75.
  std::vector<double> values(11);
  std::iota(values.begin(), values.end(), 0.0);
  std::reverse(values.begin(), values.end());
  const auto interval = interval95(values);
  REQUIRE(interval);
  CHECK(interval->low == Approx(0.25).epsilon(1e-15));
  CHECK(interval->high == Approx(9.75).epsilon(1e-15));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(interval95({nan, 2, nan})->low == 2);
  CHECK_FALSE(interval95({nan}));
  CHECK_FALSE(interval95({}));
}

TEST_CASE("the interval of a mean is that of theory") {
  // 400 coin flips, half of them heads: deviation of the mean is sqrt(.25 / 400) = .025.
  const auto heads = [](std::span<const std::uint32_t> counts) {
    double sum = 0;
    for (std::size_t i = 0; i < counts.size(); i += 2) sum += counts[i];
    return std::vector<double>{sum / static_cast<double>(counts.size())};
  };
  const auto interval =
      interval95(bootstrap_values(400, 1, {.replicates = 4000, .seed = 1}, heads).at(0));
  REQUIRE(interval);
  CHECK(interval->low == Approx(0.5 - 1.96 * 0.025).margin(0.003));
  CHECK(interval->high == Approx(0.5 + 1.96 * 0.025).margin(0.003));
}

TEST_CASE("no items or no replicates: no values") {
  const auto none = [](std::span<const std::uint32_t>) { return std::vector<double>{1.0}; };
  CHECK(bootstrap_values(0, 1, {}, none).at(0).empty());
  CHECK(bootstrap_values(5, 1, {.replicates = 0, .seed = 1}, none).at(0).empty());
}
