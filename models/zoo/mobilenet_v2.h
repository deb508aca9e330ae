#pragma once
// MobileNetV2 1.0 (Sandler et al., 2018): 3,504,872 parameters.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 224 x 224, output "logits" N x 1000, but as `build` has it.
Graph mobilenet_v2(const Build& build);

}  // namespace bench
