#pragma once
// SqueezeNet 1.1 (Iandola et al., 2016), as Keras and document 3 have it, with a ReLU behind the
// last convolution: 1,235,496 parameters.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 227 x 227, output "logits" N x 1000, but as `build` has it.
Graph squeezenet(const Build& build);

}  // namespace bench
