#pragma once

#include "evaluators/evaluator.h"

namespace bench {

EvaluatorInfo top_k_info();

/// REQUIRES options.protocol to be one of top_k_info().protocols.
std::unique_ptr<Evaluator> make_top_k(const EvaluatorOptions& options);

}  // namespace bench
