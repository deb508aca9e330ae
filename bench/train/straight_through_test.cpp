#include "bench/train/straight_through.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "models/error.h"
#include "models/random.h"

namespace bench {
namespace {

using Values = std::vector<float>;

struct Passed {
  Values forward, gradient;
};

Values values_of(const at::Tensor& tensor) {
  const Tensor copy = from_torch(tensor);
  return Values(copy.data<float>().begin(), copy.data<float>().end());
}

// The values on the grid, and what comes back of a gradient of 1, 2, 3, ...
Passed pass(const std::variant<Grid, DynamicGrid>& grid, const Values& x,
            SignGradient sign = SignGradient::binary_net, Shape shape = {}) {
  if (shape.empty()) shape = {static_cast<std::int64_t>(x.size())};
  const at::Tensor in = to_torch(Tensor::of(shape, x)).requires_grad_();
  const at::Tensor out = straight_through(in, grid, sign, "x");
  out.backward(at::arange(1, static_cast<double>(x.size()) + 1, at::kFloat).reshape(shape));
  return {values_of(out), values_of(in.grad())};
}

TEST_CASE("what is clamped passes no gradient, everything else passes it as it is") {
  // Numbers -2 .. 1 of scale 0.5. -1.2 / 0.5 = -2.4, which rounds onto the grid; -1.3 does not;
  // 0.25 and 0.75 are ties (to 0 and to 2, which is clamped to 1).
  const Passed got = pass(Grid{.bits = 2, .scale = {0.5f}}, {-1.3f, -1.2f, 0.25f, 0.6f, 0.75f, 9});
  CHECK(got.forward == Values{-1, -1, 0, 0.5f, 0.5f, 0.5f});
  CHECK(got.gradient == Values{0, 2, 3, 4, 0, 0});
}

TEST_CASE("zero points move the range that passes gradients") {
  // u8 with zero point 255: values -255 .. 0.
  const Grid grid{.is_signed = false, .scale = {1}, .zero_point = {255}};
  const Passed got = pass(grid, {-300, -255.25f, -1.6f, 0.25f, 1});
  CHECK(got.forward == Values{-255, -255, -2, 0, 0});
  CHECK(got.gradient == Values{0, 2, 3, 4, 0});
}

TEST_CASE("a grid with an offset passes gradients from its minimum to its maximum") {
  const Grid grid{.bits = 2, .is_signed = false, .scale = {1}, .offset = {10}};  // 10 .. 13
  const Passed got = pass(grid, {9, 10, 11.4f, 13, 14});
  CHECK(got.forward == Values{10, 10, 11, 13, 13});
  CHECK(got.gradient == Values{0, 2, 3, 4, 0});
}

TEST_CASE("each channel has its own range") {
  const Grid grid{.bits = 2, .scale = {1, 10}, .zero_point = {0, 0}, .axis = 1};
  const Passed got = pass(grid, {4, 4, -2, -20}, SignGradient::binary_net, {2, 2});
  CHECK(got.forward == Values{1, 0, -2, -20});
  CHECK(got.gradient == Values{0, 2, 3, 4});
}

TEST_CASE("a dynamic grid clamps nothing") {
  const DynamicGrid largest{DynamicGrid::Range::largest, 2};  // -1, 0, 1 of scale 4
  CHECK(pass(largest, {-4, 1, 3}).forward == Values{-4, 0, 4});
  CHECK(pass(largest, {-4, 1, 3}).gradient == Values{1, 2, 3});
  const DynamicGrid extremes{DynamicGrid::Range::extremes, 1};  // -4 or 3
  CHECK(pass(extremes, {-4, -1, 3}).forward == Values{-4, -4, 3});
  CHECK(pass(extremes, {-4, -1, 3}).gradient == Values{1, 2, 3});
}

TEST_CASE("signs: three derivatives of the literature, times the grid's scale") {
  const Grid grid{.bits = 1, .scale = {0.5f}};
  const Values x{-1.5f, -1, -0.25f, -0.0f, 0.5f, 2};
  const auto gradient = [&](SignGradient sign) { return pass(grid, x, sign).gradient; };
  CHECK(pass(grid, x).forward == Values{-0.5f, -0.5f, -0.5f, 0.5f, 0.5f, 0.5f});
  CHECK(gradient(SignGradient::identity) == Values{0.5f, 1, 1.5f, 2, 2.5f, 3});
  CHECK(gradient(SignGradient::binary_net) == Values{0, 1, 1.5f, 2, 2.5f, 0});
  // 2 - 2|x| = 0, 0, 1.5, 2, 1, 0, times 0.5, times 1 .. 6
  CHECK(gradient(SignGradient::bi_real) == Values{0, 0, 2.25f, 4, 2.5f, 0});
}

TEST_CASE("a NaN shows, but has the sign +1") {
  const Values x{std::nanf("")};
  CHECK(std::isnan(pass(Grid{}, x).forward[0]));
  CHECK(pass(Grid{.bits = 1}, x).forward[0] == 1);
  CHECK_THROWS_WITH(pass(DynamicGrid{}, x), Catch::Contains("x: a value is not finite"));
}

TEST_CASE("a grid that does not fit is refused by name") {
  const Grid grid{.scale = {1, 2}, .zero_point = {0, 0}, .axis = 1};
  CHECK_THROWS_AS(pass(grid, {1, 2, 3}), Error);
  CHECK_THROWS_WITH(pass(grid, {1, 2, 3}), Catch::Contains("x: a grid of 2 scales on axis 1"));
}

// Grids of all forms, and what is hard about them: ties, their neighbours, values far beyond.
Grid drawn_grid(Random& random, int bits, bool is_signed, bool from_offset, Rounding rounding) {
  Grid grid{.bits = bits, .is_signed = is_signed, .scale = {}, .zero_point = {}, .axis = 1};
  grid.rounding = rounding;
  grid.narrow = bits > 1 && random.integer(0, 1) == 1;
  for (int i = 0; i < 3; ++i) {
    grid.scale.push_back(random.uniform(0.001f, 2));
    const bool moved = bits > 1 && bits <= 16 && !from_offset;
    grid.zero_point.push_back(moved ? random.integer(lowest(grid), highest(grid)) : 0);
    if (from_offset) grid.offset.push_back(random.uniform(-2, 2));
  }
  return grid;
}

Tensor hard_values(const Grid& grid, Random& random) {
  Tensor x({40, 3, 7});
  const auto out = x.data<float>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t channel = i / 7 % 3;
    const float tie = static_cast<float>(random.integer(-300, 300)) + 0.5f;
    out[i] = tie * grid.scale[channel] + (grid.offset.empty() ? 0 : grid.offset[channel]);
    if (i % 3 == 1) out[i] = std::nextafter(out[i], random.integer(0, 1) == 0 ? -1e9f : 1e9f);
    if (i % 3 == 2) out[i] = random.uniform(-1, 1) * std::pow(10.0f, random.uniform(-9, 12));
  }
  out[0] = std::numeric_limits<float>::infinity();
  out[1] = -out[0];
  out[2] = -0.0f;
  out[3] = std::nextafter(0.5f, 0.0f) * grid.scale[0];
  return x;
}

TEST_CASE("forward, every grid gives the bits of the plain loops") {
  Random random(7);
  for (const Rounding rounding : {Rounding::half_even, Rounding::half_up, Rounding::half_away}) {
    for (const int bits : {1, 2, 3, 8, 16, 32}) {
      for (const bool is_signed : {false, true}) {
        for (const bool from_offset : {false, true}) {
          if (bits == 32 && (!is_signed || from_offset)) continue;
          const Grid grid = drawn_grid(random, bits, is_signed, from_offset, rounding);
          CAPTURE(bits, is_signed, from_offset, static_cast<int>(rounding));
          validate(grid, "grid");
          const Tensor x = hard_values(grid, random);
          const Tensor wanted = fake_quantize(grid, x, "x");
          const Tensor got =
              from_torch(straight_through(to_torch(x), grid, SignGradient::identity, "x"));
          CHECK(std::memcmp(got.bytes().data(), wanted.bytes().data(), got.bytes().size()) == 0);
        }
      }
    }
  }
}

}  // namespace
}  // namespace bench
