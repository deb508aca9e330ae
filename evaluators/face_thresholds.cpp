#include "evaluators/face_thresholds.h"

#include <algorithm>
#include <numeric>

namespace bench {

ThresholdGrid::ThresholdGrid(std::vector<double> thresholds, const ComparedPairs& pairs,
                             bool ties_fail)
    : thresholds_(std::move(thresholds)), pairs_(pairs) {
  for (const std::vector<double>& distances : pairs.distances) {
    auto& first = first_.emplace_back();
    for (std::size_t p = 0; p < distances.size(); ++p) {
      const bool tie_counts = ties_fail && !pairs.same[p];
      const auto at = tie_counts ? std::ranges::lower_bound(thresholds_, distances[p])
                                 : std::ranges::upper_bound(thresholds_, distances[p]);
      first.push_back(static_cast<std::uint32_t>(at - thresholds_.begin()));
    }
  }
}

Accepted ThresholdGrid::accepted(std::size_t fold, std::span<const PairRange> ranges,
                                 PairWeights weights) const {
  Accepted counts;
  counts.same.resize(thresholds_.size() + 1);
  counts.different.resize(thresholds_.size() + 1);
  const std::vector<std::uint32_t>& first = first_.size() == 1 ? first_[0] : first_[fold];
  for (const PairRange& range : ranges) {
    for (std::size_t p = range.begin; p < range.end; ++p) {
      (pairs_.same[p] ? counts.same : counts.different)[first[p]] += weights[p];
    }
  }
  std::partial_sum(counts.same.begin(), counts.same.end(), counts.same.begin());
  std::partial_sum(counts.different.begin(), counts.different.end(), counts.different.begin());
  counts.all_same = counts.same.back();
  counts.all_different = counts.different.back();
  counts.same.pop_back();
  counts.different.pop_back();
  return counts;
}

double choose_threshold(const Accepted& train, const std::vector<double>& thresholds,
                        ThresholdChoice choice) {
  std::uint64_t best = 0;
  double chosen = thresholds.front(), sum = 0;
  int count = 0;
  for (std::size_t k = 0; k < thresholds.size(); ++k) {
    const std::uint64_t right = train.same[k] + train.all_different - train.different[k];
    if (choice == ThresholdChoice::until_decrease) {
      if (right < best) break;
      chosen = thresholds[k];
    } else if (right > best || k == 0) {
      chosen = thresholds[k];
      sum = 0;
      count = 0;
    }
    if (right >= best) {
      sum += thresholds[k];
      ++count;
    }
    best = std::max(best, right);
  }
  return choice == ThresholdChoice::mean_best ? sum / count : chosen;
}

double linear_threshold(const Accepted& train, const std::vector<double>& thresholds) {
  const auto far = [&](std::size_t k) { return ratio(train.different[k], train.all_different); };
  const std::size_t last = thresholds.size() - 1;
  if (far(last) < far_target) return 0;
  std::size_t k = 0;
  while (k < last && far(k + 1) <= far_target) ++k;
  if (k == last || far(k) == far_target) return thresholds[k];
  const double slope = (thresholds[k + 1] - thresholds[k]) / (far(k + 1) - far(k));
  return slope * (far_target - far(k)) + thresholds[k];
}

double floor_threshold(const Accepted& train, const std::vector<double>& thresholds) {
  std::size_t k = thresholds.size();
  while (--k > 0 && ratio(train.different[k], train.all_different) > far_target) {
  }
  return thresholds[k];
}

}  // namespace bench
