#include "bench/train/placement.h"

#include <catch2/catch.hpp>

namespace bench {
namespace {

// A 20 x 10 image at twice its size, 4 pixels further right, on an input of 40 x 20.
constexpr Placement twice{20, 10, 40, 20, 2, 4, 2, 0};

TEST_CASE("VOC's boxes become corners as points on the input, cut where it ends") {
  // Pixels 3 to 8 are points 2 to 8: times 2 plus 4 is 8 to 20. Rows 1 to 5: points 0 to 5, 0
  // to 10.
  const std::vector<ObjectBox> objects = {{.label = 7, .box = {3, 1, 8, 5}, .difficult = true},
                                          {.label = 1, .box = {17, 1, 20, 10}},   // 36..44: half
                                          {.label = 2, .box = {19, 1, 20, 10}}};  // 40..44: none
  const auto placed = std::get<std::vector<ObjectBox>>(place(objects, twice));
  REQUIRE(placed.size() == 2);
  CHECK(placed[0].box == Box{8, 0, 20, 10});
  CHECK(placed[0].label == 7);
  CHECK(placed[0].difficult);
  CHECK(placed[1].box == Box{36, 0, 40, 20});
}

TEST_CASE("Faces are points already; mirrored, left and right change places") {
  // x' = 20 - x, then 2 x' + 4: 2..6 becomes 14..18, then 32..40.
  const Placement mirrored = then({20, 10, 20, 10, -1, 20, 1, 0}, twice);
  const std::vector<FaceBox> faces = {{.box = {2, 1, 6, 3}, .hard = true}};
  const auto placed = std::get<std::vector<FaceBox>>(place(faces, mirrored));
  REQUIRE(placed.size() == 1);
  CHECK(placed[0].box == Box{32, 2, 40, 6});
  CHECK(placed[0].hard);
}

TEST_CASE("Label maps take the input's size by the nearest pixel, void outside the image") {
  const LabelMap map{1, 2, {5, 9}};
  // Two pixels become four columns from 1 on an input of 6; rows 0 and 1.
  const auto placed = std::get<LabelMap>(place(map, {2, 1, 6, 2, 2, 1, 2, 0}));
  CHECK(placed.height == 2);
  CHECK(placed.width == 6);
  CHECK(placed.labels == std::vector<std::uint8_t>{255, 5, 5, 9, 9, 255, 255, 5, 5, 9, 9, 255});
  // x' = 2 - x, then the same: 9 is left.
  const auto mirrored =
      std::get<LabelMap>(place(map, then({2, 1, 2, 1, -1, 2, 1, 0}, {2, 1, 6, 2, 2, 1, 2, 0})));
  CHECK(mirrored.labels == std::vector<std::uint8_t>{255, 9, 9, 5, 5, 255, 255, 9, 9, 5, 5, 255});
}

}  // namespace
}  // namespace bench
