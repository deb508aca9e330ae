#pragma once
// DeepLabV3+ (Chen et al., 2018) on MobileNetV2 at output stride 16 for PASCAL VOC, as
// jfzhang95/pytorch-deeplab-xception has it: 5,816,053 parameters.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 513 x 513, output "logits" N x 21 x 513 x 513, but as `build` has it. The atrous
/// rates, 6, 12 and 18 at 513, shrink with the longer side of the image, down to 1. Its dropout
/// layers, which do nothing outside of training, are left out.
Graph deeplab_v3plus_mobilenet_v2(const Build& build);

}  // namespace bench
