#pragma once

#include "evaluators/evaluator.h"

namespace bench {

EvaluatorInfo widerface_ap_info();

/// REQUIRES options.protocol to be one of widerface_ap_info().protocols.
std::unique_ptr<Evaluator> make_widerface_ap(const EvaluatorOptions& options);

}  // namespace bench
