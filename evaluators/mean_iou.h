#pragma once

#include "evaluators/evaluator.h"

namespace bench {

EvaluatorInfo mean_iou_info();

/// REQUIRES options.protocol to be one of mean_iou_info().protocols.
std::unique_ptr<Evaluator> make_mean_iou(const EvaluatorOptions& options);

}  // namespace bench
