#pragma once
// Which face each detection of one image finds, by the rules of the WIDER FACE evaluation tool.

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/dataset.h"

namespace bench {

/// Easy, medium and hard are bits 0, 1 and 2 of every set of settings.
constexpr int face_settings = 3;

struct MatchedFace {
  double score = 0;
  std::uint8_t finds = 0;  ///< settings in which it is the first to find a face that counts
  std::uint8_t ignored =
      0;  ///< settings in which its best face does not count: neither hit nor miss
};

struct FaceMatchRule {
  bool sort = true;      ///< by descending score (stable), as the MATLAB tool; else as given
  double plus = 1;       ///< added to widths and heights in the overlap: pixels are counted
  double overlap = 0.5;  ///< at least this
};

/// One entry per detection, in the order in which they were judged. A detection goes to the first
/// face of maximal overlap, counted or not, and to no second choice.
std::vector<MatchedFace> match_faces(std::span<const FaceBox> faces,
                                     std::span<const Detection> detections,
                                     const FaceMatchRule& rule);

}  // namespace bench
