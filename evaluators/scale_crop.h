#pragma once

#include "models/answer.h"

namespace bench {

/// The shorter side scaled to `size` by nearest neighbour, then the central size x size square.
/// Source: FixScaleCrop of jfzhang95/pytorch-deeplab-xception with PIL's Image.resize(NEAREST).
/// REQUIRES an image with at least one pixel.
LabelMap scale_and_crop(const LabelMap& map, int size);

}  // namespace bench
