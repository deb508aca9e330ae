#pragma once
// Classification: is the right class among the best one, or the best five?
//
// Integer networks give several classes the same score, and then the figure depends on who wins.
// With `above` classes scoring more than the right one, and `tied` (itself included) scoring the
// same, the right class is among the best k if
//     low-index    above + tied ones of lower index < k     (argmax of numpy and torch: official)
//     high-index   above + tied ones of higher index < k    (a reversed ascending sort)
//     pessimistic  above + tied <= k                        (it loses every tie)
//     optimistic   above < k                                (it wins every tie)
//     expected     with probability min(1, max(0, (k - above) / tied))   (ties drawn by lot)

#include "evaluators/evaluator.h"
#include "evaluators/tally.h"

namespace bench {

EvaluatorInfo top_k_info();

/// Metrics: top1, top5, their hits, and where ties occur both bounds and the number of images
/// whose best k are not unique. top5 is NaN if an answer lists fewer than five classes.
/// REQUIRES options.protocol to be one of top_k_info().protocols.
std::unique_ptr<Evaluator> make_top_k(const EvaluatorOptions& options);

/// A tally names its figures; an image has one row, with what it counts in each.
TallyFigures top_k_figures(const Tally& tally);

}  // namespace bench
