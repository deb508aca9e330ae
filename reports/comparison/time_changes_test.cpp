#include <catch2/catch.hpp>

#include "models/contains_testing.h"
#include "reports/comparison/testing.h"

namespace bench {
namespace {

using testing::classes;
using testing::contains;
using testing::gated;
using testing::quick_options;

CaseRun timed(double ms, const std::string& name = "vgg.float",
              const std::string& float_case = "") {
  CaseRun run = classes({}, name);
  run.record.environment.machine = "one";
  run.record.against.name = float_case;
  run.record.speed_one_thread = {7, 8, ms, 1000 / ms, {}};
  for (int i = -3; i <= 3; ++i) {
    run.record.speed_one_thread.round_ms.push_back(ms * (1 + 0.01 * i));
  }
  return run;
}

// A network in float and in two other ways.
std::vector<CaseRun> network(double float_ms, double int8_ms, double fake_ms) {
  return {timed(float_ms), timed(int8_ms, "vgg.int8", "vgg.float"),
          timed(fake_ms, "vgg.fake-quant", "vgg.float")};
}

const FigureChange& time_of(const Comparison& comparison, std::size_t i = 0) {
  for (const FigureChange& change : comparison.cases.at(i).figures) {
    if (change.metric == "median_ms") return change;
  }
  throw std::runtime_error("no time");
}

constexpr const char* five_percent =
    R"({"metric": "median_ms", "largest_drop": {"relative": 0.05}})";

TEST_CASE("Times count where a gate names them, and on the same machine only") {
  const CaseRun before = timed(1), slower = timed(1.2);
  CaseRun away = timed(1.2);
  away.record.environment.machine = "other";
  CHECK(compare_runs({before}, {slower}, quick_options()).passed());
  CHECK(time_of(compare_runs({before}, {slower}, quick_options())).verdict == Verdict::regressed);
  const Comparison late = compare_runs({before}, {slower}, gated(five_percent));
  CHECK_FALSE(late.passed());
  CHECK(time_of(late).p == Approx(2.0 / 3432));
  CHECK(contains(time_of(late).note, "nothing else was timed in the same rounds"));
  CHECK(compare_runs({before}, {timed(1.04)}, gated(five_percent)).passed());
  const Comparison elsewhere = compare_runs({before}, {away}, gated(five_percent));
  CHECK(elsewhere.passed());
  CHECK(time_of(elsewhere).verdict == Verdict::not_comparable);
  CHECK(contains(time_of(elsewhere).note, "another machine"));
}

TEST_CASE("Rounds that took no time are no times") {
  CaseRun edited = timed(1);
  edited.record.speed_one_thread.round_ms[2] = 0;
  CHECK_THROWS(time_of(compare_runs({timed(1)}, {edited}, quick_options())));
  std::vector<CaseRun> before = network(10, 2, 9), after = network(10, 2, 9);
  after[0].record.speed_one_thread.round_ms[2] = RunRecord::nan;  // what the others stand beside
  CHECK(time_of(compare_runs(before, after, quick_options()), 1).verdict == Verdict::unchanged);
}

TEST_CASE("A machine that is slower tonight is no slower program, but is mentioned") {
  const Comparison drifted =
      compare_runs(network(4, 1, 5), network(4.8, 1.2, 6), gated(five_percent));
  CHECK(drifted.passed());
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    CHECK(time_of(drifted, i).verdict == Verdict::unchanged);
    CHECK(time_of(drifted, i).after / time_of(drifted, i).before == Approx(1.2));
    CHECK(time_of(drifted, i).drift == Approx(0.2));
  }
  CHECK(
      time_of(drifted, 1).note ==
      "vgg.float, timed in the same rounds, took +20.0 % too: the machine, or what they share; in "
      "step with it, 0.0 %");
  const std::string table = to_markdown(comparison_tables(drifted, 5)[0]);
  CHECK(contains(table, "+20.00 %"));
  CHECK(contains(table, "vgg.int8, median_ms: vgg.float, timed in the same rounds"));
}

TEST_CASE("What is slower beside the others is, whatever the machine does") {
  const auto verdicts = [](double float_ms, double int8_ms, double fake_ms) {
    const Comparison comparison =
        compare_runs(network(4, 1, 5), network(float_ms, int8_ms, fake_ms), gated(five_percent));
    std::vector<Verdict> list;
    for (std::size_t i = 0; i < 3; ++i) list.push_back(time_of(comparison, i).verdict);
    CHECK(comparison.passed() == (std::ranges::find(list, Verdict::regressed) == list.end()));
    return list;
  };
  using enum Verdict;
  using List = std::vector<Verdict>;
  CHECK(verdicts(4, 1, 5) == List{unchanged, unchanged, unchanged});
  CHECK(verdicts(4, 1.2, 5) == List{unchanged, regressed, unchanged});
  CHECK(verdicts(4 * 1.2, 1.5, 5 * 1.2) == List{unchanged, regressed, unchanged});
  // int8 takes no longer than it did, though the others are faster.
  CHECK(verdicts(4 * 0.7, 1, 5 * 0.7) == List{improved, unchanged, unchanged});
  // Float itself is held against the others.
  CHECK(verdicts(4 * 1.2, 1, 5) == List{regressed, unchanged, unchanged});
  CHECK(verdicts(4, 0.8, 5) == List{unchanged, improved, unchanged});
}

TEST_CASE("Another company in the rounds is no reference") {
  std::vector<CaseRun> fewer = network(4.8, 1.2, 6);
  fewer.pop_back();
  const Comparison comparison = compare_runs(network(4, 1, 5), fewer, gated(five_percent));
  CHECK(contains(time_of(comparison, 0).note, "nothing else"));  // float: without fake-quant
  CHECK(time_of(comparison, 1).verdict == Verdict::unchanged);   // int8: still beside float
  CHECK(time_of(comparison, 1).drift == Approx(0.2));
}

}  // namespace
}  // namespace bench
