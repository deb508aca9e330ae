#pragma once
// Detection: mean average precision over the classes of PASCAL VOC.
//
// The official protocol, "voc", is that of the devkit: overlap of inclusive corners (+1) at least
// 0.5, difficult objects neither counted nor held against anyone, a taken box is not replaced by
// the second best. The others differ from it in one thing or a few, as voc_rules.h says.
//
// Of equal scores the one earlier in the class's result file comes first (Detection::order); where
// there is no such file, the one whose image comes first by id, then the one earlier in the image.

#include "evaluators/evaluator.h"
#include "evaluators/tally.h"

namespace bench {

EvaluatorInfo voc_map_info();

/// Metrics: map_11point and map_area, ap_11point.CLASS, ap_area.CLASS, objects.CLASS and
/// detections.CLASS. The means are over the classes with at least one object that counts; of these
/// an AP that is 0/0 (all detections ignored) enters as 0. The devkit itself gives no mean.
/// Class names default to 20 numbers.
/// REQUIRES options.protocol to be one of voc_map_info().protocols.
std::unique_ptr<Evaluator> make_voc_map(const EvaluatorOptions& options);

/// A tally names the classes; rows are an image's detections, in the order of its list, and its
/// objects that count: class, score, order (Detection::order), and 0 a hit, 1 a miss, 2 an ignored
/// detection, 3 an object.
TallyFigures voc_map_figures(const Tally& tally);

}  // namespace bench
