#pragma once
// VGG (Simonyan and Zisserman, 2015): VGG16, configuration D, 138,357,544 parameters; VGG11,
// configuration A, 132,863,336.

#include "models/zoo/untrained.h"

namespace bench {

/// conv1_1 to conv5_3, each with a ReLU, pooled by halves between the blocks. Gives the last ReLU.
NodeId vgg16_convolutions(Untrained& net, const Build& build);

/// Image N x 3 x 224 x 224, output "logits" N x 1000, but as `build` has it.
Graph vgg16(const Build& build);
Graph vgg11(const Build& build);

}  // namespace bench
