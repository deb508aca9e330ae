#pragma once
// What a network says about one image. Evaluators judge these; the journal stores them.

#include <cstdint>
#include <variant>
#include <vector>

namespace bench {

/// Corners in pixels of the original image. Whether corners are inclusive, and whether counting
/// starts at 0 or 1, is the data set's convention: WIDER FACE x2 = x + w from 0; VOC 1-based and
/// inclusive.
struct Box {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  friend bool operator==(const Box&, const Box&) = default;
};

struct Detection {
  int label = 0;  ///< index into the data set's class names; 0 for faces
  double score = 0;
  Box box;
  int order = 0;  ///< line in a file that spans many images (VOC): breaks ties of score; else 0
  friend bool operator==(const Detection&, const Detection&) = default;
};

/// In the order the network's post-processing (or a prediction file) gave them.
struct Detections {
  std::vector<Detection> items;
  friend bool operator==(const Detections&, const Detections&) = default;
};

struct ScoredClass {
  int label = 0;
  float score = 0;
  friend bool operator==(const ScoredClass&, const ScoredClass&) = default;
};

/// The best classes: descending score, equal scores by ascending label. Holds every class whose
/// score is at least the fifth best, so that top-1 and top-5 and their tie bounds are exact without
/// all the rest.
struct ClassScores {
  std::vector<ScoredClass> best;
  friend bool operator==(const ClassScores&, const ClassScores&) = default;
};

/// One class index per pixel, row-major; 255 means void (in ground truth only).
struct LabelMap {
  int height = 0, width = 0;
  std::vector<std::uint8_t> labels;
  friend bool operator==(const LabelMap&, const LabelMap&) = default;
};

/// A face descriptor as the network gave it, views already combined; not normalised.
struct Embedding {
  std::vector<float> values;
  friend bool operator==(const Embedding&, const Embedding&) = default;
};

using Answer = std::variant<ClassScores, Detections, LabelMap, Embedding>;

}  // namespace bench
