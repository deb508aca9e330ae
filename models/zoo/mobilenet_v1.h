#pragma once
// MobileNetV1 (Howard et al., 2017) as Keras and document 3 have it: 4,231,976 parameters; at width
// 0.75 2,585,560, at 0.5 1,331,592, at 0.25 470,072.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 224 x 224, output "logits" N x 1000, but as `build` has it. Padding is
/// TensorFlow's "SAME", epsilon of batch norms 1e-3.
Graph mobilenet_v1(const Build& build);

}  // namespace bench
