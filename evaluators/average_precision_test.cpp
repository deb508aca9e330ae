#include "evaluators/average_precision.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string_view>

using namespace bench;

namespace {

/// "hm.h": hit, miss, ignored, hit, in images 0, 1, 2, 3. Positives: one in each image below
/// `positives`.
Ranking ranking(std::string_view outcomes, std::uint32_t positives) {
  Ranking r;
  for (std::uint32_t image = 0; image < outcomes.size(); ++image) {
    if (outcomes[image] == '.') ++r.ignored;
    if (outcomes[image] == 'm') r.misses.push_back(image);
    if (outcomes[image] != 'h') continue;
    r.hits.push_back(image);
    r.misses_before.push_back(r.misses.size());
  }
  for (std::uint32_t image = 0; image < positives; ++image) r.positives.push_back(image);
  return r;
}

AveragePrecision once(const Ranking& r) {
  return average_precision(r, std::vector<std::uint32_t>(64, 1));
}

}  // namespace

TEST_CASE("AP by hand", "[average_precision]") {
  // Five objects; hit, miss, hit, miss, miss, hit, miss.
  //   recall .2 .4 .6 after the hits, precision 1, 2/3, 3/6.
  //   area: .2 * 1 + .2 * 2/3 + .2 * 1/2 = 13/30.
  //   11 points: t = 0 .1 .2: 1; .3 .4: 2/3; .5: 1/2; .6: 0.6000000000000001 > 3/5, so 0.
  const auto ap = once(ranking("hmhmmhm", 5));
  CHECK(ap.area == Approx(13. / 30).epsilon(1e-14));
  CHECK(ap.eleven_point == Approx((3 + 2 * 2. / 3 + 0.5) / 11).epsilon(1e-14));
  CHECK(ap.positives == 5);
}

TEST_CASE("the envelope takes the larger precision to the right", "[average_precision]") {
  // miss, hit, hit of two objects: precision 1/2 then 2/3: both steps get 2/3.
  const auto ap = once(ranking("mhh", 2));
  CHECK(ap.area == Approx(2. / 3).epsilon(1e-14));
  CHECK(ap.eleven_point == Approx(2. / 3).epsilon(1e-14));
}

TEST_CASE("recall of exactly 7/10 misses the point 0.7", "[average_precision]") {
  // 0.1 * 7 is 0.7000000000000001 in doubles: points 0 .. .6 count (0.1 * 6 = 0.6000000000000001 is
  // below 7/10), seven of them at precision 1.
  CHECK(once(ranking("hhhhhhh", 10)).eleven_point == Approx(7. / 11).epsilon(1e-14));
  CHECK(once(ranking("hhhhhhh", 10)).area == Approx(0.7).epsilon(1e-14));
}

TEST_CASE("nothing divided by nothing is the devkit's NaN", "[average_precision]") {
  CHECK(std::isnan(once(ranking("mm", 0)).area));  // no objects
  CHECK(once(ranking("mm", 0)).eleven_point == 0);
  CHECK(once(ranking("..", 2)).area == 0);  // all detections ignored
  CHECK(std::isnan(once(ranking("..", 2)).eleven_point));
  CHECK(once(ranking("", 2)).area == 0);  // no detections
  CHECK(once(ranking("", 2)).eleven_point == 0);
  CHECK(once(ranking("m.", 2)).eleven_point == 0);
  CHECK(once(ranking(".h", 1)).eleven_point == Approx(1).epsilon(1e-14));
}

TEST_CASE("counting an image twice is having it twice", "[average_precision]") {
  // Images 0 1 2 3 4 drawn 2 0 1 3 1 times, each its own detection and an object:
  // hit hit | - | hit | miss miss miss | hit  of objects 2 + 0 + 1 + 3 + 1 = 7.
  const auto drawn =
      average_precision(ranking("hhhmh", 5), std::vector<std::uint32_t>{2, 0, 1, 3, 1});
  const Ranking copies = ranking("hhhmmmh", 7);
  CHECK(drawn.positives == 7);
  CHECK(drawn.area == Approx(once(copies).area).epsilon(1e-14));
  CHECK(drawn.eleven_point == Approx(once(copies).eleven_point).epsilon(1e-14));
}
