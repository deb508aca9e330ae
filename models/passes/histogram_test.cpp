#include "models/passes/histogram.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "models/error.h"
#include "models/random.h"

namespace bench {
namespace {

Histogram histogram_of(const std::vector<float>& values) {
  Histogram h;
  h.add(values, "x");
  return h;
}

std::vector<float> some_values(std::uint64_t seed, std::size_t n) {
  Random random(seed);
  std::vector<float> values(n);
  // Magnitudes over thirty powers of two, zeros among them.
  for (float& x : values) {
    x = std::ldexp(random.uniform(-1, 1), random.integer(-20, 10));
    if (random.integer(0, 9) == 0) x = 0;
  }
  return values;
}

TEST_CASE("a histogram of four values, by hand") {
  // Largest magnitude 4, 2^2 <= 4 < 2^3: the width is 8 / 2^14 = 2^-11.
  const Histogram h = histogram_of({-1, 0, 4, -1});
  CHECK(h.count() == 4);
  CHECK(h.zeros() == 1);
  CHECK(h.range() == Range{-1, 4});
  CHECK(h.bin_width() == 0x1p-11);
  const auto bins = h.bins();
  REQUIRE(bins.size() == 3);
  // -1 opens its bin [1, 1 + w); cut to the smallest value seen a point is left. So is 4's.
  CHECK(bins[0].low == -1);
  CHECK(bins[0].high == -1);
  CHECK(bins[0].count == 2);
  CHECK(bins[1].low == 0);
  CHECK(bins[1].high == 0);
  CHECK(bins[2].low == 4);
  CHECK(bins[2].high == 4);
}

TEST_CASE("a wider value merges bins in pairs") {
  Histogram h = histogram_of({1.0f, 1.0f + 0x1p-13f});  // width 2 / 2^14 = 2^-13: two bins
  CHECK(h.bins().size() == 2);
  h.add(std::vector<float>{3.5f}, "x");  // width 2^-12: one bin, and 3.5's
  const auto bins = h.bins();
  REQUIRE(bins.size() == 2);
  CHECK(bins[0].low == 1);
  CHECK(bins[0].high == 1 + 0x1p-12);
  CHECK(bins[0].count == 2);
}

TEST_CASE("a histogram depends on the values alone, not on order or partition") {
  std::vector<float> values = some_values(1, 5000);
  const Histogram whole = histogram_of(values);
  std::ranges::reverse(values);
  CHECK(histogram_of(values) == whole);
  Histogram one_by_one, merged;
  for (const float x : values) one_by_one.add(std::span(&x, 1), "x");
  CHECK(one_by_one == whole);
  std::ranges::sort(values);
  for (std::size_t i = 0; i < values.size(); i += 617) {
    const std::size_t end = std::min(i + 617, values.size());
    Histogram part = histogram_of({values.begin() + static_cast<std::ptrdiff_t>(i),
                                   values.begin() + static_cast<std::ptrdiff_t>(end)});
    part.merge(merged);
    merged = part;
  }
  CHECK(merged == whole);
}

TEST_CASE("bins hold the values they say, and all of them") {
  const std::vector<float> values = some_values(2, 3000);
  const Histogram h = histogram_of(values);
  std::uint64_t total = 0;
  double end = -std::numeric_limits<double>::infinity();
  for (const auto& bin : h.bins()) {
    CHECK(bin.low >= end);
    CHECK(bin.high - bin.low <= h.bin_width());
    end = bin.high;
    total += bin.count;
  }
  CHECK(total == values.size());
  CHECK(end == h.range().max);
  const double largest = h.largest_magnitude();
  CHECK(largest >= h.bin_width() * Histogram::most_bins / 2);
  CHECK(largest < h.bin_width() * Histogram::most_bins);
}

TEST_CASE("magnitudes from the smallest to the largest float") {
  constexpr float smallest = std::numeric_limits<float>::denorm_min();
  constexpr float largest = std::numeric_limits<float>::max();
  Histogram h = histogram_of({0, -0.0f});
  CHECK(h.zeros() == 2);
  CHECK(h.bin_width() == 0);
  CHECK(h.bins().size() == 1);
  h.add(std::vector<float>{smallest}, "x");
  CHECK(h.bins().size() == 2);
  h.add(std::vector<float>{-largest, largest}, "x");
  CHECK(h.range() == Range{-largest, largest});
  CHECK(h.bins().size() == 4);
  CHECK(h == histogram_of({largest, 0, smallest, -0.0f, -largest}));
}

TEST_CASE("values that are not finite are named and nothing is added") {
  Histogram h = histogram_of({1, 2});
  const Histogram before = h;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(h.add(std::vector<float>{3, nan, -inf}, "node 'conv' (Conv2d)"),
                    Catch::Contains("node 'conv' (Conv2d)") && Catch::Contains("element 1 is") &&
                        Catch::Contains("2 of 3 values are not finite"));
  CHECK(h == before);
  h.add(std::vector<float>{}, "x");
  CHECK(h == before);
  CHECK(Histogram().bins().empty());
}

}  // namespace
}  // namespace bench
