// Runs into which a loss was planted, judged by a gate that allows none: it is caught as often as
// the comparison says that it sees such a loss, on few images hardly ever. With nothing planted
// the same runs pass. The plantings that README quotes:
//
//     reports_test "many planted losses*"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <utility>

#include "evaluators/drawn_testing.h"
#include "evaluators/significance.h"
#include "reports/comparison/drawn_testing.h"

using namespace bench;
using namespace bench::testing;

namespace {

constexpr double alpha = 0.05;

/// Tallies of a run and of a later one, by the number of the planting.
using Planting = std::function<std::pair<Tally, Tally>(std::uint64_t)>;

struct Watched {
  const char *data, *metric;
  int replicates;
};
constexpr Watched top1{"imagenet", "top1", 0};  // counted: nothing is drawn
constexpr Watched ap_hard{"widerface", "ap_hard", 199}, accuracy{"lfw", "accuracy", 99};

FigureChange judged(const Watched& watched, std::pair<Tally, Tally> runs) {
  CompareOptions options;
  options.gates = Gates{"drawn", alpha, {{.metric = watched.metric}}};
  options.bootstrap = {watched.replicates, 1};
  const Comparison comparison =
      compare_runs({drawn_case(watched.data, std::move(runs.first), "before")},
                   {drawn_case(watched.data, std::move(runs.second), "after")}, options);
  REQUIRE(comparison.watched == 1);
  const CaseComparison& one = comparison.cases.at(0);
  const FigureChange& change = one.figures.at(0);
  REQUIRE(change.metric == watched.metric);
  REQUIRE(one.verdict == change.verdict);
  REQUIRE(comparison.passed() == !change.missed);
  REQUIRE(change.missed == (change.verdict == Verdict::regressed));
  return change;
}

/// What was seen of many plantings.
struct Seen {
  int rounds = 0, caught = 0;
  int overlooked = 0;  ///< not caught, though no smaller than what the comparison says it sees
  double lost = 0, visible = 0;  ///< on the average
  double least_visible = 1;

  double share() const { return static_cast<double>(caught) / rounds; }

  /// How often the loss is caught if one of `visible` is in 0.9 of the rounds: losses scatter
  /// normally around what was planted, and are caught from a line on that chance alone crosses with
  /// probability alpha / 2.
  double said() const {
    const double line = normal_quantile(1 - alpha / 2);
    const double spread = visible / (line + normal_quantile(0.9));
    return normal_probability(lost / spread - line);
  }
};

Seen judge(const Watched& watched, int rounds, const Planting& plant) {
  Seen seen{rounds};
  for (int round = 0; round < rounds; ++round) {
    const FigureChange change = judged(watched, plant(static_cast<std::uint64_t>(round)));
    const double lost = change.before - change.after;
    seen.caught += change.missed;
    seen.overlooked += !change.missed && lost >= change.visible;
    seen.lost += lost / rounds;
    seen.visible += change.visible / rounds;
    seen.least_visible = std::min(seen.least_visible, change.visible);
  }
  WARN(fmt::format("{}: {} of {} caught, said {:.3f}\n(lost {:.5f}, visible {:.5f})",
                   watched.metric, seen.caught, rounds, seen.said(), seen.lost, seen.visible));
  CHECK(seen.overlooked == 0);
  return seen;
}

/// As much more or less as the luck of so many rounds makes it (1 in 50), and 0.05 for what is said
/// being an estimate.
void check_caught_as_said(const Seen& seen) {
  const double luck = 2.33 * std::sqrt(seen.said() * (1 - seen.said()) / seen.rounds);
  CHECK(seen.share() == Approx(seen.said()).margin(luck + 0.05));
}

/// Nothing was planted: no more alarms than the luck of so many rounds makes (1 in 100).
void check_quiet(const Seen& seen) {
  CHECK(seen.share() <= alpha + 2.33 * std::sqrt(alpha * (1 - alpha) / seen.rounds));
}

void check_unchanged(const Watched& watched, const Planting& plant) {
  CHECK(judged(watched, plant(0)).verdict == Verdict::unchanged);
}

/// 50,000 answers, three in four of them right. Of all answers the later run loses a share `lost`
/// and gains another.
Planting answers(double lost, double gained) {
  return [=](std::uint64_t round) {
    constexpr std::uint64_t images = 50000;
    Tally before = make_evaluator("top-k", {"low-index", {}, false})->tally();
    before.groups = {images};
    Tally after = before;
    for (std::uint64_t i = 0; i < images; ++i) {
      const bool was_right = uniform(2 * round, i) < 0.75;
      const bool flipped = uniform(2 * round + 1, i) < (was_right ? lost / 0.75 : gained / 0.25);
      before.items.push_back(drawn_name(i));
      before.rows.push_back({was_right ? 1.0 : 0.0, 1});
      after.rows.push_back({was_right != flipped ? 1.0 : 0.0, 1});
    }
    after.items = before.items;
    return std::pair{before, after};
  };
}

/// Four boxes an image, a share `apart` of them each run's own; the later run drops `lost` of all.
Planting boxes(std::uint64_t images, double apart, double lost) {
  return [=](std::uint64_t round) {
    return std::pair{drawn_faces({3 * round, 3 * round + 1, apart, 0, images}),
                     drawn_faces({3 * round, 3 * round + 2, apart, lost, images})};
  };
}

void add_drawn(Embedding& embedding, float times, std::uint64_t stream, std::uint64_t i) {
  embedding.values.resize(8);
  for (std::uint64_t k = 0; k < 8; ++k) {
    embedding.values[k] += times * static_cast<float>(uniform(stream, 8 * i + k) - 0.5);
  }
}

/// Two embeddings a pair; those of one person are close to each other. A share `moved` is anywhere;
/// what else differs from other runs is `apart`.
Tally drawn_embeddings(std::uint64_t shared, std::uint64_t own, std::uint64_t pairs, float apart,
                       double moved) {
  const auto evaluator = make_evaluator("face-verification", {"cosface", {}, false});
  for (std::uint64_t i = 0; i < 2 * pairs; ++i) {
    const std::uint64_t pair = i / 2;
    const bool same = pair / 10 % 2 == 0;
    Embedding embedding;
    if (uniform(own, 9'000'000 + i) < moved) {
      add_drawn(embedding, 1, own, i);
    } else {
      add_drawn(embedding, 1, shared, same ? 2 * pair : i);
      add_drawn(embedding, 0.8f, shared, 1'000'000 + i);  // another picture
      add_drawn(embedding, apart, own, 2'000'000 + i);
    }
    std::vector<FacePair> listed;
    if (i % 2 == 0) {
      const int number = static_cast<int>(pair);
      listed.push_back({number, number % 10, drawn_name(i + 1), same});
    }
    evaluator->add(drawn_name(i), listed, embedding);
  }
  return evaluator->tally();
}

Planting embeddings(std::uint64_t pairs, float apart, double moved) {
  return [=](std::uint64_t round) {
    return std::pair{drawn_embeddings(3 * round, 3 * round + 1, pairs, apart, 0),
                     drawn_embeddings(3 * round, 3 * round + 2, pairs, apart, moved)};
  };
}

}  // namespace

