#include "evaluators/widerface_ap.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "evaluators/bootstrap.h"
#include "models/error.h"

using namespace bench;

namespace {

constexpr Bootstrap none{.replicates = 0, .seed = 1};

FaceBox face(double x, double y, double w, double h, bool easy = true, bool hard = true) {
  return {{x, y, x + w, y + h}, easy, easy, hard};
}
Detection found(double x, double y, double w, double h, double score) {
  return {.label = 0, .score = score, .box = {x, y, x + w, y + h}, .order = 0};
}
std::unique_ptr<Evaluator> evaluator(const std::string& protocol = "matlab") {
  return make_widerface_ap({.protocol = protocol, .class_names = {"face"}});
}

/// {easy, medium, hard} of one image.
std::array<double, 3> aps(const std::vector<FaceBox>& faces, const std::vector<Detection>& items,
                          const std::string& protocol = "matlab") {
  const auto judge = evaluator(protocol);
  judge->add("a", faces, Detections{items});
  const auto metrics = judge->result(none);
  return {metrics[0].value, metrics[1].value, metrics[2].value};
}

struct Case {
  std::string id;
  std::vector<FaceBox> faces;
  Detections detections;
};

/// Fifty images of faces in a row, some found, some found twice, some missed, scores tied often.
std::vector<Case> many_cases() {
  std::vector<Case> cases;
  for (std::uint64_t i = 0; i < 50; ++i) {
    std::uint64_t draw = 0;
    const auto below = [&](std::uint64_t n) { return random_bits(9, i, draw++) % n; };
    Case one{"image" + std::to_string(i), {}, {}};
    for (std::uint64_t f = 0, n = 1 + below(8); f < n; ++f) {
      const double x = static_cast<double>(f * 30);
      one.faces.push_back(face(x, 0, 20, 20, below(2) == 0, below(4) > 0));
      for (std::uint64_t d = below(3); d-- > 0;) {
        one.detections.items.push_back(found(x + static_cast<double>(below(12)), 0, 20, 20,
                                             static_cast<double>(below(100)) / 100));
      }
    }
    cases.push_back(one);
  }
  return cases;
}

void check_same(const std::vector<Metric>& a, const std::vector<Metric>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].name == b[i].name);
    CHECK(a[i].value == b[i].value);  // to the bit
    REQUIRE(a[i].interval95.has_value() == b[i].interval95.has_value());
    if (!a[i].interval95) continue;
    CHECK(a[i].interval95->low == b[i].interval95->low);
    CHECK(a[i].interval95->high == b[i].interval95->high);
  }
}

}  // namespace

TEST_CASE("widerface-ap: a worked example") {
  // Scores 1, 1/2, 0 are their own normalisation. Hit on A, a false positive, hit on B.
  const std::vector<FaceBox> faces = {face(0, 0, 10, 10), face(50, 0, 10, 10, false)};
  const std::vector<Detection> items = {found(0, 0, 10, 10, 1), found(200, 0, 10, 10, 0.5),
                                        found(50, 0, 10, 10, 0)};
  const auto [easy, medium, hard] = aps(faces, items);
  // Easy: face A alone counts; recall 1 is reached at precision 1. The find of B is neutral.
  CHECK(easy == 1);
  CHECK(medium == 1);
  // Hard: recall 1/2 at precision 1, recall 1 at precision 2/3: 1/2 + 1/2 * 2/3.
  CHECK(hard == Approx(5.0 / 6).epsilon(1e-15));
}

TEST_CASE("widerface-ap: a false positive counts in every setting, an ignored face does not") {
  // One easy face found with score 0; before it something with score 1.
  const auto with_first = [](double x) {
    return aps({face(0, 0, 10, 10), face(50, 0, 10, 10, false)},
               {found(x, 0, 10, 10, 1), found(0, 0, 10, 10, 0)});
  };
  CHECK(with_first(50)[0] == 1);     // a find of the face that is not easy
  CHECK(with_first(300)[0] == 0.5);  // nothing there: precision 1/2 when the face is found
}

