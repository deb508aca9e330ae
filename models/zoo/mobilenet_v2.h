#pragma once
// MobileNetV2 1.0 (Sandler et al., 2018): 3,504,872 parameters.

#include "models/zoo/untrained.h"

namespace bench {

/// Untrained weights from `seed`; image N x 3 x 224 x 224, output "logits" N x 1000.
Graph mobilenet_v2(std::uint64_t seed, Parameters parameters = Parameters::floats);

}  // namespace bench
