#pragma once
// Verification figures from pairs that have been compared: cross-validated accuracy, rates, areas.

#include <vector>

#include "evaluators/evaluator.h"
#include "evaluators/face_thresholds.h"
#include "evaluators/tally.h"

namespace bench {

/// All figures of a protocol with intervals. Pairs are drawn within their folds. A fold-wise
/// protocol gives NaN for fewer than two folds.
std::vector<Metric> verification_figures(const ComparedPairs& pairs, const FaceProtocol& protocol,
                                         const Bootstrap& bootstrap);

/// Those of the figures that have intervals, of pairs counted any number of times.
TallyFigures verification_tally(ComparedPairs pairs, const FaceProtocol& protocol);

}  // namespace bench
