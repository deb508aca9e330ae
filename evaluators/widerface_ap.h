#pragma once
// Average precision on WIDER FACE, equal to the official evaluation tool.
//
// Protocols: "matlab" is the official tool (2015). "python" is the port that most repositories
// copy: it does not sort, and normalises scores as if 0 and 1 were among them where that widens the
// range (max starts at 0, min at 1). "iou-without-plus1" is the port with the plain overlap of
// real-valued boxes. "thresholds-100" and "thresholds-10000" are the official tool with another
// number of thresholds than 1,000.
//
// Scores are normalised over all detections of all images added; a subset is therefore a protocol
// of its own. Detections whose score is not finite are left out, with a warning.

#include "evaluators/evaluator.h"
#include "evaluators/tally.h"

namespace bench {

EvaluatorInfo widerface_ap_info();

/// REQUIRES options.protocol to be one of widerface_ap_info().protocols.
std::unique_ptr<Evaluator> make_widerface_ap(const EvaluatorOptions& options);

/// An image's first row: 0, its faces that count as easy, medium and hard, three zeros. Then one
/// for each threshold at which it adds proposals: number, proposals, found faces (CurveStep).
/// Thresholds are of scores normalised over the whole run.
TallyFigures widerface_figures(const Tally& tally);

}  // namespace bench
