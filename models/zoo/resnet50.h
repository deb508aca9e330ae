#pragma once
// ResNet50 (He et al., 2016) with the stride in the 3x3 convolutions, as torchvision has it
// ("v1.5"): 25,557,032 parameters.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 224 x 224, output "logits" N x 1000, but as `build` has it.
Graph resnet50(const Build& build);

}  // namespace bench
