#pragma once
// Detection with anchors: where the boxes are and what is in them (Liu et al. 2016, equation 1).

#include "bench/train/objective.h"

namespace bench {

/// Outputs "boxes" N x A x 4 and "logits" N x A x C, background first, as decoders ssd and dsfd
/// read them; ObjectBoxes of classes 0 to C - 2, or FaceBoxes, all of class 0.
///
/// The loss is the smooth L1 of the matched anchors' codes plus the cross entropy of these and of
/// the background anchors it is hardest on, image by image so many for each matched one; both
/// summed over the batch and divided by its number of matched anchors. An image without a box
/// teaches nothing.
///
/// Options:
///   "form"       "ssd": anchors of ssd_lite_anchors, codes of centres; or
///                "dsfd": anchors of dsfd_anchors, codes of corners, 2 classes
///   "overlap"    an anchor learns a box from this IoU on (0.5; dsfd 0.35)
///   "negatives"  background anchors for each matched one (3)
///   "difficult"  whether objects marked so are learnt (false)
std::unique_ptr<Objective> multibox_objective(const Json& options, const ObjectiveFacts& facts);

}  // namespace bench
