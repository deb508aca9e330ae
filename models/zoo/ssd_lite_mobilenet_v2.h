#pragma once
// SSD-Lite on MobileNetV2 for PASCAL VOC (qfgaohao/pytorch-ssd, mb2-ssd-lite): 3,388,228
// parameters, 3,000 prior boxes at 300 x 300.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 300 x 300; outputs "boxes" N x 3000 x 4 (offsets to the priors) and "logits"
/// N x 3000 x 21, the background first; but as `build` has it. A narrower network is narrower
/// everywhere, also in its last layer and behind it, where MobileNetV2 as a classifier is not. The
/// priors are ssd_lite_anchors (models/anchors.h).
Graph ssd_lite_mobilenet_v2(const Build& build);

}  // namespace bench
