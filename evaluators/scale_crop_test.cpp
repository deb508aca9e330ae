#include "evaluators/scale_crop.h"

#include <catch2/catch.hpp>

using namespace bench;

namespace {

LabelMap pattern(int height, int width) {
  LabelMap map{height, width, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      map.labels.push_back(static_cast<std::uint8_t>((y * 31 + x * 17) % 251));
    }
  }
  return map;
}

std::uint64_t weighted_sum(const LabelMap& map) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < map.labels.size(); ++i) sum += map.labels[i] * (i % 65521 + 1);
  return sum;
}

}  // namespace

TEST_CASE("nearest scaling takes the source under each centre", "[scale_crop]") {
  // 5 rows x 7 columns to a height of 4: width int(7 * 4 / 5) = 5. Rows at (y + .5) 5 / 4 = .6,
  // 1.9, 3.1, 4.4: 0 1 3 4. Columns at (x + .5) 7 / 5 = .7, 2.1, 3.5, 4.9, 6.3: 0 2 3 4 6.
  // Crop offset round((5 - 4) / 2) = round(.5) = 0 (half to even): columns 0 2 3 4.
  const LabelMap crop = scale_and_crop(pattern(5, 7), 4);
  CHECK(crop.labels == std::vector<std::uint8_t>{0, 34, 51, 68, 31, 65, 82, 99, 93, 127, 144, 161,
                                                 124, 158, 175, 192});
}

TEST_CASE("scale_and_crop agrees with PIL 9.4", "[scale_crop]") {
  struct Row {
    int height, width, size;
    std::uint64_t sum;
  };
  // Weighted sums of what Image.resize(NEAREST) and crop give for the same pattern.
  const Row rows[] = {{7, 5, 4, 17810},
                      {3, 3, 4, 8220},
                      {375, 500, 4, 17936},
                      {500, 333, 4, 18300},
                      {281, 500, 4, 14119},
                      {5, 7, 513, 1020707365187},
                      {7, 5, 513, 1140913666178},
                      {3, 3, 513, 440521483678},
                      {375, 500, 513, 1073477508719},
                      {500, 333, 513, 1077233672654},
                      {281, 500, 513, 1073276444633}};
  for (const Row& row : rows) {
    CAPTURE(row.height, row.width, row.size);
    const LabelMap crop = scale_and_crop(pattern(row.height, row.width), row.size);
    CHECK(crop.height == row.size);
    CHECK(crop.width == row.size);
    CHECK(weighted_sum(crop) == row.sum);
  }
}
