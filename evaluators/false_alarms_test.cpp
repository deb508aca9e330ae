// Runs that are equally good, compared again and again: how often does a comparison find a change,
// or a loss? The 10,000 pairs that README quotes:
//
//     evaluators_test "A/A in 10000 pairs*"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "evaluators/drawn_testing.h"
#include "evaluators/significance.h"
#include "evaluators/watch.h"

using namespace bench;
using namespace bench::testing;

namespace {

constexpr double alpha = 0.05;

struct Alarms {
  int rounds = 0, changed = 0, lost = 0;
};

/// What lies above is more than the luck of so many rounds (1 in 100).
double at_most(double share, int rounds) {
  return rounds * share + 2.33 * std::sqrt(rounds * share * (1 - share));
}

/// Where nothing is allowed, losses are one side of the changes.
void check(const std::string& what, const Alarms& alarms) {
  if (alarms.rounds >= 10000) {
    WARN(fmt::format("{}: {} changes, {} losses of {}", what, alarms.changed, alarms.lost,
                     alarms.rounds));
  }
  CAPTURE(what);
  CHECK(alarms.changed <= at_most(alpha, alarms.rounds));
  CHECK(alarms.lost <= at_most(alpha, alarms.rounds));
}

struct Figure {
  const char* metric;
  Tally (*draw)(const DrawnRun&);
  std::uint64_t images;
  int replicates;  ///< none: McNemar's test needs none
};
constexpr Figure top1{"top1", drawn_classes, 300, 0}, accuracy{"accuracy", drawn_pairs, 200, 39},
    ap_hard{"ap_hard", drawn_faces, 60, 99}, map_area{"map_area", drawn_objects, 60, 99},
    map_11point{"map_11point", drawn_objects, 60, 99}, miou{"miou", drawn_maps, 60, 99};

PairedFigure compare(const Figure& figure, const DrawnRun& before, const DrawnRun& after) {
  const std::vector<std::string> metrics = {figure.metric};
  return compare_tallies(figure.draw(before), figure.draw(after), metrics, {figure.replicates, 1})
      .at(0);
}

/// `apart`: of how many outcomes in a hundred the two runs have their own.
Alarms simulate(const Figure& figure, double apart, int rounds) {
  Alarms alarms{rounds};
  for (int round = 0; round < rounds; ++round) {
    const auto stream = static_cast<std::uint64_t>(3 * round);
    const PairedFigure one = compare(figure, {stream, stream + 1, apart, 0, figure.images},
                                     {stream, stream + 2, apart, 0, figure.images});
    alarms.changed += one.p <= alpha;
    alarms.lost += p_of_loss(one, {}) <= alpha;
  }
  return alarms;
}

void check_apart(const Figure& figure, std::initializer_list<double> aparts, int rounds) {
  for (const double apart : aparts) {
    check(fmt::format("{}, {} % of outcomes apart", figure.metric, 100 * apart),
          simulate(figure, apart, rounds));
  }
}

/// The later run loses as much as is allowed: the least harmless of all runs that must pass. What
/// it loses on the average is taken from as many rounds of their own.
Alarms simulate_allowed(const Figure& figure, double apart, double planted, int rounds) {
  const auto draw = [&](int round, int replicates) {
    const auto stream = static_cast<std::uint64_t>(3 * round);
    Figure drawn = figure;
    drawn.replicates = replicates;
    return compare(drawn, {stream, stream + 1, apart, 0, figure.images},
                   {stream, stream + 2, apart, planted, figure.images});
  };
  double allowed = 0;
  for (int round = 0; round < rounds; ++round) allowed += loss(draw(round, 0), {}) / rounds;
  Alarms alarms{rounds};
  for (int round = 0; round < rounds; ++round) {
    alarms.lost += p_of_loss(draw(round, figure.replicates), {.allowed = allowed}) <= alpha;
  }
  return alarms;
}

void check_allowed(const Figure& figure, double apart, std::initializer_list<double> planted,
                   int rounds) {
  for (const double share : planted) {
    check(fmt::format("{}, {} % lost, as is allowed", figure.metric, 100 * share),
          simulate_allowed(figure, apart, share, rounds));
  }
}

Alarms simulate_counts(std::uint64_t images, int rounds) {
  Alarms alarms{rounds};
  for (int round = 0; round < rounds; ++round) {
    int lost = 0, gained = 0;
    for (std::uint64_t image = 0; image < images; ++image) {
      const double at = uniform(static_cast<std::uint64_t>(round), image);
      lost += at < 1.0 / 64;
      gained += at > 63.0 / 64;
    }
    alarms.changed += mcnemar(lost, gained) <= alpha;
    alarms.lost += lost > gained && mcnemar(lost, gained) <= alpha;
  }
  return alarms;
}

/// `steps`: how finely a clock tells times apart; few make ties.
Alarms simulate_times(std::uint64_t timed, double steps, int rounds) {
  Alarms alarms{rounds};
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> before, after;
    for (std::uint64_t k = 0; k < timed; ++k) {
      const auto stream = static_cast<std::uint64_t>(round);
      // Times have a long tail.
      before.push_back(std::round(steps / (0.1 + uniform(stream, 2 * k))));
      after.push_back(std::round(steps / (0.1 + uniform(stream, 2 * k + 1))));
    }
    const double p = mann_whitney(before, after);
    double sum = 0;
    for (std::uint64_t k = 0; k < timed; ++k) sum += after[k] - before[k];
    alarms.changed += p <= alpha;
    alarms.lost += p <= alpha && sum > 0;
  }
  return alarms;
}

