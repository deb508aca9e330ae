#pragma once
// VGG (Simonyan and Zisserman, 2015): VGG16, configuration D, 138,357,544 parameters; VGG11,
// configuration A, 132,863,336.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 224 x 224, output "logits" N x 1000, but as `build` has it.
Graph vgg16(const Build& build);
Graph vgg11(const Build& build);

}  // namespace bench
