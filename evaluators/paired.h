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
  std::int64_t changed = 0;              ///< ... whose numbers are others now
  std::optional<Interval> interval95{};  ///< of after - before, as in Difference
  std::optional<Moved> moved{};          ///< where the figure is a share of right items
  bool counted = false;                  ///< ... each right or wrong by itself: McNemar's test
  /// How likely a difference this large is by chance, two-sided; NaN where a value is.
  ///
  /// Counted figures: McNemar's exact test. Else the larger of two: that of the bootstrap (the
  /// interval around 0), and that of exchanging the two runs' answers image by image. The second is
  /// exact where nothing has changed, however few images are answered otherwise, where the
  /// bootstrap alone sees too much: of 4 images that all lose, it misses the loss with e^-4 = 0.018
  /// on each side, while the exchange has 1/16; where more than 1,000 are answered otherwise, it is
  /// left out.
  ///
  /// The accuracy of verification is not counted: its thresholds are chosen anew in each run, which
  /// turns pairs near them over in numbers. In 10,000 simulated pairs of equally good runs
  /// McNemar's test at 0.05 raised 1,085 false alarms, and the bootstrap, which chooses thresholds
  /// by repeated pairs, 3. It is tested by exchanging alone, however many pairs changed.
  double p = 1;
  double chance = 0;            ///< deviation of the exchanged differences; 0 where left out
  std::vector<double> drawn{};  ///< after - before in every resample, ascending
};

/// The figures named, or all, in the tally's order. Replicates are spread over threads; the result
/// does not depend on how many. REQUIRES tallies of one evaluator, protocol and the same items.
std::vector<PairedFigure> compare_tallies(const Tally& before, const Tally& after,
                                          std::span<const std::string> metrics,
                                          const Bootstrap& bootstrap);

/// Whether items, protocol and names are the same, so that the two can be compared.
bool pairable(const Tally& before, const Tally& after);

}  // namespace bench
