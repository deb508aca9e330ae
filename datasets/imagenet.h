#pragma once
// ILSVRC2012 classification. Labels are 0..999 in the order of the sorted synsets, whatever the
// source counts in; ids are file names without ending, in the order of the list or, for folders,
// sorted: one set of images has one digest in every layout.
//
// DatasetOptions::root is one of, tried in this order:
//   NIPS 2017    images.csv (ImageId, TrueLabel from 1) and images/ID.png; or the csv itself
//   by synset    val/n01440764/*.JPEG, or n01440764/*.JPEG
//   by name      n01440764_anything.JPEG, in val, images or the root itself
//   list         val.txt or caffe_val.txt ("NAME LABEL" lines), or such a file itself
//   devkit       ILSVRC2012_validation_ground_truth.txt, with the devkit's meta.mat or
//                labelmap_ilsvrc_clsloc.prototxt, which map its numbers to synsets
//   Kaggle       LOC_val_solution.csv, with LOC_synset_mapping.txt
// Label files are looked for in the root, in ILSVRC2012_devkit_t12/data and data below it, in
// labels below it and beside it. Images of the last three lie in val, ILSVRC2012_img_val,
// ILSVRC/Data/CLS-LOC/val, images or the root itself, or in ILSVRC2012_img_val.tar, read in place;
// root may also be that tar. The synsets are those of synset_words.txt (which also names the
// classes), LOC_synset_mapping.txt or imagenet_synsets.txt, looked for likewise; a thousand synset
// folders need none.

#include "datasets/dataset.h"

namespace bench {

std::unique_ptr<Dataset> open_imagenet(const DatasetOptions& options);

}  // namespace bench
