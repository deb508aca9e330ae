#pragma once

#include "evaluators/evaluator.h"

namespace bench {

EvaluatorInfo voc_map_info();

/// REQUIRES options.protocol to be one of voc_map_info().protocols.
std::unique_ptr<Evaluator> make_voc_map(const EvaluatorOptions& options);

}  // namespace bench
