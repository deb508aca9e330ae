#pragma once
// Thresholds on the distance of face pairs: how many pairs each accepts, and which one to choose.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "evaluators/face_protocol.h"

namespace bench {

/// Pairs sorted by fold. Where the mean of the training folds is subtracted, a pair's distance
/// depends on the fold being tested.
struct ComparedPairs {
  std::vector<std::size_t> fold_sizes;         ///< no fold is empty
  std::vector<std::uint8_t> same;              ///< by pair
  std::vector<std::vector<double>> distances;  ///< one by pair, or one for each fold tested

  const std::vector<double>& tested(std::size_t fold) const {
    return distances.size() == 1 ? distances[0] : distances[fold];
  }
};

/// How often each pair counts.
using PairWeights = std::span<const std::uint32_t>;

/// Pairs from `begin` up to, but not with, `end`.
struct PairRange {
  std::size_t begin = 0, end = 0;
};

/// How many pairs each threshold takes for the same person.
struct Accepted {
  std::vector<std::uint64_t> same, different;  ///< by threshold
  std::uint64_t all_same = 0, all_different = 0;
};

/// Thresholds, and for each pair the first that takes it for the same person. Where ties fail, that
/// of a pair of different people is the first that does not clearly reject it.
class ThresholdGrid {
 public:
  ThresholdGrid(std::vector<double> thresholds, const ComparedPairs& pairs, bool ties_fail);

  const std::vector<double>& thresholds() const { return thresholds_; }

  /// Of the pairs in `ranges`, by their distances when `fold` is tested.
  Accepted accepted(std::size_t fold, std::span<const PairRange> ranges, PairWeights weights) const;

 private:
  std::vector<double> thresholds_;
  const ComparedPairs& pairs_;
  std::vector<std::vector<std::uint32_t>> first_;
};

/// The threshold that serves the training pairs best. REQUIRES choice other than in_sample.
double choose_threshold(const Accepted& train, const std::vector<double>& thresholds,
                        ThresholdChoice choice);

constexpr double far_target = 0.001;

/// The threshold of false accept rate 1/1000, interpolated. Where many thresholds have one rate,
/// the last of them stands for it (the published interpolation is not defined there).
double linear_threshold(const Accepted& train, const std::vector<double>& thresholds);

/// The largest threshold whose false accept rate is at most 1/1000.
double floor_threshold(const Accepted& train, const std::vector<double>& thresholds);

/// NaN where there is nothing to take a part of.
inline double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace bench
