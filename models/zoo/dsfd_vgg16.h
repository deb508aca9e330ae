#pragma once
// DSFD (Li et al., 2019) on VGG16 as 610265158/DSFD-tensorflow has it, with the second shot's heads
// only, as it is run: 42,570,985 parameters.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 640 x 640 (sides are multiples of 32), RGB less (123, 116, 103) by (58, 57, 57);
/// outputs "boxes" N x A x 4 (offsets of corners to the anchors) and "logits" N x A x 2
/// (background, face) of the A = 34,125 anchors of dsfd_anchors (models/anchors.h); but as `build`
/// has it. Padding is TensorFlow's "SAME" for this size of image. build.classes is not looked at.
/// Throws Error{bad_data} for other sides.
Graph dsfd_vgg16(const Build& build);

}  // namespace bench