void check_times(int rounds) {
  for (const std::uint64_t timed : {5, 7, 20, 25}) {
    check(fmt::format("times, {} and {}", timed, timed), simulate_times(timed, 1e9, rounds));
  }
  check("times, 10 and 10, of few steps", simulate_times(10, 2, rounds));
  check("times, 30 and 30, of few steps", simulate_times(30, 2, rounds));
}

}  // namespace

TEST_CASE(
    "A/A: figures of runs that are equally good raise alarms with probability alpha at most") {
  check_apart(top1, {0.05, 1}, 500);
  check_apart(accuracy, {0.15}, 100);
  for (Figure figure : {ap_hard, map_area, miou}) {
    figure.images = 30;
    check_apart(figure, {0.02, 0.5}, 100);
  }
  check("counts", simulate_counts(500, 500));
  check_times(1000);
}

TEST_CASE("A/A: a loss of what is allowed raises alarms with probability alpha at most") {
  check_allowed(top1, 0.05, {0.02}, 1000);
  for (Figure figure : {ap_hard, miou}) {
    figure.images = 30;
    check_allowed(figure, 0.1, {0.05}, 100);
  }
}

TEST_CASE("A/A in 10000 pairs: top1", "[.slow]") {
  check_apart(top1, {0.02, 0.15, 1}, 10000);
  check_allowed(top1, 0.05, {0.003, 0.02}, 10000);
}

TEST_CASE("A/A in 10000 pairs: accuracy", "[.slow]") { check_apart(accuracy, {0.15}, 10000); }

TEST_CASE("A/A in 10000 pairs: ap_hard", "[.slow]") {
  check_apart(ap_hard, {0.01, 0.15, 1}, 10000);
  check_allowed(ap_hard, 0.15, {0.01, 0.05}, 10000);
}

TEST_CASE("A/A in 10000 pairs: map_area", "[.slow]") {
  check_apart(map_area, {0.01, 0.15}, 10000);
  check_allowed(map_area, 0.15, {0.05}, 10000);
}

TEST_CASE("A/A in 10000 pairs: map_11point", "[.slow]") { check_apart(map_11point, {0.15}, 10000); }

TEST_CASE("A/A in 10000 pairs: miou", "[.slow]") {
  check_apart(miou, {0.005, 0.15, 1}, 10000);
  check_allowed(miou, 0.15, {0.05}, 10000);
}

TEST_CASE("A/A in 10000 pairs: counts and times", "[.slow]") {
  check("counts", simulate_counts(2000, 10000));
  check_times(10000);
}
