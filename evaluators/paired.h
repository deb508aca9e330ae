#pragma once
// What changed between two judgements of the same images: of a network in float and quantised, say.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluators/evaluator.h"
#include "evaluators/tally.h"

namespace bench {

struct Difference {
  std::string metric;
  double value = 0;  ///< after - before
  /// Percentile bootstrap in which both sides see the same resamples of the images. Far narrower
  /// than the metrics' own intervals suggest: what both find hard or easy cancels out.
  std::optional<Interval> interval95;
};

/// Of every fraction that both have, in the order of `before`; without an interval where the metric
/// has no replicates. REQUIRES results of the same evaluator and protocol, on the same images, with
/// the same bootstrap.
std::vector<Difference> differences(const std::vector<Metric>& before,
                                    const std::vector<Metric>& after);

/// How many images count less, and how many more, than they did.
struct Moved {
  std::int64_t lost = 0, gained = 0;
};

/// Nothing where the figure is no mean over images. REQUIRES the same images.
std::optional<Moved> moved(const Evaluator& before, const Evaluator& after);

/// One figure of two runs over the same images.
struct PairedFigure {
  std::string metric{};
  double before = 0, after = 0;
  std::int64_t items = 0;                ///< images, or pairs of them
  std::optional<Interval> interval95{};  ///< of after - before, as in Difference
  std::optional<Moved> moved{};          ///< where the figure is a share of right items
  /// How likely a difference this large is by chance, two-sided; NaN where a value is.
  ///
  /// Shares of right items: McNemar's exact test. Else the larger of two: that of the bootstrap
  /// (the interval around 0), and that of exchanging the two runs' answers image by image. The
  /// second is exact where nothing has changed, however few images are answered otherwise, where
  /// the bootstrap alone sees too much: of 4 images that all lose, it misses the loss with e^-4 =
  /// 0.018 on each side, while the exchange has 1/16; where more than 1,000
  /// are answered otherwise, it is left out.
  double p = 1;
  std::vector<double> drawn{};  ///< after - before in every resample, ascending
};

/// The figures named, or all, in the tally's order. Replicates are spread over threads; the result
/// does not depend on how many. REQUIRES tallies of one evaluator, protocol and the same items.
std::vector<PairedFigure> compare_tallies(const Tally& before, const Tally& after,
                                          std::span<const std::string> metrics,
                                          const Bootstrap& bootstrap);

/// An image (or pair) that the two runs answered otherwise.
struct Flip {
  std::string item;
  double effect = 0;  ///< by how much the figure moves if this image alone takes the new answer
};

/// Every item whose numbers are others, those that the figure loses most by first; of equal ones in
/// the order of items. Nothing for a figure that is not there. REQUIRES as compare_tallies().
std::vector<Flip> flips(const Tally& before, const Tally& after, const std::string& metric);

/// Whether items, protocol and names are the same, so that the two can be compared.
bool pairable(const Tally& before, const Tally& after);

/// What a gate asks of a figure.
struct Watch {
  bool higher_is_better = true;
  double allowed = 0;  ///< how much worse it may get
  double least = 0;    ///< smaller losses are never held against a run
  double alpha = 0.05;
};

/// How much worse the figure is now; negative where it is better.
double loss(const PairedFigure& figure, const Watch& watch);

/// p of "no worse than allowed": with nothing allowed the figure's own, else the larger of that and
/// the bootstrap's. Small only if the figure is worse by more than is allowed; 1 if it is not.
double p_of_loss(const PairedFigure& figure, const Watch& watch);

/// The smallest true loss that a comparison like this one finds (p_of_loss <= alpha, loss >= least)
/// with probability `power`. Assumed: answers that come and go without a net loss do so as often as
/// they did here, resp. figures scatter as they did here. NaN where nothing scattered.
double visible_loss(const PairedFigure& figure, const Watch& watch, double power);

/// ... and the probability with which a true loss is found.
double power_for(const PairedFigure& figure, const Watch& watch, double true_loss);

}  // namespace bench
