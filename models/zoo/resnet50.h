#pragma once
// ResNet (He et al., 2016) as torchvision has it: ResNet50 with the stride in the 3x3 convolutions
// ("v1.5"), 25,557,032 parameters; ResNet18, 11,689,512.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 224 x 224, output "logits" N x 1000, but as `build` has it.
Graph resnet50(const Build& build);
Graph resnet18(const Build& build);

}  // namespace bench
