#pragma once
// Reads the answers other programs wrote, in the publishers' own result formats.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/dataset.h"
#include "evaluators/face_verification.h"
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

/// Face pairs that another program has compared already: they are no answers to images, and go to
/// `verify` in place of an evaluator.
struct PairScores {
  std::vector<ScoredPair> pairs;  ///< in the order of pairs.txt
  std::vector<std::string> warnings;
};

/// For "lfw": a text file whose first line is "# distance" (squared L2 of unit vectors, 0 to 4) or
/// "# similarity" (cosine, -1 to 1), then one number per line in the order of pairs.txt. Nothing if
/// the file is not of that kind, so that it holds embeddings. Throws Error{usage} for bare numbers
/// without that first line, Error{missing} and Error{bad_data} naming file and line.
std::optional<PairScores> read_lfw_pair_scores(const std::string& path, const Dataset& dataset);

}  // namespace bench
