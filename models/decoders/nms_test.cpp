#include "models/decoders/nms.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "models/error.h"

namespace bench {
namespace {

Detection face(double score, Box box) { return {.score = score, .box = box}; }

// Worked by hand: a is 10 x 10. b, moved by 5, shares 50 of 150: IoU 1/3. c lies apart.
const Detection a = face(0.9, {0, 0, 10, 10});
const Detection b = face(0.8, {5, 0, 15, 10});
const Detection c = face(0.7, {100, 100, 110, 110});

TEST_CASE("intersection over union has no +1") {
  CHECK(intersection_over_union(a.box, b.box, 0) == Approx(50.0 / 150).epsilon(1e-15));
  CHECK(intersection_over_union(a.box, b.box, 50) == Approx(50.0 / 200).epsilon(1e-15));
  CHECK(intersection_over_union(a.box, a.box, 0) == 1);
  CHECK(intersection_over_union(a.box, {10, 0, 20, 10}, 0) == 0);  // touching is not overlapping
  CHECK(intersection_over_union({1, 1, 1, 1}, {1, 1, 1, 1}, 0) == 0);
}

TEST_CASE("the better of two overlapping boxes survives") {
  const std::vector<Detection> all = {c, b, a};
  CHECK(suppress(all, {.overlap = 0.3}) == std::vector{a, c});
  CHECK(suppress(all, {.overlap = 0.34}) == std::vector{a, b, c});
  CHECK(suppress(all, {.overlap = 0.34, .keep = 2}) == std::vector{a, b});
  CHECK(suppress(all, {.overlap = 0.3, .candidates = 2}) == std::vector{a});
  CHECK(suppress({}, {}).empty());
}

TEST_CASE("overlap must be above the threshold, not at it") {
  const std::vector<Detection> all = {a, face(0.5, {0, 0, 10, 5})};  // IoU exactly 1/2
  CHECK(suppress(all, {.overlap = 0.5}).size() == 2);
  CHECK(suppress(all, {.overlap = 0.4999}).size() == 1);
}

TEST_CASE("of equal scores the first given wins") {
  const Detection twin = face(0.9, {1, 0, 11, 10});
  CHECK(suppress(std::vector{a, twin}, {.overlap = 0.3}) == std::vector{a});
  CHECK(suppress(std::vector{twin, a}, {.overlap = 0.3}) == std::vector{twin});
}

TEST_CASE("a score that is no number is refused") {
  CHECK_THROWS_AS(suppress(std::vector{a, face(std::nan(""), {})}, {}), Error);
}

/// The definition: strike out everything that overlaps the best box left, and repeat.
std::vector<Detection> plainly(std::vector<Detection> left, double threshold) {
  std::vector<Detection> kept;
  while (!left.empty()) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < left.size(); ++i) {
      if (left[i].score > left[best].score) best = i;
    }
    const Detection winner = left[best];
    kept.push_back(winner);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
    std::erase_if(left, [&](const Detection& d) {
      return intersection_over_union(winner.box, d.box, 0) > threshold;
    });
  }
  return kept;
}

TEST_CASE("suppression equals its definition on random boxes") {
  std::mt19937 random(7);
  const auto draw = [&](int n) { return static_cast<double>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 50; ++round) {
    std::vector<Detection> boxes;
    for (int i = 0; i < 120; ++i) {
      const double x = draw(60), y = draw(60);
      boxes.push_back(face(draw(40) / 40, {x, y, x + draw(30), y + draw(30)}));  // many ties
    }
    CHECK(suppress(boxes, {.overlap = 0.45}) == plainly(boxes, 0.45));
  }
}

}  // namespace
}  // namespace bench
