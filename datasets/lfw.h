#pragma once
// Labeled Faces in the Wild. A sample is an image named in pairs.txt, sorted by id
// ("NAME/NAME_0001"); its truth are the pairs whose first image it is.
//
// DatasetOptions::root is a folder of NAME/NAME_0001.jpg (or .png), possibly inside lfw,
// lfw-deepfunneled or lfw_funneled; or a zip of that; or a folder with one zip. pairs.txt lies in
// that folder or in the one above. DatasetOptions::list is another file of pairs ("pairsDevTest",
// or a path), or a list of images: then the pairs between these remain.

#include "datasets/dataset.h"

namespace bench {

std::unique_ptr<Dataset> open_lfw(const DatasetOptions& options);

}  // namespace bench
