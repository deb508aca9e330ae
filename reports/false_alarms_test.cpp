// Whole suites of equally good runs, judged by their gates again and again. The 10,000 pairs that
// README quotes:
//
//     reports_test "A/A in 10000 pairs*"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "reports/comparison/drawn_testing.h"

using namespace bench;
using namespace bench::testing;

namespace {

constexpr double alpha = 0.05;

/// One data set of the suite: the outcomes of how many images (boxes, segments) a run has of its
/// own, and how many it loses.
struct Part {
  const char* data;
  Tally (*draw)(const DrawnRun&);
  std::uint64_t images;
  double apart, lost;
};
constexpr Part parts[] = {{"imagenet", drawn_classes, 300, 0.05, 0.02},
                          {"widerface", drawn_faces, 30, 0.15, 0.05},
                          {"voc-segmentation", drawn_maps, 30, 0.005, 0.01},  // few images changed
                          {"voc-detection", drawn_objects, 30, 0.5, 0.05}};
const std::vector<std::string> watched = {"top1",    "top5", "ap_easy", "ap_medium",
                                          "ap_hard", "miou", "map_area"};
constexpr double slower = 0.05;

/// Seven rounds on a machine that takes up to 30 % longer all night and up to 10 % in a round,
/// whatever it runs.
void set_times(RunRecord& record, std::uint64_t night, std::uint64_t place, double factor) {
  const double all_night = 1 + 0.3 * uniform(night, 5'000'000);
  auto& speed = record.speed_one_thread;
  for (std::uint64_t k = 0; k < 7; ++k) {
    const double own = 1 + 0.2 * uniform(night, 6'000'000 + 10 * place + k);
    const double mood = 1 + 0.1 * uniform(night, 5'000'001 + k);
    speed.round_ms.push_back(factor * own * mood * all_night);
  }
  std::vector<double> rounds = speed.round_ms;
  std::ranges::sort(rounds);
  speed.median_ms = rounds[3];
}

/// `losing`: the share of what each part can lose. Last is a case that never changes, timed in the
/// same rounds as the first.
std::vector<CaseRun> draw_run(std::uint64_t round, std::uint64_t own, double losing) {
  std::vector<CaseRun> run;
  for (std::uint64_t k = 0; k < std::size(parts); ++k) {
    const Part& part = parts[k];
    const std::uint64_t stream = 100 * round + 10 * k;
    run.push_back(drawn_case(
        part.data, part.draw({stream, stream + own, part.apart, losing * part.lost, part.images}),
        std::to_string(stream + own)));
  }
  run.push_back(drawn_case("imagenet", drawn_classes({100 * round, 0, 0, 0, 30}), "the same"));
  RunRecord &timed = run.front().record, &reference = run.back().record;
  reference.name = "float";
  timed.against.name = "float";
  set_times(timed, 100 * round + own, 0, 1 + losing * slower);
  set_times(reference, 100 * round + own, 1, 1);
  return run;
}

double value(const std::vector<CaseRun>& run, const std::string& metric) {
  for (const CaseRun& one : run) {
    for (const Metric& each : one.record.metrics) {
      if (each.name == metric) return each.value;
    }
  }
  throw std::runtime_error("no figure " + metric);
}

/// What every figure loses on the average of so many rounds.
std::map<std::string, double> mean_losses(int rounds) {
  std::map<std::string, double> losses;
  for (int round = 0; round < rounds; ++round) {
    const auto before = draw_run(static_cast<std::uint64_t>(round), 1, 0);
    const auto after = draw_run(static_cast<std::uint64_t>(round), 2, 1);
    for (const std::string& metric : watched) {
      losses[metric] += (value(before, metric) - value(after, metric)) / rounds;
    }
  }
  return losses;
}

/// Gates of all figures and of times; top5 has a minimal effect besides.
Gates gates_that_allow(const std::map<std::string, double>& losses) {
  Gates gates{"drawn", alpha, {}};
  for (const std::string& metric : watched) {
    gates.list.push_back({.metric = metric});
    if (!losses.empty()) gates.list.back().largest_drop = losses.at(metric);
    if (metric == "top5") gates.list.back().minimal_effect = 0.01;
  }
  gates.list.push_back({.metric = "median_ms", .higher_is_better = false});
  gates.list.back().relative = true;
  if (!losses.empty()) gates.list.back().largest_drop = slower;
  return gates;
}

struct Alarms {
  int missed = 0, changed = 0;
};

Alarms simulate(int rounds, const std::map<std::string, double>& allowed) {
  CompareOptions options;
  options.gates = gates_that_allow(allowed);
  options.bootstrap = {399, 1};
  options.today = "2026-06-01";
  Alarms alarms;
  for (int k = 0; k < rounds; ++k) {
    const auto round = static_cast<std::uint64_t>(k);
    const Comparison comparison =
        compare_runs(draw_run(round, 1, 0), draw_run(round, 2, allowed.empty() ? 0 : 1), options);
    REQUIRE(comparison.watched == watched.size() + 2);  // the times of two cases
    alarms.missed += !comparison.passed();
    alarms.changed += std::ranges::any_of(comparison.cases, [](const CaseComparison& one) {
      return one.verdict > Verdict::unchanged;
    });
  }
  return alarms;
}

/// What lies above is more than the luck of so many rounds (1 in 100).
double at_most(double share, int rounds) {
  return rounds * share + 2.33 * std::sqrt(rounds * share * (1 - share));
}

void check_equal(int rounds) {
  const Alarms alarms = simulate(rounds, {});
  WARN(fmt::format("equally good: {} alarms, {} changes of {}", alarms.missed, alarms.changed,
                   rounds));
  CHECK(alarms.missed <= at_most(alpha, rounds));
  CHECK(alarms.changed <= at_most(alpha, rounds));
}

void check_allowed(int rounds) {
  const Alarms alarms = simulate(rounds, mean_losses(rounds));
  WARN(fmt::format("as much lost as is allowed: {} alarms of {}", alarms.missed, rounds));
  CHECK(alarms.missed <= at_most(alpha, rounds));
}

}  // namespace

TEST_CASE("A/A: the gates of a suite raise alarms with probability alpha at most, all together") {
  check_equal(40);
  check_allowed(40);
}

TEST_CASE("A/A in 10000 pairs: the gates of a suite", "[.slow]") { check_equal(10000); }

TEST_CASE("A/A in 10000 pairs: gates of a suite that loses what is allowed", "[.slow]") {
  check_allowed(10000);
}
