#include "bench/predictions/predictions.h"

#include "bench/predictions/readers.h"
#include "models/registry.h"

namespace bench {
namespace {

using Read = Predictions (*)(const std::string& path, const Dataset& dataset);

constexpr Entry<Read> list[] = {
    {"widerface", "folder: EVENT/IMAGE.txt", read_widerface_predictions},
    {"imagenet", "CSV: file, then up to five class indices", read_imagenet_predictions},
    {"voc-detection", "folder of comp4_det_*_CLASS.txt", read_voc_detections},
    {"voc-segmentation", "folder of palette PNGs", read_voc_segmentations},
    {"lfw", "distances, similarities or embeddings", read_lfw_predictions},
};

}  // namespace

Predictions read_predictions(std::string_view suite, const std::string& path,
                             const Dataset& dataset) {
  return find(list, "kind of predictions", suite).make(path, dataset);
}

}  // namespace bench
