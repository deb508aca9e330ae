// The power that is printed against what is found: losses are planted again and again.

#include "evaluators/watch.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "evaluators/drawn_testing.h"

using namespace bench;
using namespace bench::testing;

namespace {

struct Planted {
  const char* metric;
  Tally (*draw)(const DrawnRun&);
  std::uint64_t images;
  double apart, lost;
  int rounds = 100, replicates = 399;
};

struct Power {
  double lost = 0;          ///< by the figure, on the average
  double found = 0;         ///< share of the rounds
  double said = 0;          ///< by comparisons with the planted loss, on the average
  double said_without = 0;  ///< by comparisons of runs that are equally good
};

std::vector<PairedFigure> compare(const Planted& planted, double lost) {
  std::vector<PairedFigure> figures;
  const std::vector<std::string> metrics = {planted.metric};
  for (int round = 0; round < planted.rounds; ++round) {
    const auto stream = static_cast<std::uint64_t>(3 * round);
    const DrawnRun before{stream, stream + 1, planted.apart, 0, planted.images};
    const DrawnRun after{stream, stream + 2, planted.apart, lost, planted.images};
    figures.push_back(
        compare_tallies(planted.draw(before), planted.draw(after), metrics, {planted.replicates, 1})
            .at(0));
  }
  return figures;
}

/// Where nothing scatters nothing is promised.
double said(const PairedFigure& figure, const Watch& watch, double true_loss) {
  const double power = power_for(figure, watch, true_loss);
  return std::isnan(power) ? 0 : power;
}

/// What is allowed, and the least that counts, in shares of the loss.
Power measure(const Planted& planted, double allowed, double least) {
  const auto with = compare(planted, planted.lost), without = compare(planted, 0);
  Power power;
  for (const PairedFigure& one : with) power.lost += loss(one, {}) / planted.rounds;
  const Watch watch{true, allowed * power.lost, least * power.lost, 0.05};
  for (std::size_t k = 0; k < with.size(); ++k) {
    const bool found =
        p_of_loss(with[k], watch) <= watch.alpha && loss(with[k], watch) >= watch.least;
    power.found += found * 1.0 / planted.rounds;
    power.said += said(with[k], watch, power.lost) / planted.rounds;
    power.said_without += said(without[k], watch, power.lost) / planted.rounds;
  }
  WARN(fmt::format(
      "{}, {} images: a loss of {:.4f} ({:.0f} % allowed, {:.0f} % the least) was found "
      "in {:.3f} of {}, said {:.3f}, without the loss {:.3f}",
      planted.metric, planted.images, power.lost, 100 * allowed, 100 * least, power.found,
      planted.rounds, power.said, power.said_without));
  return power;
}

void check(const Planted& planted, double allowed = 0, double least = 0) {
  const Power power = measure(planted, allowed, least);
  CHECK(power.lost > 0);
  CHECK(power.found == Approx(power.said).margin(0.05 + 2 * std::sqrt(0.25 / planted.rounds)));
}

}  // namespace

TEST_CASE("Power of counts: what is said is found, also beyond what is allowed") {
  const Planted top1{"top1", drawn_classes, 1000, 0.05, 0.02, 400, 0};
  check(top1);
  check(top1, 0.4);
  check(top1, 0, 1);
  check({"top1", drawn_classes, 300, 0.01, 0.03, 400, 0}, 0.2, 0.5);
}

TEST_CASE("Power of resampled figures") {
  check({"ap_hard", drawn_faces, 60, 0.15, 0.10});
  check({"ap_hard", drawn_faces, 60, 0.15, 0.10}, 0.3);
  check({"miou", drawn_maps, 60, 0.15, 0.03});
  check({"map_area", drawn_objects, 60, 0.15, 0.10});
}

TEST_CASE("Power where hardly anything but the loss itself changes") {
  check({"ap_hard", drawn_faces, 200, 0, 0.01});
  check({"miou", drawn_maps, 60, 0, 0.004});
  check({"top1", drawn_classes, 1000, 0, 0.01, 400, 0});
}

TEST_CASE("A resampled figure whose scatter is unknown promises nothing") {
  const PairedFigure same{.metric = "ap_hard", .items = 100};
  CHECK(std::isnan(visible_loss(same, {}, 0.9)));
}

TEST_CASE("Few images: the tool says itself that 1 % of the boxes is not to be seen") {
  const Power power = measure({"ap_hard", drawn_faces, 60, 0.15, 0.01}, 0, 0);
  CHECK(power.found < 0.2);
  CHECK(power.said < 0.2);
}

TEST_CASE("Many images: 1 % of the boxes is seen as often as is said") {
  const Power power = measure({"ap_hard", drawn_faces, 1500, 0.02, 0.01, 20, 199}, 0, 0);
  CHECK(power.said > 0.5);
  CHECK(power.found == Approx(power.said).margin(0.25));
}

TEST_CASE("2 % of embeddings moved, hence 4 % of pairs, are seen as often as is said") {
  const Power power = measure({"accuracy", drawn_pairs, 1200, 0, 0.04, 20, 99}, 0, 0);
  CHECK(power.lost > 0);
  CHECK(power.found == Approx(power.said).margin(0.25));
}
