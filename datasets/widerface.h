#pragma once
// WIDER FACE validation: 3,226 images, 39,708 faces, three nested difficulties. Ids are EVENT/STEM.
//
// DatasetOptions::root is a folder holding
//   images        WIDER_val/images (publisher), images, wider_val_images, or the root itself
//   ground truth  eval_tools/ground_truth, wider_face_split (publisher), ground_truth, gt, or the
//                 root itself: wider_face_val.mat or wider_face_val_bbx_gt.txt, and
//                 wider_{easy,medium,hard}_val.mat; or wider_val_gt_flags.txt alone
// where wider_face_val.mat is used if it is there, and must agree with the text if that is there
// too; or it is one of these ground-truth files, and the rest is looked for from its folder
// upwards.

#include "datasets/dataset.h"

namespace bench {

std::unique_ptr<Dataset> open_widerface(const DatasetOptions& options);

}  // namespace bench
