#include "bench/onednn/grid_loops.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "models/random.h"

namespace bench::onednn {
namespace {

// Every tie between two neighbouring integers a grid of 16 bits can hold, and the floats beside it.
std::vector<float> ties() {
  std::vector<float> values;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (int whole = -40000; whole < 40000; ++whole) {
    const float tie = static_cast<float>(whole) + 0.5f;
    const float below = std::nextafter(tie, -infinity), above = std::nextafter(tie, infinity);
    values.insert(values.end(), {below, tie, above, static_cast<float>(whole)});
  }
  return values;
}

std::vector<float> drawn() {
  Random random(3);
  std::vector<float> values{0.0f, -0.0f, 1e38f, -1e38f, 1e-40f};
  for (int i = 0; i < 100'000; ++i) {
    values.push_back(std::ldexp(random.uniform(-1, 1), random.integer(-30, 30)));
  }
  return values;
}

std::size_t count_wrong(const Grid& grid, const std::vector<float>& values) {
  std::vector<float> results(values.size());
  put_on_grid(FloatGrid(grid), 0, values.data(), results.data(), values.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float wanted = dequantize(grid, quantize(grid, values[i]));
    if (std::memcmp(&wanted, &results[i], sizeof wanted) != 0) ++wrong;
  }
  return wrong;
}

}  // namespace

TEST_CASE("loops over grids give the definitions' bits, ties and their neighbours included") {
  for (const Rounding rounding : {Rounding::half_even, Rounding::half_up, Rounding::half_away}) {
    for (const float scale : {1.0f, 0.37f, 1e-9f}) {
      for (const std::vector<float>& offset : {std::vector<float>{}, std::vector<float>{0.21f}}) {
        const Grid grid{.bits = 16,
                        .scale = {scale},
                        .zero_point = {offset.empty() ? 77 : 0},
                        .offset = offset,
                        .rounding = rounding};
        INFO("rounding " << static_cast<int>(rounding) << ", scale " << scale << ", offset "
                         << !offset.empty());
        CHECK(count_wrong(grid, ties()) == 0);
        CHECK(count_wrong(grid, drawn()) == 0);
      }
    }
  }
}

TEST_CASE("loops over binary grids give signs") {
  Grid grid{.bits = 1, .scale = {0.3f}};
  CHECK(count_wrong(grid, drawn()) == 0);
  CHECK(count_wrong(grid, {std::numeric_limits<float>::quiet_NaN(), -0.0f, -1e-45f}) == 0);
  grid = {.bits = 1, .scale = {1, 2, 3}, .zero_point = {0, 0, 0}, .axis = 1};
  const Tensor values = Tensor::of({2, 3}, {-1, 0, 1, 1, -1, -0.0f});
  std::vector<float> results(6);
  put_rows_on_grid(FloatGrid(grid), values.data<float>().data(), results.data(), 2);
  CHECK(results == std::vector<float>{-1, 2, 3, 1, -2, 3});
}

TEST_CASE("results may lie where the values do") {
  const Grid grid{.scale = {0.25f}};
  std::vector<float> values = drawn(), results(values.size());
  put_on_grid(FloatGrid(grid), 0, values.data(), results.data(), values.size());
  put_on_grid(FloatGrid(grid), 0, values.data(), values.data(), values.size());
  CHECK(values == results);
}

TEST_CASE("extremes of numbers, wherever they lie") {
  for (const std::size_t size : {1u, 5u, 64u, 200u}) {
    for (std::size_t at = 0; at < size; ++at) {
      std::vector<float> values(size, 2.0f);
      values[at] = 7;
      values[(at + size / 2) % size] = -3;
      const Extremes found = extremes_of(values.data(), size);
      CHECK(found.finite);
      CHECK(found.least == -3);
      CHECK(found.most == (size > 1 ? 7 : -3));
      values[at] = std::numeric_limits<float>::quiet_NaN();
      CHECK(!extremes_of(values.data(), size).finite);
      values[at] = -std::numeric_limits<float>::infinity();
      CHECK(!extremes_of(values.data(), size).finite);
    }
  }
}

}  // namespace bench::onednn
