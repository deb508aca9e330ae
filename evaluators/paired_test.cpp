#include "evaluators/paired.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "evaluators/bootstrap.h"
#include "evaluators/drawn_testing.h"
#include "evaluators/top_k.h"
#include "evaluators/watch.h"

using namespace bench;
using namespace bench::testing;

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

namespace {

/// `right[i]` of each image.
Tally shares(const std::vector<bool>& right) { return judged(right)->tally(); }

Tally faces(std::uint64_t shared, std::uint64_t own) { return drawn_faces({shared, own}); }

const PairedFigure& hard(const std::vector<PairedFigure>& figures) { return figures.at(2); }

}  // namespace

TEST_CASE("Paired shares by hand") {
  // Of 10 images 6 are lost, none gained: 2 / 64.
  const Tally before = shares({1, 1, 1, 1, 1, 1, 1, 0, 0, 0});
  const Tally after = shares({0, 0, 0, 0, 0, 0, 1, 0, 0, 0});
  const std::vector<std::string> top1 = {"top1"};
  const auto figures = compare_tallies(before, after, top1, {1000, 1});
  REQUIRE(figures.size() == 1);
  const PairedFigure& figure = figures[0];
  CHECK(figure.before == Approx(0.7));
  CHECK(figure.after == Approx(0.1));
  CHECK(figure.items == 10);
  CHECK(figure.moved->lost == 6);
  CHECK(figure.moved->gained == 0);
  CHECK(figure.p == Approx(2.0 / 64));
  CHECK(loss(figure, {}) == Approx(0.6));
  CHECK(loss(figure, {.higher_is_better = false}) == Approx(-0.6));
  CHECK(p_of_loss(figure, {}) == figure.p);
  CHECK(p_of_loss(figure, {.higher_is_better = false}) == 1);
  CHECK(p_of_loss(figure, {.allowed = 0.6}) == 1);
  CHECK(p_of_loss(figure, {.allowed = 0.1}) >= figure.p);
  CHECK(p_of_loss(figure, {.allowed = 0.5}) > 0.3);
}

TEST_CASE("Paired resamples are those of the metrics themselves") {
  const std::vector<bool> before = {true, true, false, false, true},
                          after = {false, true, false, true, true};
  const Bootstrap bootstrap{300, 3};
  const auto difference = top1(before, after, bootstrap);
  const auto figure = compare_tallies(shares(before), shares(after), {}, bootstrap).at(0);
  CHECK(figure.interval95->low == Approx(difference.interval95->low).margin(1e-12));
  CHECK(figure.interval95->high == Approx(difference.interval95->high).margin(1e-12));
}

TEST_CASE("Equal tallies: no difference, and no doubt") {
  const Tally tally = faces(1, 1);
  for (const PairedFigure& figure : compare_tallies(tally, tally, {}, {100, 1})) {
    CHECK(figure.p == 1);
    CHECK(figure.interval95->low == 0);
    CHECK(figure.interval95->high == 0);
    CHECK(std::isnan(visible_loss(figure, {}, 0.9)));  // nothing scattered
  }
}

TEST_CASE("A figure that is no share: few changed images are no proof, however they changed") {
  // 4 images lose their only found face. The bootstrap alone would have p = 2 e^-4 = .037; dealing
  // the four out anew, 2 of 16 deals are as far.
  const auto run = [](int lost) {
    const auto evaluator = make_evaluator("widerface-ap", {"matlab", {"face"}, false});
    for (int i = 0; i < 200; ++i) {
      Detections found{{{0, 0.9, {0, 0, 50, 50}, 0}, {0, 0.2, {500, 0, 550, 50}, 0}}};
      if (i < lost) found.items.erase(found.items.begin());
      evaluator->add("image " + std::to_string(1000 + i),
                     std::vector<FaceBox>{{{0, 0, 50, 50}, true, true, true}}, found);
    }
    return evaluator->tally();
  };
  const Tally all = run(0);
  CHECK(hard(compare_tallies(all, run(4), {}, {2000, 1})).p == Approx(2.0 / 16).margin(0.03));
  CHECK(hard(compare_tallies(all, run(12), {}, {2000, 1})).p < 0.01);
}

TEST_CASE("The comparison is the same for any number of threads and either order") {
  const Tally one = faces(3, 4), other = faces(3, 5);
  const auto there = hard(compare_tallies(one, other, {}, {500, 1}));
  const auto again = hard(compare_tallies(one, other, {}, {500, 1}));
  CHECK(there.drawn == again.drawn);
  CHECK(there.p == again.p);
  const auto back = hard(compare_tallies(other, one, {}, {500, 1}));
  CHECK(back.p == Approx(there.p).margin(0.05));
  CHECK(back.interval95->low == Approx(-there.interval95->high).margin(1e-12));
}

TEST_CASE("Ties in one run only are no hindrance") {
  const auto run = [](float second) {
    auto evaluator = make_top_k({"low-index", {}});
    for (int i = 0; i < 20; ++i) {
      ClassScores answer{{{1, 1.f}, {0, second}, {2, .3f}, {3, .2f}, {4, .1f}}};
      evaluator->add("image " + std::to_string(100 + i), ClassLabel{i % 2}, answer);
    }
    return evaluator;
  };
  const Tally without = run(0.5f)->tally(), with = run(1.f)->tally();
  CHECK(run(1.f)->result({0, 1}).size() > run(0.5f)->result({0, 1}).size());
  REQUIRE(pairable(without, with));
  // Of equal scores the lower index wins: images of class 0 are gained, those of class 1 lost.
  const auto figures = compare_tallies(without, with, {}, {10, 1});
  CHECK(figures[0].moved->gained == 10);
  CHECK(figures[0].moved->lost == 10);
}