TEST_CASE("widerface-ap: the second find of a face is a false positive, no second choice") {
  // Both detections overlap A most (exactly; then 10 * 11 / (121 + 121 - 110) = .83 of it); B
  // overlaps the second one too (9 * 11 / (121 + 121 - 99) = .69 with its left edge at x = 3).
  const std::vector<FaceBox> faces = {face(0, 0, 10, 10), face(3, 0, 10, 10)};
  const auto result = aps(faces, {found(0, 0, 10, 10, 1), found(1, 0, 10, 10, 0)});
  CHECK(result[0] == 0.5);  // half the faces, at precision 1
}

TEST_CASE("widerface-ap: overlap counts pixels, and 0.5 is enough") {
  // With +1 the face covers 10 x 10, the detection 10 x 5: 50 / 100. Without: 9 * 4 / 81 = .444.
  const std::vector<FaceBox> faces = {face(0, 0, 9, 9)};
  const std::vector<Detection> items = {found(0, 0, 9, 4, 1), found(100, 0, 9, 9, 0)};
  CHECK(aps(faces, items)[0] == 1);
  CHECK(aps(faces, items, "iou-without-plus1")[0] == 0);
}

TEST_CASE("widerface-ap: what the port does otherwise") {
  const std::vector<FaceBox> faces = {face(0, 0, 10, 10)};
  // Not sorted: when the find (score 1, listed last) is reached, the false positive before it is
  // taken along: precision 1/2.
  const std::vector<Detection> unsorted = {found(90, 0, 10, 10, 0.25), found(0, 0, 10, 10, 1)};
  CHECK(aps(faces, unsorted)[0] == 1);
  CHECK(aps(faces, unsorted, "python")[0] == 0.5);
  // Scores above 1: normalised from 1..2 in place of 1.9995..2, they lie 0.0005 apart and share a
  // threshold.
  const std::vector<Detection> high = {found(0, 0, 10, 10, 2), found(90, 0, 10, 10, 1.9995)};
  CHECK(aps(faces, high)[0] == 1);
  CHECK(aps(faces, high, "python")[0] == 0.5);
  // 100 thresholds: 1 and 0.995 share the first (0.99), as they do not with 1,000.
  const std::vector<Detection> close = {found(0, 0, 10, 10, 1), found(90, 0, 10, 10, 0.995),
                                        found(90, 0, 10, 10, 0)};
  CHECK(aps(faces, close)[0] == 1);
  CHECK(aps(faces, close, "thresholds-100")[0] == 0.5);
}

TEST_CASE("widerface-ap: nothing, and nothing to find") {
  const std::vector<FaceBox> faces = {face(0, 0, 10, 10, false)};
  CHECK(aps(faces, {})[2] == 0);
  CHECK(std::isnan(aps(faces, {})[0]));  // no easy face anywhere
  // Equal scores normalise to 0 / 0, which reaches no threshold.
  CHECK(aps(faces, {found(0, 0, 10, 10, 0.7), found(0, 0, 10, 10, 0.7)})[2] == 0);
}

TEST_CASE("widerface-ap: faces of images without detections count") {
  const auto judge = evaluator();
  judge->add("a", std::vector{face(0, 0, 10, 10)},
             Detections{{found(0, 0, 10, 10, 1), found(90, 0, 10, 10, 0)}});
  judge->add("b", std::vector{face(0, 0, 10, 10)}, Detections{});
  const auto metrics = judge->result(none);
  CHECK(metrics[0].value == 0.5);
  CHECK(metrics[0].headline);
  CHECK_FALSE(metrics[0].interval95);
  CHECK(metrics[3].name == "faces_easy");
  CHECK(metrics[3].value == 2);
  CHECK(metrics[6].value == 2);  // detections
}

