#include "evaluators/voc_map.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <map>

#include "evaluators/bootstrap.h"
#include "evaluators/voc_match.h"
#include "evaluators/voc_rules.h"
#include "models/error.h"

using namespace bench;
using Catch::Contains;

namespace {

const std::vector<std::string> one_class = {"cat"};

std::map<std::string, Metric> metrics_of(const Evaluator& evaluator, const Bootstrap& bootstrap) {
  std::map<std::string, Metric> metrics;
  for (const Metric& metric : evaluator.result(bootstrap)) metrics[metric.name] = metric;
  return metrics;
}

double area(const std::string& protocol, const std::vector<ObjectBox>& objects,
            const std::vector<Detection>& detections) {
  const auto evaluator = make_voc_map({protocol, one_class});
  evaluator->add("a", objects, Detections{detections});
  return metrics_of(*evaluator, {0, 1}).at("ap_area.cat").value;
}

}  // namespace

TEST_CASE("overlap with and without +1", "[voc_map]") {
  // 1..10 and 6..15 on both axes. Inclusive: 5 x 5 common, 100 + 100 - 25: 1/7. As lengths: corners
  // 6..10 have 4 x 4 = 16 in common, 81 + 81 - 16 = 146.
  const Box a{1, 1, 10, 10}, b{6, 6, 15, 15};
  CHECK(overlap(a, b, {}) == Approx(1. / 7).epsilon(1e-15));
  CHECK(overlap(a, b, {.pixel = 0}) == Approx(16. / 146).epsilon(1e-15));
  CHECK(overlap(a, b, {.epsilon = 5}) == Approx(25. / 180).epsilon(1e-15));
  CHECK(overlap(a, {11, 1, 20, 10}, {}) == 0);  // side by side
  CHECK(overlap(a, {10, 1, 20, 10}, {.pixel = 0}) == 0);
}

TEST_CASE("each protocol on the case it is about", "[voc_map]") {
  const ObjectBox box{0, {1, 1, 10, 10}, false, false};
  const ObjectBox hard{0, {101, 101, 110, 110}, true, false};
  const Detection exact{0, 0.9, {1, 1, 10, 10}, 0};
  // Exactly half: 10 x 5 of 10 x 10.
  const Detection half{0, 0.9, {1, 1, 10, 5}, 0};
  CHECK(area("voc", {box}, {half}) == 1);
  CHECK(area("voc-strict", {box}, {half}) == 0);
  // 9 x 5 / 9 x 9 > .5 by lengths, where the inclusive overlap is 6/10: both pass; 1..10 x 1..5 by
  // lengths is 9 x 4 / 9 x 9 = .44.
  CHECK(area("no-plus1", {box}, {half}) == 0);
  CHECK(area("iou-0.7", {box}, {{0, 0.9, {1, 1, 10, 7}, 0}}) == 1);
  CHECK(area("iou-0.75", {box}, {{0, 0.9, {1, 1, 10, 7}, 0}}) == 0);

  // A detection of the difficult box before the hit: ignored, or a miss (precision 1/2), or a hit
  // of two objects.
  const Detection on_hard{0, 0.95, hard.box, 0};
  CHECK(area("voc", {box, hard}, {on_hard, exact}) == 1);
  CHECK(area("difficult-dropped", {box, hard}, {on_hard, exact}) == 0.5);
  CHECK(area("darknet", {box, hard}, {on_hard, exact}) == 0.5);
  CHECK(area("difficult-counted", {box, hard}, {on_hard}) == 0.5);

  // Two boxes; the second detection overlaps the taken one more (1) than the free one (10 of 12
  // rows: 10/12): a miss at recall 1/2, or by second choice a hit.
  const ObjectBox taller{0, {1, 1, 10, 12}, false, false};
  const Detection again{0, 0.8, {1, 1, 10, 10}, 0};
  CHECK(area("voc", {box, taller}, {exact, again}) == 0.5);
  CHECK(area("second-choice", {box, taller}, {exact, again}) == 1);

  // 0.9001 and 0.9004 are the same once written with three decimals: the miss, first in the list,
  // then comes first. Without rounding the hit does.
  const Detection miss{0, 0.9001, {201, 201, 210, 210}, 0};
  const Detection hit{0, 0.9004, {1, 1, 10, 10}, 0};
  CHECK(area("voc", {box}, {miss, hit}) == 1);
  CHECK(area("detectron-writer", {box}, {miss, hit}) == 0.5);
}