TEST_CASE("a planted loss of 0.3 % of 50,000 answers is caught, always") {
  const Seen seen = judge(top1, 10, answers(0.003, 0));
  CHECK(seen.caught == seen.rounds);
  check_unchanged(top1, answers(0, 0));
  check_quiet(judge(top1, 10, answers(0.005, 0.005)));
}

TEST_CASE("a planted loss among other changes of 50,000 answers is caught as often as is said") {
  check_caught_as_said(judge(top1, 5, answers(0.008, 0.005)));
  check_caught_as_said(judge(top1, 30, answers(0.006, 0.005)));
}

TEST_CASE("a planted loss of 1 % of the boxes on 1,500 images is caught as often as is said") {
  check_caught_as_said(judge(ap_hard, 10, boxes(1500, 0, 0.01)));  // nothing else has changed
  check_caught_as_said(judge(ap_hard, 20, boxes(1500, 0.02, 0.01)));
  check_quiet(judge(ap_hard, 20, boxes(1500, 0.02, 0)));
  check_unchanged(ap_hard, boxes(1500, 0, 0));
}

TEST_CASE("a planted loss of 1 % of the boxes on 60 images is smaller than what is seen") {
  const Seen seen = judge(ap_hard, 40, boxes(60, 0.02, 0.01));
  CHECK(seen.lost > 0);
  CHECK(seen.least_visible > seen.lost);
  check_quiet(seen);
  judge(ap_hard, 40, boxes(60, 0, 0.01));  // two or three images changed, nothing promised of them
}

TEST_CASE("a planted loss by 2 % of 12,000 embeddings is caught as often as is said") {
  check_caught_as_said(judge(accuracy, 3, embeddings(6000, 0, 0.02)));
  check_caught_as_said(judge(accuracy, 10, embeddings(6000, 0.1f, 0.02)));
  check_quiet(judge(accuracy, 5, embeddings(6000, 0.1f, 0)));
  check_unchanged(accuracy, embeddings(6000, 0, 0));
}

TEST_CASE("a planted loss by 2 % of 600 embeddings is smaller than what is seen") {
  const Seen seen = judge(accuracy, 20, embeddings(300, 0.1f, 0.02));
  CHECK(seen.lost > 0);
  CHECK(seen.least_visible > seen.lost);
  check_caught_as_said(seen);
}

TEST_CASE("many planted losses: answers", "[.slow]") {
  check_caught_as_said(judge(top1, 1000, answers(0.006, 0.005)));
  check_caught_as_said(judge(top1, 1000, answers(0.0066, 0.005)));
  check_quiet(judge(top1, 1000, answers(0.005, 0.005)));
}

TEST_CASE("many planted losses: boxes", "[.slow]") {
  check_caught_as_said(judge(ap_hard, 500, boxes(1500, 0, 0.01)));
  check_caught_as_said(judge(ap_hard, 500, boxes(1500, 0.02, 0.01)));
  check_quiet(judge(ap_hard, 500, boxes(1500, 0.02, 0)));
  check_caught_as_said(judge(ap_hard, 500, boxes(60, 0.1, 0.01)));
}

TEST_CASE("many planted losses: embeddings", "[.slow]") {
  check_caught_as_said(judge(accuracy, 200, embeddings(6000, 0, 0.02)));
  check_caught_as_said(judge(accuracy, 200, embeddings(6000, 0.1f, 0.02)));
  check_quiet(judge(accuracy, 200, embeddings(6000, 0.1f, 0)));
  check_caught_as_said(judge(accuracy, 500, embeddings(300, 0.1f, 0.02)));
}
