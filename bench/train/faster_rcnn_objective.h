#pragma once
// Faster R-CNN's four losses: what is an object and where, by the region proposal network; what
// each region is and where its object really is, by the head (Ren et al. 2015; Girshick 2015).

#include "bench/train/objective.h"

namespace bench {

/// Outputs as faster_rcnn_vgg16 has them, of a graph with one Proposals; ObjectBoxes of classes 0
/// to C - 2. Regions are taken as they are: no gradient goes through their coordinates.
///
/// Of the anchors inside the image, those learn an object that overlap one by 0.7 or overlap it
/// more than any other does; those learn the background that overlap none by 0.3. Regions learn
/// what they overlap by 0.5, else the background. Each image has a sample drawn of both: cross
/// entropy, its mean over the batch's sample; and the smooth L1 of the boxes of those that learn an
/// object (sigma 3 for anchors, 1 for regions), its sum divided by the number of the sample. The
/// loss is the sum of the four.
///
/// Departs from the source in that the objects themselves are not among the regions, which come
/// from the graph. Samples are drawn by random numbers of the seed and the network's own outputs,
/// so that a training can go on anywhere.
///
/// Options:
///   "anchors"       drawn of each image (256), at most half of them with objects
///   "regions"       drawn of each image (128), at most `region_share` of them with objects
///   "region_share"  (0.25)
///   "difficult"     whether objects marked so are learnt (false)
std::unique_ptr<Objective> faster_rcnn_objective(const Json& options, const ObjectiveFacts& facts);

}  // namespace bench