TEST_CASE("ties go by line, then image, then place in the image", "[voc_map]") {
  const std::vector<ObjectBox> object = {{0, {1, 1, 10, 10}, false, false}};
  const Box right{1, 1, 10, 10}, wrong{50, 50, 60, 60};
  const auto score = [&](const char* protocol, int order_a, int order_b) {
    const auto evaluator = make_voc_map({protocol, one_class});
    evaluator->add("b", std::vector<ObjectBox>{}, Detections{{{0, 0.5, wrong, order_b}}});
    evaluator->add("a", object, Detections{{{0, 0.5, right, order_a}}});
    return metrics_of(*evaluator, {0, 1}).at("map_area").value;
  };
  CHECK(score("voc", 0, 0) == 1);  // image a first
  CHECK(score("voc", 2, 1) == 0.5);
  CHECK(score("ties-reversed", 0, 0) == 0.5);
  CHECK(score("ties-reversed", 2, 1) == 1);
  CHECK(area("voc", object, {{0, 0.5, wrong, 0}, {0, 0.5, right, 0}}) == 0.5);
  CHECK(area("ties-reversed", object, {{0, 0.5, wrong, 0}, {0, 0.5, right, 0}}) == 1);
}

TEST_CASE("the means leave out classes without objects", "[voc_map]") {
  // cat: hit, 1. dog: an object never found, 0. cow: no object but a detection. hen: only a
  // difficult object. ox: an object, but the one detection is of the difficult ox.
  const auto evaluator = make_voc_map({"voc", {"cat", "dog", "cow", "hen", "ox"}});
  const Box here{1, 1, 10, 10}, there{50, 50, 60, 60};
  evaluator->add("a",
                 std::vector<ObjectBox>{{0, here, false, false},
                                        {1, here, false, false},
                                        {3, here, true, false},
                                        {4, here, true, false},
                                        {4, there, false, false}},
                 Detections{{{0, .9, here, 0}, {2, .9, here, 0}, {4, .9, here, 0}}});
  const auto metrics = metrics_of(*evaluator, {0, 1});
  CHECK(metrics.at("map_area").value == Approx(1. / 3));
  CHECK(metrics.at("map_11point").value == Approx(1. / 3));
  CHECK(metrics.at("classes_averaged").value == 3);
  CHECK(std::isnan(metrics.at("ap_area.cow").value));
  CHECK(metrics.at("ap_11point.cow").value == 0);
  CHECK(std::isnan(metrics.at("ap_11point.ox").value));
  CHECK(metrics.at("objects.hen").value == 0);
  CHECK(metrics.at("detections.cow").value == 1);
  const auto warnings = evaluator->warnings();
  REQUIRE(warnings.size() == 2);
  CHECK_THAT(warnings[0], Contains("no object counts: cow hen"));
  CHECK_THAT(warnings[1], Contains("no detections: dog"));
}

TEST_CASE("detections that cannot be scored are named", "[voc_map]") {
  const auto evaluator = make_voc_map({"voc", one_class});
  const std::vector<ObjectBox> none;
  const Box box{1, 1, 2, 2};
  CHECK_THROWS_WITH(evaluator->add("x", none, Detections{{{1, .5, box, 0}}}),
                    Contains("image x: detection 0 is of class 1, beyond 0..0"));
  CHECK_THROWS_WITH(evaluator->add("x", none, Detections{{{0, std::nan(""), box, 0}}}),
                    Contains("no finite number"));
  CHECK_THROWS_WITH(evaluator->add("x", none, Detections{{{0, .5, {1, 1, INFINITY, 2}, 0}}}),
                    Contains("no finite number"));
  CHECK_THROWS_WITH(
      evaluator->add("x", std::vector<ObjectBox>{{7, box, false, false}}, Detections{}),
      Contains("an object of class 7"));
  CHECK_THROWS_WITH(evaluator->add("x", none, LabelMap{}), Contains("detections as the answer"));
  evaluator->add("x", none, Detections{});
  CHECK_THROWS_WITH(evaluator->add("x", none, Detections{}), Contains("scored twice"));
}

