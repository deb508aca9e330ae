#pragma once

#include "datasets/dataset.h"

namespace bench {

std::unique_ptr<Dataset> open_voc_detection(const DatasetOptions& options);
std::unique_ptr<Dataset> open_voc_segmentation(const DatasetOptions& options);

}  // namespace bench
