#pragma once

#include "evaluators/evaluator.h"

namespace bench {

EvaluatorInfo face_verification_info();

/// REQUIRES options.protocol to be one of face_verification_info().protocols.
std::unique_ptr<Evaluator> make_face_verification(const EvaluatorOptions& options);

}  // namespace bench
