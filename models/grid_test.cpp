#include "models/grid.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "models/error.h"

namespace bench {
namespace {

Grid affine(int bits, bool is_signed, float scale, std::int32_t zero_point) {
  Grid grid;
  grid.bits = bits;
  grid.is_signed = is_signed;
  grid.scale = {scale};
  grid.zero_point = {zero_point};
  return grid;
}

TEST_CASE("the ends of a grid") {
  Grid grid;
  CHECK(lowest(grid) == -128);
  CHECK(highest(grid) == 127);
  grid.narrow = true;
  CHECK(lowest(grid) == -127);
  grid.is_signed = false;  // TensorFlow's weights: 1 .. 255
  CHECK(lowest(grid) == 1);
  CHECK(highest(grid) == 255);
}

TEST_CASE("a binary grid: signs") {
  const Grid grid = affine(1, true, 0.25f, 0);
  validate(grid, "x");
  CHECK(lowest(grid) == -1);
  CHECK(highest(grid) == 1);
  const float least = std::numeric_limits<float>::denorm_min();
  for (const float x : {0.0f, -0.0f, least, 1e30f, std::numeric_limits<float>::quiet_NaN()}) {
    CHECK(quantize(grid, x) == 1);
  }
  for (const float x : {-least, -0.1f, -1e30f}) CHECK(quantize(grid, x) == -1);
  CHECK(dequantize(grid, -1) == -0.25f);
  CHECK(dequantize(grid, 1) == 0.25f);
  CHECK_THROWS_WITH(validate(affine(1, true, 1, 1), "x"), Catch::Contains("binary"));
}

TEST_CASE("a value and its number") {
  const Grid grid = affine(8, false, 0.5f, 10);
  CHECK(quantize(grid, 1.1f) == 12);  // 1.1 / 0.5 = 2.2 -> 2, + 10
  CHECK(dequantize(grid, 12) == 1.0f);
  CHECK(quantize(grid, -100) == 0);
  CHECK(quantize(grid, 1e30f) == 255);
  CHECK(quantize(grid, std::numeric_limits<float>::infinity()) == 255);
  CHECK(quantize(grid, std::numeric_limits<float>::quiet_NaN()) == 10);
}

TEST_CASE("a grid of 32 bits, for biases") {
  const Grid grid = affine(32, true, 0.25f, 0);
  validate(grid, "bias");
  CHECK(lowest(grid) == std::numeric_limits<std::int32_t>::min());
  CHECK(highest(grid) == std::numeric_limits<std::int32_t>::max());
  CHECK(quantize(grid, 1e30f) == highest(grid));
  CHECK(quantize(grid, -1e30f) == lowest(grid));
  CHECK(quantize(grid, 1000000.5f) == 4000002);
  CHECK_THROWS_WITH(validate(affine(32, false, 1, 0), "bias"), Catch::Contains("32 signed"));
  CHECK_THROWS_WITH(validate(affine(17, true, 1, 0), "bias"), Catch::Contains("17 bits"));
}

TEST_CASE("tensors of numbers, and back") {
  Grid grid = affine(8, false, 0.5f, 10);
  grid.axis = 0;
  grid.scale = {0.5f, 2};
  grid.zero_point = {10, 0};
  const Tensor values = Tensor::of({2, 2}, {1.1f, -100, 4, 600});
  const Tensor numbers = quantize(grid, values, DType::u8, "w");
  const auto q = numbers.data<std::uint8_t>();
  CHECK(std::vector<int>(q.begin(), q.end()) == std::vector<int>{12, 0, 2, 255});
  const Tensor back = dequantize(grid, numbers, "w"), same = fake_quantize(grid, values, "w");
  CHECK(std::ranges::equal(back.data<float>(), same.data<float>()));
}

TEST_CASE("halves go where the rounding says") {
  Grid grid = affine(8, true, 1, 0);
  const auto numbers = [&](Rounding rounding) {
    grid.rounding = rounding;
    return std::vector<std::int32_t>{quantize(grid, -1.5f), quantize(grid, -0.5f),
                                     quantize(grid, 0.5f), quantize(grid, 1.5f)};
  };
  CHECK(numbers(Rounding::half_even) == std::vector<std::int32_t>{-2, 0, 0, 2});
  CHECK(numbers(Rounding::half_up) == std::vector<std::int32_t>{-1, 0, 1, 2});
  CHECK(numbers(Rounding::half_away) == std::vector<std::int32_t>{-2, -1, 1, 2});
}

TEST_CASE("a grid that starts at the minimum") {
  // Minimum 0, maximum 2.55 at 8 bits: s = 0.01, and 1.001 becomes 1, 1.999 becomes 2.
  Grid grid = affine(8, false, 0.01f, 0);
  grid.offset = {0};
  const Tensor values = Tensor::of({2, 2}, {0, 1.001f, 1.999f, 2.55f});
  const Tensor grids = fake_quantize(grid, values, "x");
  CHECK(grids.data<float>()[1] == Approx(1).margin(1e-6));
  CHECK(grids.data<float>()[2] == Approx(2).margin(1e-6));
  CHECK(grids.data<float>()[3] == Approx(2.55).margin(1e-6));
  grid.offset = {-1};  // 0 is not on this grid: (0 + 1) / 0.03 = 33.3 -> 33 -> -0.01
  grid.scale = {0.03f};
  CHECK(dequantize(grid, quantize(grid, 0)) == Approx(-0.01).margin(1e-6));
}

TEST_CASE("one scale per index of an axis") {
  Grid grid = affine(8, true, 1, 0);
  grid.scale = {1, 0.1f};
  grid.zero_point = {0, 0};
  grid.axis = 1;
  const Tensor values = Tensor::of({1, 2, 1, 2}, {0.4f, 1.6f, 0.42f, 1.68f});
  const Tensor grids = fake_quantize(grid, values, "x");
  CHECK(grids.data<float>()[0] == 0);
  CHECK(grids.data<float>()[1] == 2);
  CHECK(grids.data<float>()[2] == Approx(0.4f));
  CHECK(grids.data<float>()[3] == Approx(1.7f));
  CHECK_THROWS_WITH(fake_quantize(grid, Tensor({1, 3, 1, 2}), "node 'conv' weight"),
                    Catch::Contains("node 'conv' weight") && Catch::Contains("2 scales"));
}

TEST_CASE("a grid that is none is refused, naming the tensor") {
  const auto fault = [](Grid grid) {
    try {
      validate(grid, "node 'conv' weight");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(fault(affine(8, true, 0.5f, 0)).empty());
  CHECK_THAT(fault(affine(17, true, 1, 0)),
             Catch::Contains("node 'conv' weight: a grid of 17 bits"));
  CHECK_THAT(fault(affine(8, true, 0, 0)), Catch::Contains("not a positive number"));
  CHECK_THAT(fault(affine(8, true, std::numeric_limits<float>::infinity(), 0)),
             Catch::Contains("not a positive number"));
  CHECK_THAT(fault(affine(8, false, 1, -1)), Catch::Contains("zero point -1 is not on the grid"));
  Grid grid;
  grid.scale = {1, 2};
  CHECK_THAT(fault(grid), Catch::Contains("several scales, but no axis"));
}

}  // namespace
}  // namespace bench
