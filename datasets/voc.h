#pragma once
// PASCAL VOC 2007 and 2012. Ids are those of the image sets ("000005", "2007_000027").
//
// DatasetOptions::root is the folder of one year (VOC2007, VOC2012), or VOCdevkit or its parent if
// there is one year in it. DatasetOptions::list is the name of an image set (ImageSets/Main or
// ImageSets/Segmentation: test, val, trainval, ...) or a file of ids; the default is test in 2007
// and val in 2012. Where there is no ImageSets folder, everything annotated is meant.
//
// For detection, root may also be a text file "id class x1 y1 x2 y2 difficult", '#' beginning a
// comment; classes.txt beside it names other classes than the 20, ids.txt all images, also those
// without objects. There are no images then.

#include "datasets/dataset.h"

namespace bench {

std::unique_ptr<Dataset> open_voc_detection(const DatasetOptions& options);

/// Labels 0 (background) to 20, 255 for void.
std::unique_ptr<Dataset> open_voc_segmentation(const DatasetOptions& options);

}  // namespace bench
