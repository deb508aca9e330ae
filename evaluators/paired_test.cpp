#include "evaluators/paired.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "evaluators/bootstrap.h"
#include "evaluators/top_k.h"

using namespace bench;

namespace {

/// Image i is of class 0 and answered with it if right[i].
std::unique_ptr<Evaluator> judged(const std::vector<bool>& right) {
  auto evaluator = make_top_k({"low-index", {}});
  for (std::size_t i = 0; i < right.size(); ++i) {
    ClassScores answer;
    for (int label = 0; label < 5; ++label) {
      answer.best.push_back({label + (right[i] ? 0 : 9), 1.f / static_cast<float>(label + 1)});
    }
    evaluator->add("image " + std::to_string(i), ClassLabel{0}, answer);
  }
  return evaluator;
}

Difference top1(const std::vector<bool>& before, const std::vector<bool>& after,
                const Bootstrap& bootstrap) {
  return differences(judged(before)->result(bootstrap), judged(after)->result(bootstrap)).at(0);
}

}  // namespace

TEST_CASE("Equal answers differ by nothing, without doubt") {
  const Difference none = top1({true, false, true}, {true, false, true}, {1000, 1});
  CHECK(none.metric == "top1");
  CHECK(none.value == 0);
  REQUIRE(none.interval95);
  CHECK(none.interval95->low == 0);
  CHECK(none.interval95->high == 0);
}

TEST_CASE("Where every image is lost, every resample loses all") {
  const Difference all = top1({true, true, true, true}, {false, false, false, false}, {100, 1});
  CHECK(all.value == -1);
  CHECK(all.interval95->low == -1);
  CHECK(all.interval95->high == -1);
}

TEST_CASE("The difference of a resample is taken on the resample itself") {
  // Of four images the first is lost and the last gained: a resample that draws them a and d times
  // differs by (d - a) / 4. All replicates, drawn here by hand:
  const std::vector<bool> before = {true, true, false, false}, after = {false, true, false, true};
  const Bootstrap bootstrap{200, 3};
  std::vector<double> by_hand;
  for (std::uint64_t k = 0; k < 200; ++k) {
    std::vector<std::uint32_t> counts(4);
    resample(counts, k, 3);
    by_hand.push_back((static_cast<double>(counts[3]) - static_cast<double>(counts[0])) / 4);
  }
  const Difference difference = top1(before, after, bootstrap);
  CHECK(difference.value == 0);
  const auto expected = interval95(by_hand);
  CHECK(difference.interval95->low == Approx(expected->low).margin(1e-15));
  CHECK(difference.interval95->high == Approx(expected->high).margin(1e-15));
  CHECK(expected->low < 0);
  CHECK(expected->high > 0);
}

TEST_CASE("The paired interval is that of the changed images, not of the metric") {
  // 400 images, half of them right; 4 are lost. The metric's own deviation is sqrt(.25 / 400) =
  // 0.025, that of the difference sqrt(.01 * .99 / 400) = 0.005.
  std::vector<bool> before(400), after;
  for (std::size_t i = 0; i < 400; i += 2) before[i] = true;
  after = before;
  for (const std::size_t i : {0, 2, 4, 6}) after[i] = false;
  const Difference difference = top1(before, after, {4000, 1});
  CHECK(difference.value == Approx(-0.01));
  CHECK(difference.interval95->low == Approx(-0.02).margin(0.003));
  CHECK(difference.interval95->high == Approx(-0.0025).margin(0.003));
}

TEST_CASE("No replicates, no interval; the difference stays") {
  const Difference difference = top1({true, false}, {false, false}, {0, 1});
  CHECK(difference.value == -0.5);
  CHECK_FALSE(difference.interval95);
}

TEST_CASE("Lost and gained images are counted apart; counts of images are no differences") {
  const auto before = judged({true, true, false, true}), after = judged({false, true, true, false});
  const auto count = moved(*before, *after);
  REQUIRE(count);
  CHECK(count->lost == 2);
  CHECK(count->gained == 1);
  const auto list = differences(before->result({0, 1}), after->result({0, 1}));
  REQUIRE(list.size() == 2);
  CHECK(list[1].metric == "top5");
}

TEST_CASE("A mean over boxes is no mean over images") {
  const EvaluatorOptions options{"", {"face"}, true};
  const auto faces = make_evaluator("widerface-ap", options);
  faces->add("a", std::vector<FaceBox>{}, Detections{});
  CHECK_FALSE(moved(*faces, *faces));
}
