#pragma once
// VGG16 (Simonyan and Zisserman, 2015, configuration D): 138,357,544 parameters.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 224 x 224, output "logits" N x 1000, but as `build` has it.
Graph vgg16(const Build& build);

}  // namespace bench
