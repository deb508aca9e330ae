#include "models/anchors.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/error.h"
#include "models/random.h"

namespace bench {
namespace {

void check_anchor(const Anchor& a, double x, double y, double width, double height) {
  CHECK(a.x == Approx(x));
  CHECK(a.y == Approx(y));
  CHECK(a.width == Approx(width));
  CHECK(a.height == Approx(height));
}

TEST_CASE("SSD-Lite's anchors at 300 x 300") {
  const auto anchors = anchors_of(ssd_lite_anchors({300, 300}));
  REQUIRE(anchors.size() == 3000);  // 6 (19^2 + 10^2 + 5^2 + 3^2 + 2^2 + 1)
  // The first cell's centre lies at 8 of 300 pixels; squares of 60 and sqrt(60 105) = 79.372539,
  // then 60 sqrt 2 = 84.852814 by 42.426407, and so on with sqrt 3: 103.923048 by 34.641016.
  const double c = 8.0 / 300;
  check_anchor(anchors[0], c, c, 0.2, 0.2);
  check_anchor(anchors[1], c, c, 0.26457513, 0.26457513);
  check_anchor(anchors[2], c, c, 0.28284271, 0.14142136);
  check_anchor(anchors[3], c, c, 0.14142136, 0.28284271);
  check_anchor(anchors[4], c, c, 0.34641016, 0.11547005);
  check_anchor(anchors[5], c, c, 0.11547005, 0.34641016);
  // The second cell of the second row: 24 pixels each.
  check_anchor(anchors[6 * 20], 0.08, 0.08, 0.2, 0.2);
  // The first map's last cell: (18 + 0.5) 16 = 296.
  check_anchor(anchors[6 * 360], 296.0 / 300, 296.0 / 300, 0.2, 0.2);
  // The second map's first: 16 pixels, a square of 105.
  check_anchor(anchors[6 * 361], 16.0 / 300, 16.0 / 300, 0.35, 0.35);
  // The fourth map (3 x 3): thirds, a square of 195.
  check_anchor(anchors[6 * (361 + 100 + 25) + 6], 0.5, 1.0 / 6, 0.65, 0.65);
  // The last cell: 285; sqrt(285 330) is beyond the image; 285 sqrt 2 too, by 201.525433.
  check_anchor(anchors[2994], 0.5, 0.5, 0.95, 0.95);
  check_anchor(anchors[2995], 0.5, 0.5, 1, 1);
  check_anchor(anchors[2996], 0.5, 0.5, 1, 0.67175144);
}

TEST_CASE("SSD-Lite's anchors at another size are the same fractions of it") {
  const auto anchors = anchors_of(ssd_lite_anchors({120, 160}));
  REQUIRE(anchors.size() == 6 * (8 * 10 + 4 * 5 + 2 * 3 + 1 * 2 + 1 + 1));
  check_anchor(anchors[0], 8.0 / 160, 8.0 / 120, 0.2, 0.2);
  // The third map has 2 x 3 cells 64 pixels apart: the last one's centre lies outside, at its edge.
  check_anchor(anchors[6 * (80 + 20 + 2)], 1, 32.0 / 120, 0.5, 0.5);
  // The fourth has 1 x 2.
  check_anchor(anchors[6 * (80 + 20 + 6 + 1)], 0.75, 0.5, 0.65, 0.65);
}

TEST_CASE("DSFD's anchors, by the corners its authors compute") {
  const auto anchors = anchors_of(dsfd_anchors({640, 640}));
  REQUIRE(anchors.size() == 34125);
  // Cell (0, 0), stride 4: centre 1.5; corners 1.5 -/+ 7.5 and 1.5 -/+ 11.5, then 1 more.
  const Box first = box_of(anchors[0]);
  CHECK(first.x1 * 640 == Approx(-6));
  CHECK(first.y1 * 640 == Approx(-10));
  CHECK(first.x2 * 640 == Approx(10));
  CHECK(first.y2 * 640 == Approx(14));
  // Stride 8, row 1, column 2: centre 2 * 8 + 3.5, 8 + 3.5; 32 by 48.
  const Box other = box_of(anchors[25600 + 80 + 2]);
  CHECK(other.x1 * 640 == Approx(19.5 - 15.5));
  CHECK(other.y1 * 640 == Approx(11.5 - 23.5));
  CHECK(other.x2 * 640 == Approx(19.5 + 15.5 + 1));
  CHECK(other.y2 * 640 == Approx(11.5 + 23.5 + 1));
  check_anchor(anchors.back(), 576.0 / 640, 576.0 / 640, 512.0 / 640, 768.0 / 640);
  CHECK(anchors_of(dsfd_anchors({192, 256})).size() == 4096);
}

TEST_CASE("codes of boxes, by hand") {
  const Anchor anchor{0.5, 0.4, 0.2, 0.1};
  // Half an anchor to the right: 0.5 / 0.1 = 5; twice as wide: log 2 / 0.2.
  const std::vector<float> moved{5, 0, static_cast<float>(std::log(2.0) / 0.2), 0};
  const Box box = decode_box(BoxCode::centre, anchor, moved);
  CHECK(box.x1 == Approx(0.4));
  CHECK(box.x2 == Approx(0.8));
  CHECK(box.y1 == Approx(0.35));
  CHECK(box.y2 == Approx(0.45));
  // Left by half a width, right edge by a fifth; top down by a tenth of the height.
  const Box corners = decode_box(BoxCode::corners, anchor, std::vector<float>{-2.5, 0.5, 1, 0});
  CHECK(corners.x1 == Approx(0.3));
  CHECK(corners.y1 == Approx(0.36));
  CHECK(corners.x2 == Approx(0.64));
  CHECK(corners.y2 == Approx(0.45));
}

TEST_CASE("encoding and decoding give the box back") {
  Random random(4);
  for (const BoxCode code : {BoxCode::centre, BoxCode::corners}) {
    for (int i = 0; i < 100; ++i) {
      const Anchor anchor{random.uniform(0, 1), random.uniform(0, 1), random.uniform(0.1f, 1),
                          random.uniform(0.1f, 1)};
      const double x = random.uniform(0, 0.9f), y = random.uniform(0, 0.9f);
      const Box box{x, y, x + random.uniform(0.01f, 0.5f), y + random.uniform(0.01f, 0.5f)};
      const auto numbers = encode_box(code, anchor, box);
      const std::vector<float> floats(numbers.begin(), numbers.end());
      const Box again = decode_box(code, anchor, floats);
      CHECK(std::abs(again.x1 - box.x1) + std::abs(again.y1 - box.y1) < 1e-6);
      CHECK(std::abs(again.x2 - box.x2) + std::abs(again.y2 - box.y2) < 1e-6);
    }
  }
}

TEST_CASE("a box that is not finite is refused") {
  const float infinity = std::numeric_limits<float>::infinity();
  const Anchor anchor{0.5, 0.5, 0.1, 0.1};
  CHECK_THROWS_AS(decode_box(BoxCode::centre, anchor, std::vector<float>{0, 0, 1e9f, 0}), Error);
  CHECK_THROWS_AS(decode_box(BoxCode::corners, anchor, std::vector<float>{infinity, 0, 0, 0}),
                  Error);
}

}  // namespace
}  // namespace bench
