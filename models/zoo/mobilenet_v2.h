#pragma once
// MobileNetV2 1.0 (Sandler et al., 2018): 3,504,872 parameters; and document 2's embedding of faces
// made of it, with 1024 channels at the end: 2,666,240.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 224 x 224, output "logits" N x 1000, but as `build` has it. The last convolution
/// keeps its 1280 channels down to a width of 0.35, the narrowest that was published; below, its
/// channels go with the width.
Graph mobilenet_v2(const Build& build);

/// Image N x 3 x 112 x 112, output "embedding" N x 512, but as `build` has it.
Graph mobilenet_v2_face(const Build& build);

}  // namespace bench
