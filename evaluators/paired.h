#pragma once
// What changed between two judgements of the same images: of a network in float and quantised, say.

#include <optional>
#include <string>
#include <vector>

#include "evaluators/evaluator.h"

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

}  // namespace bench
