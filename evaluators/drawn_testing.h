#pragma once
// For tests only: runs over drawn images, two of which may be equally good, or one worse by what is
// planted. Tallies of 60 images (or 1,200 pairs) in little time, so that comparing them can be
// repeated thousands of times.

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "evaluators/bootstrap.h"
#include "evaluators/evaluator.h"
#include "evaluators/face_verification.h"
#include "evaluators/tally.h"

namespace bench::testing {

/// In [0, 1), of nothing but the two numbers.
inline double uniform(std::uint64_t stream, std::uint64_t i) {
  return static_cast<double>(random_bits(77, stream, i) >> 11) * 0x1p-53;
}

struct DrawnRun {
  std::uint64_t shared = 0;  ///< stream of what both runs have in common
  std::uint64_t own = 0;     ///< stream of the rest: runs of other streams are equally good
  double apart = 0.15;       ///< how likely the outcome of a box, a pixel, a pair is the run's own
  double lost = 0;           ///< how likely it is bad whatever it was: the planted loss
  std::uint64_t images = 60;

  std::uint64_t stream_of(std::uint64_t outcome) const {
    return uniform(shared, 1'000'000 + outcome) < apart ? own : shared;
  }
  bool is_lost(std::uint64_t outcome) const { return uniform(own, 2'000'000 + outcome) < lost; }
};

inline std::string drawn_name(std::uint64_t i) { return "image " + std::to_string(100000 + i); }

/// top-k: an answer has its class in the first place (0.7), the first five (0.9), or nowhere. A
/// lost answer is nowhere.
inline Tally drawn_classes(const DrawnRun& run) {
  Tally tally = make_evaluator("top-k", {"low-index", {}, false})->tally();
  tally.groups = {run.images};
  for (std::uint64_t i = 0; i < run.images; ++i) {
    const double place = uniform(run.stream_of(i), i);
    const bool lost = run.is_lost(i);
    tally.items.push_back(drawn_name(i));
    tally.rows.push_back({place < 0.7 && !lost ? 1.0 : 0.0, place < 0.9 && !lost ? 1.0 : 0.0});
  }
  return tally;
}

/// WIDER FACE: 4 faces an image, found with probability 0.7, a misfit else; one is easy, two are
/// medium, all are hard. A lost box is missing.
inline Tally drawn_faces(const DrawnRun& run) {
  const auto evaluator = make_evaluator("widerface-ap", {"thresholds-100", {"face"}, false});
  for (std::uint64_t i = 0; i < run.images; ++i) {
    std::vector<FaceBox> truth;
    Detections found;
    for (std::uint64_t k = 0; k < 4; ++k) {
      const std::uint64_t at = 10 * i + k, by = run.stream_of(at);
      const double x = 100 * static_cast<double>(k);
      truth.push_back({{x, 0, x + 50, 50}, k == 0, k < 2, true});
      const bool hit = uniform(by, 2 * at) < 0.7;
      const double score = (hit ? 0.3 : 0.0) + 0.7 * uniform(by, 2 * at + 1);
      if (run.is_lost(at)) continue;
      const double off = hit ? 0 : 60;
      found.items.push_back({0, score, {x + off, 0, x + off + 50, 50}, 0});
    }
    evaluator->add(drawn_name(i), truth, found);
  }
  return evaluator->tally();
}

/// VOC detection: classes 0 and 1 with two objects an image, class 2 with none anywhere but false
/// detections; scores in tenths, so that many are equal. A lost box is missing.
inline Tally drawn_objects(const DrawnRun& run) {
  const auto evaluator = make_evaluator("voc-map", {"voc", {"a", "b", "none"}, false});
  for (std::uint64_t i = 0; i < run.images; ++i) {
    std::vector<ObjectBox> truth;
    Detections found;
    for (std::uint64_t k = 0; k < 4; ++k) {
      const std::uint64_t at = 10 * i + k, by = run.stream_of(at);
      const double x = 100 * static_cast<double>(k);
      const int label = static_cast<int>(k % 2);
      truth.push_back({label, {x, 1, x + 50, 50}, false, false});
      const double place = uniform(by, 2 * at);
      const bool hit = place < 0.7;
      const double score = (hit ? 0.3 : 0.0) + 0.7 * uniform(by, 2 * at + 1);
      if (run.is_lost(at)) continue;
      const double off = hit ? 0 : 60;
      found.items.push_back({place > 0.95 ? 2 : label,
                             std::floor(10 * score) / 10,
                             {x + off, 1, x + off + 50, 50},
                             0});
    }
    evaluator->add(drawn_name(i), truth, found);
  }
  return evaluator->tally();
}

/// VOC segmentation: 12 segments an image, of class 0, 1 or 2 and 1 to 20 pixels; class 3 is
/// nowhere. A segment is taken for what it is with probability 0.8. A lost one is taken for class
/// 0.
inline Tally drawn_maps(const DrawnRun& run) {
  const auto evaluator =
      make_evaluator("mean-iou", {"absent-skipped", {"0", "a", "b", "none"}, false});
  for (std::uint64_t i = 0; i < run.images; ++i) {
    LabelMap truth{1, 0, {}}, answer{1, 0, {}};
    for (std::uint64_t k = 0; k < 12; ++k) {
      const std::uint64_t at = 20 * i + k, by = run.stream_of(at);
      const auto label = static_cast<std::uint8_t>(3 * uniform(run.shared, 2 * at));
      const auto other = static_cast<std::uint8_t>(3 * uniform(by, 2 * at + 1));
      const auto pixels = static_cast<std::size_t>(1 + 20 * uniform(run.shared, 3'000'000 + at));
      const bool hit = uniform(by, 4'000'000 + at) < 0.8;
      truth.labels.insert(truth.labels.end(), pixels, label);
      answer.labels.insert(answer.labels.end(), pixels,
                           run.is_lost(at) ? std::uint8_t{0}
                           : hit           ? label
                                           : other);
    }
    truth.width = answer.width = static_cast<int>(truth.labels.size());
    evaluator->add(drawn_name(i), truth, answer);
  }
  return evaluator->tally();
}

/// LFW: `images` pairs in ten folds, whose distances overlap. A lost one's distance is anything.
inline Tally drawn_pairs(const DrawnRun& run) {
  std::vector<ScoredPair> pairs;
  for (std::uint64_t p = 0; p < run.images; ++p) {
    const bool same = p / 10 % 2 == 0;
    double distance = (same ? 0.2 : 1.2) + 1.4 * uniform(run.stream_of(p), p);
    if (run.is_lost(p)) distance = 2.8 * uniform(run.own, 3'000'000 + p);
    pairs.push_back({static_cast<int>(p % 10), same, distance});
  }
  return pairs_tally(pairs, "cosface");
}

}  // namespace bench::testing
