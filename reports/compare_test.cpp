#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "reports/comparison/testing.h"

namespace bench {
namespace {

using testing::classes;
using testing::figure;
using testing::gated;
using testing::numbers;
using testing::quick_options;

TEST_CASE("Equal answers are identical; threads, times and paths do not matter") {
  CaseRun after = classes({1, 2});
  after.record.speed.threads = 7;
  after.record.data.root = "elsewhere";
  after.record.started = "2026";
  const Comparison comparison = compare_runs({classes({1, 2})}, {after}, quick_options());
  CHECK(comparison.passed());
  CHECK(comparison.cases.at(0).verdict == Verdict::identical);
  CHECK(figure(comparison).test == "exact");
  CHECK(conclusion(comparison) == "1 identical: passed");
}

TEST_CASE("A loss beyond chance is one, its gain on the way back, and a small one is neither") {
  // 20 lost, none gained: p = 2 * 2^-20, twice that by Holm (top1 and top5).
  const CaseRun before = classes({}), after = classes(numbers(0, 20));
  const Comparison lost = compare_runs({before}, {after}, quick_options());
  CHECK_FALSE(lost.passed());
  CHECK(lost.cases[0].verdict == Verdict::regressed);
  CHECK(figure(lost).moved->lost == 20);
  CHECK(figure(lost).p == Approx(std::pow(2, -19)));
  CHECK(figure(lost).corrected == Approx(std::pow(2, -18)));
  CHECK(figure(lost).missed);
  // Nothing comes and goes: alpha / 2 = .025 needs 7 lost (2 / 2^7; 6: 2 / 2^6 = .031). Of 1,000
  // images P(Bin >= 7) = .9 at a share of about .0105.
  CHECK(figure(lost).visible == Approx(0.0105).margin(0.0005));
  CHECK(lost.cases[0].flips.size() == 20);
  CHECK(lost.cases[0].flips[0].item == "image 1000");
  CHECK(lost.cases[0].flips[0].effect == Approx(-0.001));

  const Comparison gained = compare_runs({after}, {before}, quick_options());
  CHECK(gained.passed());
  CHECK(gained.cases[0].verdict == Verdict::improved);

  const Comparison little = compare_runs({before}, {classes({1, 2, 3})}, quick_options());
  CHECK(little.passed());
  CHECK(little.cases[0].verdict == Verdict::unchanged);
}

TEST_CASE("Gates: what is allowed, what is too small to count, what is excused") {
  const CaseRun before = classes({}), after = classes(numbers(0, 20));
  const auto passes = [&](const std::string& gate) {
    return compare_runs({before}, {after}, gated(gate)).passed();
  };
  CHECK_FALSE(passes(R"({"metric": "top1"})"));
  CHECK(passes(R"({"metric": "top1", "largest_drop": {"absolute": 0.02}})"));
  CHECK(passes(R"({"metric": "top1", "largest_drop": {"relative": 0.019}})"));  // not beyond chance
  CHECK_FALSE(passes(R"({"metric": "top1", "largest_drop": {"relative": 0.005}})"));
  CHECK(passes(R"({"metric": "top1", "minimal_effect": 0.021})"));
  CHECK_FALSE(passes(R"({"metric": "top1", "minimal_effect": 0.02})"));
  CHECK(passes(R"({"metric": "top1", "direction": "lower"})"));
  CHECK(passes(R"({"case": "resnet.*", "metric": "top1"})"));  // watches nothing here
  CHECK(passes(R"({"metric": "top1", "exception": {"until": "2026-06-01", "reason": "known"}})"));
  CHECK_FALSE(
      passes(R"({"metric": "top1", "exception": {"until": "2026-05-31", "reason": "known"}})"));
  const Comparison excused = compare_runs(
      {before}, {after},
      gated(R"({"metric": "top1", "exception": {"until": "2026-06-01", "reason": "known"}})"));
  CHECK(figure(excused).note == "exception until 2026-06-01: known");
  CHECK(figure(excused).verdict == Verdict::regressed);
}

TEST_CASE("Gates of another suite are refused") {
  CompareOptions with = gated(R"({"metric": "top1"})");
  with.gates->suite = "other";
  CHECK_THROWS_WITH(compare_runs({classes({})}, {classes({})}, with), Catch::Contains("'other'"));
}

TEST_CASE("Cases are matched by name; one that is gone is not comparable, a new one is a note") {
  const CaseRun one = classes({}, "a"), other = classes({}, "b"), third = classes({}, "c");
  const Comparison gone = compare_runs({one, other}, {one}, quick_options());
  CHECK_FALSE(gone.passed());
  CHECK(gone.cases[1].name == "b");
  const Comparison fresh = compare_runs({one}, {one, other}, quick_options());
  CHECK(fresh.passed());
  CHECK(fresh.only_after == std::vector<std::string>{"b"});
  // The only ones left of their data set are meant for each other.
  const Comparison renamed = compare_runs({one, other}, {third, one}, quick_options());
  CHECK(renamed.passed());
  CHECK(renamed.cases[0].before_name == "b");
  CHECK(renamed.cases[0].name == "c");
  CHECK(renamed.cases[1].before_name == "a");
}

TEST_CASE("A/A: a suite of many figures raises a false alarm with probability alpha at most") {
  // Four cases; of 1,000 images each, 2 % come and go by lot.
  int alarms = 0, changes = 0;
  constexpr int rounds = 100;
  std::vector<CaseRun> whole;
  for (const char* name : {"a", "b", "c", "d"}) whole.push_back(classes({}, name));
  const auto lot = [&](std::uint64_t round, std::uint64_t k) {
    CaseRun run = whole[k];
    double hits = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
      const bool right = random_bits(9, round * 8 + k, i) >> 58 != 0;
      run.tally->rows[i] = {right ? 1.0 : 0.0, 1};
      hits += right;
    }
    run.record.metrics[0].value = hits / 1000;
    run.record.answers_digest = "lot " + std::to_string(round * 8 + k);
    return run;
  };
  CompareOptions quick = quick_options();
  quick.bootstrap.replicates = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    std::vector<CaseRun> before, after;
    for (std::uint64_t k = 0; k < 4; ++k) {
      before.push_back(lot(2 * round, k));
      after.push_back(lot(2 * round + 1, k));
    }
    const Comparison comparison = compare_runs(before, after, quick);
    alarms += !comparison.passed();
    changes += std::any_of(comparison.cases.begin(), comparison.cases.end(),
                           [](const auto& one) { return one.verdict > Verdict::unchanged; });
  }
  CHECK(alarms <= rounds * 0.05 + 4 * std::sqrt(rounds * 0.05 * 0.95));
  CHECK(changes <= rounds * 0.05 + 4 * std::sqrt(rounds * 0.05 * 0.95));
}

}  // namespace
}  // namespace bench
