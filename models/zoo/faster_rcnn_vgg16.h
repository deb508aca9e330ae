#pragma once
// Faster R-CNN on VGG16 (Ren et al., NIPS 2015) as document 4 has it: 137,078,239 parameters with
// 21 classes, no batch norm. Source: ijkguo/mx-rcnn's symbol_vgg.

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 600 x 1000, the background being the first of its 21 classes. Outputs, with R =
/// 300 regions of each image, image by image, and A = 9 anchors:
///   "rpn_logits"  N x 2A x h x w   background and object of every anchor at stride 16
///   "rpn_deltas"  N x 4A x h x w   as Proposals reads them
///   "rois"        (N R) x 5        as RoiPool reads them
///   "logits"      (N R) x C        classes of each region
///   "deltas"      (N R) x 4C       one box for each class, in parts of models/decoders' deviations
///
/// For smaller images what is measured in pixels of a short side of 600 shrinks in proportion:
/// anchors, the least size of proposals, their number, and the bins regions are pooled to (rounded
/// up), with them the channels of fc6 and fc7. Of larger images all is as published.
Graph faster_rcnn_vgg16(const Build& build);

}  // namespace bench
