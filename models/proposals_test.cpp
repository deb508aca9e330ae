#include "models/proposals.h"

#include <catch2/catch.hpp>

namespace bench {
namespace {

// The table in the comments of py-faster-rcnn's generate_anchors.py, which counts from 1: here each
// number is one less.
TEST_CASE("anchors are py-faster-rcnn's") {
  const std::vector<Box> anchors = base_anchors(Proposals{});
  const Box wanted[] = {{-84, -40, 99, 55}, {-176, -88, 191, 103},  {-360, -184, 375, 199},
                        {-56, -56, 71, 71}, {-120, -120, 135, 135}, {-248, -248, 263, 263},
                        {-36, -80, 51, 95}, {-80, -168, 95, 183},   {-168, -344, 183, 359}};
  REQUIRE(anchors.size() == 9);
  for (std::size_t i = 0; i < 9; ++i) CHECK(anchors[i] == wanted[i]);
}

TEST_CASE("anchors of all cells, row by row") {
  const Proposals op{.base_size = 2, .scales = {1}, .ratios = {1}, .stride = 10};
  const std::vector<Box> anchors = all_anchors(op, 2, 3);
  REQUIRE(anchors.size() == 6);
  CHECK(anchors[2] == Box{20, 0, 21, 1});
  CHECK(anchors[3] == Box{0, 10, 1, 11});
}

// An anchor of 4 x 8 pixels around (3.5, 5.5); a box of 8 x 8 around (5.5, 5.5).
TEST_CASE("deltas lead from an anchor to a box and back") {
  const Box anchor{2, 2, 5, 9}, box{2, 2, 9, 9};
  const BoxDeltas by = deltas_between(anchor, box);
  CHECK(by[0] == 0.5);
  CHECK(by[1] == 0);
  CHECK(by[2] == Approx(0.69314718));
  CHECK(by[3] == 0);
  const Box again = moved(anchor, by);
  CHECK(again.x1 == Approx(2));
  CHECK(again.x2 == Approx(9));
  CHECK(again.y2 == 9);
}

// 2 x 2 pixels, of which one is common to both: 1 / 7.
TEST_CASE("overlap counts pixels") {
  CHECK(pixel_overlap({0, 0, 1, 1}, {1, 1, 2, 2}) == Approx(1.0 / 7));
  CHECK(pixel_overlap({0, 0, 1, 1}, {2, 0, 3, 1}) == 0);
  CHECK(clipped({-3, 2, 50, 9}, 8, 20) == Box{0, 2, 19, 7});
}

}  // namespace
}  // namespace bench
