#pragma once
// Precision and recall at the fixed thresholds of the WIDER FACE evaluation tool. Everything is
// counted in integers until the last step, so no order of images can be told from the result.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "evaluators/widerface_match.h"

namespace bench {

/// Scores become (score - low) / (high - low), over all detections of all images.
struct ScoreRange {
  double low = 0, high = 0;
};

/// What one image adds to the counts at thresholds number `threshold` and later.
struct CurveStep {
  std::uint32_t threshold = 0;
  std::array<std::uint32_t, face_settings> proposals{}, found{};
};

/// The steps of one image, by ascending threshold. Threshold k of n is 1 - (k + 1) / n; at each,
/// everything up to the LAST detection that reaches it is taken, which in a list that is not sorted
/// brings along lower scores too. Equal scores everywhere give no steps (0 / 0 reaches nothing).
std::vector<CurveStep> curve_steps(std::span<const MatchedFace> matched, const ScoreRange& range,
                                   std::uint32_t thresholds);

/// Sums of proposals and of found faces at every threshold.
class FaceCurve {
 public:
  explicit FaceCurve(std::uint32_t thresholds) : gains_(thresholds) {}

  void clear();
  /// Counts an image's steps `times` over.
  void add(std::span<const CurveStep> steps, std::uint32_t times);

  struct Count {
    std::uint64_t proposals = 0, found = 0;
  };
  std::vector<Count> counts(int setting) const;

  /// Area under the precision envelope over recall. NaN if `faces` is 0.
  /// Source: eval_tools of WIDER FACE (2015), which follow the VOC 2010 development kit.
  double average_precision(int setting, std::uint64_t faces) const;

 private:
  struct Gain {
    std::array<std::uint64_t, face_settings> proposals{}, found{};
  };
  std::vector<Gain> gains_;
};

}  // namespace bench
