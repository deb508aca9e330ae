#include "evaluators/significance.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "evaluators/bootstrap.h"

using namespace bench;

TEST_CASE("McNemar by hand") {
  // 5 lost, none gained: of 2^5 equally likely splits one is as uneven on this side: 2 / 32.
  CHECK(mcnemar(5, 0) == Approx(2.0 / 32).epsilon(1e-12));
  CHECK(mcnemar(0, 6) == Approx(2.0 / 64).epsilon(1e-12));
  // 8 and 2: (1 + 10 + 45) / 1024 on each side.
  CHECK(mcnemar(8, 2) == Approx(2 * 56.0 / 1024).epsilon(1e-12));
  CHECK(mcnemar(2, 8) == mcnemar(8, 2));
  CHECK(mcnemar(0, 0) == 1);
  CHECK(mcnemar(3, 3) == 1);
  // Large counts against the normal approximation with continuity: z = (200 - 1) / sqrt(20000).
  CHECK(mcnemar(10100, 9900) ==
        Approx(2 * normal_probability(-199 / std::sqrt(20000.0))).epsilon(1e-3));
}

TEST_CASE("Mann-Whitney by hand") {
  // {1, 2} and {3, 4}: of the 6 ways of dealing ranks 1..4 out, sums 3 and 7 are as far from 5.
  CHECK(mann_whitney(std::vector{1.0, 2.0}, std::vector{3.0, 4.0}) == Approx(2.0 / 6));
  // {1, 2, 3} and {4, 5, 6}: 2 of 20. {1, 2, 4}: 2 more.
  CHECK(mann_whitney(std::vector{1.0, 2.0, 3.0}, std::vector{4.0, 5.0, 6.0}) == Approx(2.0 / 20));
  CHECK(mann_whitney(std::vector{1.0, 2.0, 4.0}, std::vector{3.0, 5.0, 6.0}) == Approx(4.0 / 20));
  // Ties: values 1 1 | 1 2 have ranks 2 2 | 2 4; sums of two are 4 (three ways) or 6 (three), mean
  // 5: every split is as far.
  CHECK(mann_whitney(std::vector{1.0, 1.0}, std::vector{1.0, 2.0}) == 1);
  CHECK(mann_whitney(std::vector{1.0}, {}) == 1);
  // Seven against seven, apart: 2 / C(14, 7) = 2 / 3432.
  std::vector<double> low, high;
  for (int i = 0; i < 7; ++i) {
    low.push_back(i);
    high.push_back(10 + i);
  }
  CHECK(mann_whitney(low, high) == Approx(2.0 / 3432).epsilon(1e-12));
  CHECK(mann_whitney(high, low) == mann_whitney(low, high));
}

TEST_CASE("Mann-Whitney of longer lists is near the exact one") {
  std::vector<double> one, other;
  for (int i = 0; i < 20; ++i) {
    one.push_back(i * 1.7);
    other.push_back(i * 1.7 + 6.3);
  }
  const double exact = mann_whitney(one, other);
  one.push_back(17.05);  // in the middle of both
  CHECK(mann_whitney(one, other) == Approx(exact).margin(0.02));
  CHECK(mann_whitney(std::vector<double>(30, 1.0), std::vector<double>(30, 1.0)) == 1);
}

TEST_CASE("Holm by hand") {
  // Ascending .01 .02 .04 of three: .03, then max(.03, .04), then max(.04, .04).
  const std::vector<double> p = {0.04, 0.01, 0.02};
  const std::vector<double> corrected = holm(p);
  CHECK(corrected[0] == Approx(0.04));
  CHECK(corrected[1] == Approx(0.03));
  CHECK(corrected[2] == Approx(0.04));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> with_gap = holm(std::vector{0.02, nan, 0.9});
  CHECK(with_gap[0] == Approx(0.04));
  CHECK(std::isnan(with_gap[1]));
  CHECK(with_gap[2] == Approx(0.9));
  CHECK(holm(std::vector{0.6, 0.7})[1] == 1);
}

TEST_CASE("Normal quantiles") {
  CHECK(normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-10));
  CHECK(normal_quantile(0.5) == Approx(0).margin(1e-10));
  CHECK(normal_probability(-1.2815515655446004) == Approx(0.1).epsilon(1e-10));
}

namespace {

auto mcnemar_finds(double alpha) {
  return [=](std::int64_t lost, std::int64_t gained) {
    return lost > gained && mcnemar(lost, gained) <= alpha;
  };
}

}  // namespace

TEST_CASE("The power of counts, by hand and by simulation") {
  // All changes are losses, at most 6 images: alpha .05 needs all 6 lost (2 / 64; 5: 2 / 32 > .05).
  CHECK(counts_power(6, 0.5, 0, mcnemar_finds(0.05)) == Approx(std::pow(0.5, 6)).epsilon(1e-9));
  CHECK(counts_power(6, 1, 0, mcnemar_finds(0.05)) == Approx(1));
  CHECK(counts_power(100, 0, 0, mcnemar_finds(0.05)) == 0);
  // Of 4 images, two and more net losses: 2 to 4 lost and none gained (6 + 4 + 1 of 3^4), or 3 and
  // one (4).
  CHECK(counts_power(4, 1.0 / 3, 1.0 / 3, [](auto lost, auto gained) {
          return lost >= gained + 2;
        }) == Approx(15.0 / 81));
  // Gains and losses alike: alpha / 2 at most on this side, also of many.
  for (const std::int64_t images : {1000, 100000}) {
    const double power = counts_power(images, 0.1, 0.1, mcnemar_finds(0.05));
    CHECK(power < 0.025);
    CHECK(power > 0.015);
  }
  int found = 0;
  constexpr int rounds = 2000;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    int lost = 0, gained = 0;
    for (std::uint64_t image = 0; image < 400; ++image) {
      const double at = static_cast<double>(random_bits(3, round, image) >> 11) * 0x1p-53;
      lost += at < 0.06;
      gained += at >= 0.06 && at < 0.08;
    }
    found += mcnemar_finds(0.05)(lost, gained);
  }
  const double power = counts_power(400, 0.06, 0.02, mcnemar_finds(0.05));
  CHECK(static_cast<double>(found) / rounds ==
        Approx(power).margin(4 * std::sqrt(power * (1 - power) / rounds)));
}

TEST_CASE("The median of few values") {
  CHECK(median_of({4}) == 4);
  CHECK(median_of({9, 1, 5}) == 5);
  CHECK(median_of({9, 1, 5, 2}) == 3.5);
}

TEST_CASE("Tango's score test by hand") {
  // Nothing lost or gained of 100, true loss .1: the likeliest share gained is 0, the variance
  // 100 * .1 * .9 = 9, away 10: z = 10 / 3.
  CHECK(tango(0, 0, 100, 0.1) == Approx(2 * normal_probability(-10.0 / 3)));
  // True loss 0: McNemar's z without continuity, (12 - 4) / sqrt(16) = 2.
  CHECK(tango(12, 4, 100, 0) == Approx(2 * normal_probability(-2)));
  CHECK(tango(0, 0, 100, 0) == 1);
  // 30 and 10 of 100, true loss .1: 200 q^2 - q (40 * .9 - .2 * 70) - 10 * .1 * .9 = 0, so q =
  // (22 + sqrt(484 + 720)) / 400 = .14175; variance 100 (.2835 + .09) = 37.35, away 10.
  CHECK(tango(30, 10, 100, 0.1) ==
        Approx(2 * normal_probability(-10 / std::sqrt(37.349))).epsilon(1e-4));
  CHECK(tango(20, 10, 100, 0.1) == Approx(1));
}