TEST_CASE("widerface-ap: order and shards leave no trace") {
  for (const std::string protocol : {"matlab", "python"}) {
    std::vector<Case> cases = many_cases();
    const auto add = [](Evaluator& judge, const Case& one) {
      judge.add(one.id, one.faces, one.detections);
    };
    const auto forward = evaluator(protocol), backward = evaluator(protocol);
    for (const Case& one : cases) add(*forward, one);
    std::reverse(cases.begin(), cases.end());
    for (const Case& one : cases) add(*backward, one);
    std::unique_ptr<Evaluator> shards[] = {evaluator(protocol), evaluator(protocol),
                                           evaluator(protocol)};
    for (std::size_t i = 0; i < cases.size(); ++i) add(*shards[i % 3], cases[i]);
    shards[2]->merge(*shards[0]);
    shards[2]->merge(*shards[1]);
    const Bootstrap bootstrap{.replicates = 200, .seed = 4};
    const auto metrics = forward->result(bootstrap);
    REQUIRE(metrics[2].interval95);
    CHECK(metrics[2].interval95->low < metrics[2].value);
    CHECK(metrics[2].value < metrics[2].interval95->high);
    check_same(metrics, backward->result(bootstrap));
    check_same(metrics, shards[2]->result(bootstrap));
    CHECK(forward->warnings() == shards[2]->warnings());
  }
}

TEST_CASE("widerface-ap: warnings") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto warnings = [](const std::vector<Detection>& items) {
    const auto judge = evaluator();
    judge->add("event/image", std::vector{face(0, 0, 10, 10)}, Detections{items});
    return judge->warnings();
  };
  CHECK(warnings({found(0, 0, 10, 10, 1), found(0, 0, 10, 10, 0)}).empty());
  CHECK_THAT(warnings({}).at(0), Catch::Contains("no detections at all"));
  CHECK_THAT(warnings({found(0, 0, 10, 10, 0), found(0, 0, 10, 10, 1)}).at(0),
             Catch::Contains("do not descend in 1 of 1 images (first: event/image)"));
  CHECK_THAT(warnings({found(0, 0, 10, 10, nan)}).at(0), Catch::Contains("NaN or infinite"));
  CHECK_THAT(warnings({found(0, 0, 10, 10, 0.5)}).at(0), Catch::Contains("all scores equal 0.5"));
  std::vector<Detection> outlier = {found(0, 0, 10, 10, 50)};
  for (int i = 20; i-- > 0;) outlier.push_back(found(0, 0, 10, 10, i / 20.0));
  CHECK_THAT(warnings(outlier).at(0), Catch::Contains("50, stands far above the next, 0.95"));
  outlier.front().score = 1;
  outlier.push_back(found(0, 0, 10, 10, -50));
  CHECK_THAT(warnings(outlier).at(0), Catch::Contains("-50, lies far below the next, 0"));
}

TEST_CASE("widerface-ap: what it refuses") {
  const auto judge = evaluator();
  const std::vector<FaceBox> faces = {face(0, 0, 10, 10)};
  judge->add("a", faces, Detections{});
  CHECK_THROWS_WITH(judge->add("a", faces, Detections{}), Catch::Contains("'a' was added twice"));
  CHECK_THROWS_WITH(judge->add("b", faces, Embedding{}), Catch::Contains("'b' was not answered"));
  CHECK_THROWS_WITH(judge->add("b", ClassLabel{}, Detections{}), Catch::Contains("no face boxes"));
  const auto part = evaluator(), other = evaluator("python");
  part->add("a", faces, Detections{});
  CHECK_THROWS_WITH(judge->merge(*part), Catch::Contains("'a' is in both parts"));
  CHECK_THROWS_WITH(judge->merge(*other), Catch::Contains("cannot merge"));
  CHECK_THROWS_AS(make_widerface_ap({.protocol = "matlap", .class_names = {}}), Error);
}
