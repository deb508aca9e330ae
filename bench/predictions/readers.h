#pragma once

#include "bench/predictions/predictions.h"

namespace bench {

Predictions read_widerface_predictions(const std::string& path, const Dataset& dataset);
Predictions read_imagenet_predictions(const std::string& path, const Dataset& dataset);
Predictions read_voc_detections(const std::string& path, const Dataset& dataset);
Predictions read_voc_segmentations(const std::string& path, const Dataset& dataset);
Predictions read_lfw_predictions(const std::string& path, const Dataset& dataset);

}  // namespace bench
