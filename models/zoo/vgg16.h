#pragma once
// VGG16 (Simonyan and Zisserman, 2015, configuration D): 138,357,544 parameters.

#include "models/zoo/untrained.h"

namespace bench {

/// Untrained weights from `seed`; image N x 3 x 224 x 224, output "logits" N x 1000.
Graph vgg16(std::uint64_t seed, Parameters parameters = Parameters::floats);

}  // namespace bench
