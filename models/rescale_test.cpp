#include "models/rescale.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/random.h"

namespace bench {
namespace {

constexpr auto fixed_point = Requantization::fixed_point;
constexpr auto tflite = Requantization::tflite;
constexpr auto float_scale = Requantization::float_scale;

std::int32_t add(Requantization mode, Scaled a, Scaled b, float output_scale, TargetRange target,
                 std::int32_t x, std::int32_t y) {
  return RescaledAdd(mode, a, b, output_scale, target, "add").apply(x, y);
}

TEST_CASE("a sum on a grid of twice the step has ties, and every mode its own side") {
  // (a + b) / 2 with a, b at scale 1 and zero points 4 and -3, the sum at scale 2 and zero point 7.
  const auto halved = [](Requantization mode, std::int32_t a, std::int32_t b) {
    return add(mode, {1, 4}, {1, -3}, 2, {7, -128, 127}, a + 4, b - 3) - 7;
  };
  CHECK(halved(fixed_point, 1, 0) == 1);  // 0.5, away from zero
  CHECK(halved(tflite, 1, 0) == 1);       // up
  CHECK(halved(float_scale, 1, 0) == 0);  // to even
  CHECK(halved(fixed_point, -2, 1) == -1);
  CHECK(halved(tflite, -2, 1) == 0);
  CHECK(halved(float_scale, -2, 1) == 0);
  CHECK(halved(fixed_point, -1, -2) == -2);
  CHECK(halved(tflite, -1, -2) == -1);
  CHECK(halved(float_scale, -1, -2) == -2);
}

TEST_CASE("a sum is clamped to the target range") {
  for (const auto& [name, about, mode] : requantizations()) {
    CHECK(add(mode, {1, 0}, {1, 0}, 1, {0, -128, 127}, 100, 100) == 127);
    CHECK(add(mode, {1, 0}, {1, 0}, 1, {0, 0, 127}, -100, 1) == 0);
    CHECK(add(mode, {1e6f, 0}, {1, 0}, 1e-2f, {0, -128, 127}, -1, 1) == -128);
    CHECK(add(mode, {1, 0}, {1e-30f, 0}, 1, {0, -128, 127}, 5, 100) == 5);  // b vanishes
  }
}

// The roundings to 2^20 steps and to floats are far below the half step of the last one.
TEST_CASE("every sum of two bytes is within half a step of the real one") {
  Random random(1);
  for (int trial = 0; trial < 6; ++trial) {
    const Scaled a{random.uniform(0.01f, 0.2f), random.integer(-128, 127)};
    const Scaled b{random.uniform(0.01f, 0.2f), random.integer(-128, 127)};
    const float output_scale = random.uniform(0.02f, 0.3f);
    const TargetRange target{random.integer(-128, 127), -128, 127};
    for (const auto& [name, about, mode] : requantizations()) {
      const RescaledAdd sum(mode, a, b, output_scale, target, "add");
      double worst = 0;
      for (int x = -128; x < 128; ++x) {
        for (int y = -128; y < 128; ++y) {
          const double real =
              (double{a.scale} * (x - a.zero_point) + double{b.scale} * (y - b.zero_point)) /
                  output_scale +
              target.zero_point;
          worst = std::max(worst, std::abs(sum.apply(x, y) - std::clamp(real, -128.0, 127.0)));
        }
      }
      CHECK(worst <= 0.5001);
    }
  }
}

TEST_CASE("a rescaled tensor, as a concatenation needs it") {
  // Scale 0.5 to 0.2, zero points 3 and -10: 2.5 (q - 3) - 10.
  const Requantizer moved = rescaler(tflite, {0.5f, 3}, 0.2f, {-10, -128, 127}, "concat");
  CHECK(moved.apply(7 - 3, 0) == 0);
  CHECK(moved.apply(-7 - 3, 0) == -35);
  CHECK(moved.apply(127 - 3, 0) == 127);
  for (const auto& [name, about, mode] : requantizations()) {
    const Requantizer same = rescaler(mode, {0.3f, 5}, 0.3f, {5, -128, 127}, "concat");
    int moved_numbers = 0;
    for (int q = -128; q < 128; ++q) moved_numbers += same.apply(q - 5, 0) != q;
    CHECK(moved_numbers == 0);
  }
}

TEST_CASE("an average rounds half away from zero on its own grid") {
  CHECK(average_on_own_grid(5, 2) == 3);
  CHECK(average_on_own_grid(-5, 2) == -3);
  CHECK(average_on_own_grid(7, 3) == 2);    // 2.33
  CHECK(average_on_own_grid(-8, 3) == -3);  // -2.67
  CHECK(average_on_own_grid(0, 49) == 0);
  CHECK(average_on_own_grid(std::numeric_limits<std::int32_t>::min(), 1) ==
        std::numeric_limits<std::int32_t>::min());
}

TEST_CASE("an average on another grid is a requantised sum") {
  // 49 numbers of zero point 10 that sum to 49 * 10 + 98: 2 at scale 0.1 is 4 at scale 0.05.
  for (const auto& [name, about, mode] : requantizations()) {
    const Requantizer average = averager(mode, {0.1f, 10}, 49, 0.05f, {-1, -128, 127}, "pool");
    CHECK(average.apply(49 * 10 + 98 - 49 * 10, 0) == 3);
  }
}

TEST_CASE("scales that make no sense are errors that name the layer") {
  using Catch::Contains;
  for (const float bad : {0.0f, -1.0f, HUGE_VALF, std::nanf("")}) {
    CHECK_THROWS_WITH(RescaledAdd(tflite, {bad, 0}, {1, 0}, 1, {}, "add3"), Contains("add3"));
    CHECK_THROWS_WITH(RescaledAdd(float_scale, {1, 0}, {bad, 0}, 1, {}, "add3"), Contains("add3"));
    CHECK_THROWS_WITH(RescaledAdd(fixed_point, {1, 0}, {1, 0}, bad, {}, "add3"), Contains("add3"));
    CHECK_THROWS_WITH(rescaler(tflite, {bad, 0}, 1, {}, "concat1"), Contains("concat1"));
    CHECK_THROWS_WITH(averager(tflite, {1, 0}, 4, bad, {}, "pool1"), Contains("pool1"));
  }
  CHECK_THROWS_WITH(RescaledAdd(float_scale, {1e30f, 0}, {1, 0}, 1e-30f, {}, "add3"),
                    Contains("add3"));
}

}  // namespace
}  // namespace bench