namespace {

struct Drawn {
  std::vector<ObjectBox> objects;
  std::vector<Detection> detections;
};

/// Objects on a coarse grid, detections that often fall on them, scores with many ties.
Drawn draw(std::uint64_t image, std::uint64_t detections, std::uint64_t classes) {
  Drawn drawn;
  for (std::uint64_t i = 0; i < detections; ++i) {
    const auto bits = [&](std::uint64_t stream, std::uint64_t below) {
      return static_cast<int>(random_bits(image + 1, stream, i) % below);
    };
    const double x = 20 * bits(0, 8), y = 20 * bits(1, 8);
    const int label = bits(2, classes);
    if (i < 4) drawn.objects.push_back({label, {x, y, x + 19, y + 19}, bits(3, 5) == 0, false});
    drawn.detections.push_back(
        {label, bits(4, 500) / 500., {x, y, x + 15 + bits(5, 8), y + 19}, 0});
  }
  return drawn;
}

}  // namespace

TEST_CASE("mAP: order and shards do not matter, intervals included", "[voc_map]") {
  std::vector<std::string> names(20, "c");
  for (std::size_t i = 0; i < names.size(); ++i) names[i] += std::to_string(i);
  const auto forward = make_voc_map({"voc", names}), backward = make_voc_map({"voc", names}),
             shard = make_voc_map({"voc", names});
  const auto add = [&](Evaluator& evaluator, std::uint64_t image) {
    const Drawn drawn = draw(image, 30, 20);
    evaluator.add(std::to_string(image), drawn.objects, Detections{drawn.detections});
  };
  for (std::uint64_t i = 0; i < 60; ++i) {
    add(*forward, i);
    add(i % 3 ? *backward : *shard, 59 - i);
  }
  backward->merge(*shard);
  const auto a = metrics_of(*forward, {100, 5}), b = metrics_of(*backward, {100, 5});
  CHECK(a.at("map_area").value > 0.01);
  CHECK(a.at("map_area").interval95->low < a.at("map_area").value);
  for (const auto& [name, metric] : a) {
    CAPTURE(name);
    const Metric& other = b.at(name);
    CHECK((metric.value == other.value || (std::isnan(metric.value) && std::isnan(other.value))));
    REQUIRE(metric.interval95.has_value() == other.interval95.has_value());
    if (!metric.interval95) continue;
    CHECK(metric.interval95->low == other.interval95->low);
    CHECK(metric.interval95->high == other.interval95->high);
  }
  CHECK_THROWS_WITH(make_voc_map({"darknet", names})->merge(*shard),
                    Contains("different protocols"));
}

TEST_CASE("a thousand replicates of two million detections", "[.][benchmark]") {
  std::vector<std::string> names(20, "c");
  for (std::size_t i = 0; i < names.size(); ++i) names[i] += std::to_string(i);
  const auto evaluator = make_voc_map({"voc", names});
  using Clock = std::chrono::steady_clock;
  double seconds = 0;
  for (std::uint64_t image = 0; image < 5000; ++image) {
    const Drawn drawn = draw(image, 400, 20);
    const auto begin = Clock::now();
    evaluator->add(std::to_string(image), drawn.objects, Detections{drawn.detections});
    seconds += std::chrono::duration<double>(Clock::now() - begin).count();
  }
  WARN("matching: " << seconds << " s");
  for (int replicates : {0, 1000}) {
    const auto begin = Clock::now();
    evaluator->result({replicates, 1});
    WARN(replicates << " replicates: "
                    << std::chrono::duration<double>(Clock::now() - begin).count() << " s");
  }
}
