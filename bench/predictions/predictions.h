#pragma once
// Reads the answers other programs wrote, in the publishers' own result formats.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/dataset.h"
#include "models/answer.h"

namespace bench {

struct Predictions {
  /// By sample id. Images without an answer are absent; only widerface answers them with no
  /// detections and a warning, as its official tool does.
  std::map<std::string, Answer> answers;
  std::vector<std::string> warnings;  ///< classic mistakes, each naming file and line
  std::vector<std::string> files;     ///< read, for hashing
};

/// `suite` is the data set's name: "widerface" (folder, one text file per image), "voc-detection"
/// (folder of comp4_det_*_CLASS.txt), "voc-segmentation" (folder of palette PNGs), "imagenet" (CSV:
/// file, then up to five class indices), "lfw" (distances, similarities or embeddings, see
/// lfw.cpp). Throws Error{missing} or Error{bad_data} naming file and line.
Predictions read_predictions(std::string_view suite, const std::string& path,
                             const Dataset& dataset);

}  // namespace bench
