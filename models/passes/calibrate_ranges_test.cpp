#include "models/passes/calibrate_ranges.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "models/error.h"
#include "models/random.h"

namespace bench {
namespace {

Histogram histogram_of(const std::vector<float>& values) {
  Histogram h;
  h.add(values, "x");
  return h;
}

// Sums of twelve uniform numbers are as good as normal here: deviation 1, no value beyond 6.
std::vector<float> bell(std::uint64_t seed, std::size_t n) {
  Random random(seed);
  std::vector<float> values(n, 0.0f);
  for (float& x : values) {
    for (int i = 0; i < 12; ++i) x += random.uniform(-0.5f, 0.5f);
  }
  return values;
}

std::vector<float> times(std::vector<float> values, float factor) {
  for (float& x : values) x *= factor;
  return values;
}

Grid symmetric(const Range& range, int bits = 8) {
  Grid grid{.bits = bits, .is_signed = true, .narrow = true};
  const float most = std::max(std::fabs(range.min), std::fabs(range.max));
  grid.scale = {most / static_cast<float>(highest(grid))};
  return grid;
}

Grid from_minimum(const Range& range, int bits = 8) {
  Grid grid{.bits = bits, .is_signed = false};
  grid.scale = {(range.max - range.min) / static_cast<float>(highest(grid))};
  grid.offset = {range.min};
  return grid;
}

Range mse8(const Histogram& h) {
  return mse_range(h, [](const Range& r) { return symmetric(r); });
}
Range kl8(const Histogram& h) { return kl_range(h); }
Range percentile99(const Histogram& h) { return percentile_range(h, 99); }

TEST_CASE("a percentile cuts as many values as it says, by hand") {
  std::vector<float> values;
  for (int i = 1; i <= 1000; ++i) values.push_back(static_cast<float>(i));
  const Histogram h = histogram_of(values);  // width 1024 / 2^14 = 1/16
  CHECK(percentile_range(h, 100) == Range{1, 1000});
  // 99 %: at most (100 - 99) / 200 of 1000 = 5 on each side. 1..5 go, the bin of 6 begins at 6;
  // 996..1000 go, the bin of 995 ends at 995 + 1/16.
  CHECK(percentile_range(h, 99) == Range{6, 995.0625f});
  CHECK(percentile_range(h, 99.95) == Range{1, 1000});  // a quarter of a value
  CHECK_THROWS_AS(percentile_range(h, 0), Error);
  CHECK_THROWS_AS(percentile_range(h, 100.5), Error);
}

TEST_CASE("a percentile keeps the zeros of a ReLU") {
  std::vector<float> values(900, 0.0f);
  for (int i = 1; i <= 100; ++i) values.push_back(static_cast<float>(i));
  const Range range = percentile_range(histogram_of(values), 99);
  CHECK(range.min == 0);
  CHECK(range.max == 95 + 1 / 128.0f);  // 5 of 1000 beyond; width 128 / 2^14
}

TEST_CASE("mean squared error of points, by hand") {
  // Grid -3 .. 3 in steps of 1. Errors: -1 -> 0; 1 -> 0. The largest values of their bins, 4 and
  // -4, are clamped to 3: 1 each. (1 + 1) / 4.
  const Grid grid{.bits = 3, .is_signed = true, .narrow = true};
  CHECK(mean_squared_error(histogram_of({-4, 4}), grid) == Approx(1.0));
  CHECK(mean_squared_error(histogram_of({-4, 0, 0, 4}), grid) == Approx(0.5));
}

TEST_CASE("mean squared error of many values agrees with putting each on the grid") {
  const std::vector<float> values = bell(1, 20000);
  const Histogram h = histogram_of(values);
  for (const Grid& grid : {symmetric({-3, 3}), symmetric({-6, 6}, 4), from_minimum({-2, 4}, 6),
                           from_minimum({1, 1.5f}, 1)}) {
    double sum = 0;
    for (const float x : values) {
      const double e = double{x} - dequantize(grid, quantize(grid, x));
      sum += e * e;
    }
    CHECK(mean_squared_error(h, grid) == Approx(sum / 20000).epsilon(0.02));
  }
}

TEST_CASE("uniform values cost a twelfth of a step squared") {
  Random random(3);
  std::vector<float> values(100000);
  for (float& x : values) x = random.uniform(-1, 1);
  const double step = 1 / 127.0;
  const Histogram h = histogram_of(values);
  CHECK(mean_squared_error(h, symmetric({-1, 1})) == Approx(step * step / 12).epsilon(0.02));
}

TEST_CASE("mse never does worse than max, and better where there is an outlier") {
  std::vector<float> values = bell(5, 10000);
  values.push_back(60);
  const Histogram h = histogram_of(values);
  for (const int bits : {2, 4, 8}) {
    for (const auto& grid_of : {GridOf([&](const Range& r) { return symmetric(r, bits); }),
                                GridOf([&](const Range& r) { return from_minimum(r, bits); })}) {
      const Range range = mse_range(h, grid_of);
      const double worse = mean_squared_error(h, grid_of(h.range()));
      CHECK(mean_squared_error(h, grid_of(range)) <= worse);
    }
  }
  // Four bits: clipping 60 costs 56^2 / 10001 = 0.31, keeping it (60 / 7)^2 / 12 = 6 or all of the
  // bell, 1.
  CHECK(mse_range(h, [](const Range& r) { return symmetric(r, 4); }).max < 20);
}

TEST_CASE("kl clips the outliers of a bell, not the bell") {
  std::vector<float> values = bell(7, 200000);
  values.push_back(40);
  values.push_back(-35);
  const Range range = kl_range(histogram_of(values));
  CHECK(range.max < 10);
  CHECK(range.max > 2.5f);
  CHECK(range.min == -range.max);
}

TEST_CASE("kl leaves out zeros and stays among the values seen") {
  std::vector<float> values = bell(9, 50000);
  for (float& x : values) x = std::max(x, 0.0f);
  const Range without_more = kl_range(histogram_of(values));
  CHECK(without_more.min == 0);
  values.resize(500000, 0.0f);
  CHECK(kl_range(histogram_of(values)) == without_more);
  CHECK_THROWS_AS(kl_range(histogram_of(values), 1), Error);
}

TEST_CASE("kl of values at one end of 2048 bins") {
  // Only bins 0 .. 127 and the last are used: with the first 128 kept P has the last one's share in
  // bin 127 and Q none; with T = 2047 the same share sits in an empty bin. Half the values there:
  // P = 1/2 + e against e or 1/256 + e, and the smaller divergence is at T = 128, where Q(127) has
  // a share already. t = 128.5 / 2048 of the largest value.
  std::vector<float> values;
  for (int i = 0; i < 128; ++i) values.push_back(static_cast<float>(i) + 0.5f);
  values.resize(256, 2048.0f);
  CHECK(kl_range(histogram_of(values)).max == 128.5f);
}

TEST_CASE("a scale of the values is a scale of the range, within the values seen") {
  std::vector<float> values = bell(11, 30000);
  values.push_back(25);
  const Histogram h = histogram_of(values);
  for (const auto& choose : {max_range, percentile99, kl8, mse8}) {
    const Range range = choose(h);
    CHECK(range.min >= h.range().min);
    CHECK(range.max <= h.range().max);
    CHECK(range.min < range.max);
    const Range doubled = choose(histogram_of(times(values, 0.25f)));
    CHECK(doubled == Range{range.min * 0.25f, range.max * 0.25f});
    const Range odd = choose(histogram_of(times(values, 3.7f)));  // other bins: close, not equal
    CHECK(odd.max == Approx(range.max * 3.7f).epsilon(0.05));
    const Range mirrored = choose(histogram_of(times(values, -1)));
    CHECK(mirrored.min == Approx(-range.max).epsilon(1e-6));
    CHECK(mirrored.max == Approx(-range.min).epsilon(1e-6));
  }
}

TEST_CASE("a tensor of one value, and one of none") {
  for (const auto& choose : {max_range, percentile99, kl8, mse8}) {
    CHECK(choose(histogram_of({0, 0, 0})) == Range{0, 0});
    CHECK(choose(histogram_of({2.5f})).max == 2.5f);
    CHECK_THROWS_AS(choose(Histogram()), Error);
  }
}

TEST_CASE("moving averages, by hand") {
  MovingAverage average({.decay = 0.5, .start = {-6, 6}});
  CHECK(average.range() == Range{-6, 6});
  average.add({-2, 4});  // -6 + (-2 + 6) / 2 = -4;  6 + (4 - 6) / 2 = 5
  CHECK(average.range() == Range{-4, 5});
  average.add({1, 3});  // widened to {0, 3}: -2, 4
  CHECK(average.range() == Range{-2, 4});

  MovingAverage debiased({.decay = 0.5, .zero_debiased = true});
  debiased.add({-2, 4});  // -1, 2 over 1/2
  CHECK(debiased.range() == Range{-2, 4});
  debiased.add({-5, 1});  // -1 + (-5 + 1) / 2 = -3, 2 + (1 - 2) / 2 = 1.5, over 3/4
  CHECK(debiased.range() == Range{-4, 2});

  MovingAverage tensorflow({.start = {0, 6}});
  for (int i = 0; i < 1000; ++i) tensorflow.add({0, 2});
  CHECK(tensorflow.range().max == Approx(2 + 4 * std::pow(0.999, 1000)));
}

}  // namespace
}  // namespace bench
