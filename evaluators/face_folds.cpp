#include "evaluators/face_folds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>

#include "evaluators/bootstrap.h"

namespace bench {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Of the population: nothing is taken off the number of folds.
double deviation(const std::vector<double>& values) {
  const double middle = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - middle) * (value - middle);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

struct Point {
  double fpr = 0, tpr = 0;
};

double trapezoid_area(const std::vector<Point>& curve) {
  double area = 0;
  for (std::size_t k = 1; k < curve.size(); ++k) {
    area += (curve[k].fpr - curve[k - 1].fpr) * (curve[k].tpr + curve[k - 1].tpr) / 2;
  }
  return area;
}

/// Where 1 - fpr - tpr, which never rises along the curve, passes through zero.
double equal_error_rate(const std::vector<Point>& curve) {
  for (std::size_t k = 0; k < curve.size(); ++k) {
    const Point& to = curve[k];
    if (1 - to.fpr - to.tpr > 0) continue;
    if (k == 0 || curve[k - 1].fpr == to.fpr) return to.fpr;
    const Point& from = curve[k - 1];
    const double slope = (to.tpr - from.tpr) / (to.fpr - from.fpr);
    return (1 - from.tpr + slope * from.fpr) / (1 + slope);
  }
  return nan;
}

struct Figure {
  Metric metric;
  bool interval = false;
};

class Verification {
 public:
  Verification(const ComparedPairs& pairs, const FaceProtocol& protocol);
  std::vector<Figure> figures(PairWeights weights) const;
  /// Pairs that `accuracy` counts as right, each counted once.
  std::vector<std::uint8_t> right() const;

 private:
  /// A threshold for each fold from the other folds, tried on the fold.
  struct Rates {
    std::vector<double> tar, far;
  };
  std::vector<PairRange> others(std::size_t fold) const {
    return {{0, folds_[fold].begin}, {folds_[fold].end, pairs_.same.size()}};
  }
  bool is_right(std::size_t pair, double threshold) const;
  double accuracy(std::size_t fold, double threshold, PairWeights weights) const;
  void rate(std::size_t fold, double threshold, PairWeights weights, Rates& rates) const;
  std::vector<Point> mean_curve(PairWeights weights) const;
  void add_accuracy(std::vector<Figure>& figures, PairWeights weights) const;
  void add_rates(std::vector<Figure>& figures, PairWeights weights) const;
  void add_exact(std::vector<Figure>& figures, PairWeights weights) const;

  const ComparedPairs& pairs_;
  const FaceProtocol& protocol_;
  std::vector<PairRange> folds_;
  ThresholdGrid grid_, rate_grid_;
  std::vector<double> own_distance_;        ///< each pair's when its own fold is tested
  std::vector<std::uint32_t> by_distance_;  ///< all pairs, ascending
};

Verification::Verification(const ComparedPairs& pairs, const FaceProtocol& protocol)
    : pairs_(pairs),
      protocol_(protocol),
      grid_(accuracy_thresholds(protocol), pairs, protocol.ties_fail),
      rate_grid_(rate_thresholds(), pairs, false) {
  for (std::size_t fold = 0; fold < pairs.fold_sizes.size(); ++fold) {
    const std::size_t begin = own_distance_.size();
    folds_.push_back({begin, begin + pairs.fold_sizes[fold]});
    for (std::size_t p = begin; p < folds_.back().end; ++p) {
      own_distance_.push_back(pairs.tested(fold)[p]);
    }
  }
  by_distance_.resize(own_distance_.size());
  std::iota(by_distance_.begin(), by_distance_.end(), 0u);
  std::ranges::stable_sort(by_distance_, {}, [&](std::uint32_t p) { return own_distance_[p]; });
}

bool Verification::is_right(std::size_t pair, double threshold) const {
  const double distance = own_distance_[pair];
  const bool accepted = distance < threshold;
  const bool rejected = protocol_.ties_fail ? distance > threshold : !accepted;
  return pairs_.same[pair] ? accepted : rejected;
}

double Verification::accuracy(std::size_t fold, double threshold, PairWeights weights) const {
  std::uint64_t right = 0, all = 0;
  for (std::size_t p = folds_[fold].begin; p < folds_[fold].end; ++p) {
    all += weights[p];
    if (is_right(p, threshold)) right += weights[p];
  }
  return ratio(right, all);
}

void Verification::rate(std::size_t fold, double threshold, PairWeights weights,
                        Rates& rates) const {
  std::array<std::uint64_t, 2> accepted{}, all{};
  for (std::size_t p = folds_[fold].begin; p < folds_[fold].end; ++p) {
    all[pairs_.same[p]] += weights[p];
    if (own_distance_[p] < threshold) accepted[pairs_.same[p]] += weights[p];
  }
  rates.far.push_back(ratio(accepted[0], all[0]));
  rates.tar.push_back(ratio(accepted[1], all[1]));
}

std::vector<Point> Verification::mean_curve(PairWeights weights) const {
  std::vector<Point> curve(grid_.thresholds().size());
  for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
    const Accepted test = grid_.accepted(fold, std::span(&folds_[fold], 1), weights);
    for (std::size_t k = 0; k < curve.size(); ++k) {
      curve[k].fpr += ratio(test.different[k], test.all_different);
      curve[k].tpr += ratio(test.same[k], test.all_same);
    }
  }
  for (Point& point : curve) {
    point.fpr /= static_cast<double>(folds_.size());
    point.tpr /= static_cast<double>(folds_.size());
  }
  return curve;
}

void Verification::add_accuracy(std::vector<Figure>& figures, PairWeights weights) const {
  std::vector<double> accuracies, thresholds;
  for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
    const bool alone = folds_.size() < 2;
    const Accepted train = grid_.accepted(fold, others(fold), weights);
    thresholds.push_back(alone ? nan
                               : choose_threshold(train, grid_.thresholds(), protocol_.choice));
    accuracies.push_back(alone ? nan : accuracy(fold, thresholds.back(), weights));
  }
  figures.push_back({{"accuracy", mean(accuracies), {}, "", true}, true});
  figures.push_back({{"accuracy_std", deviation(accuracies), {}, "", false}, false});
  const double sign = protocol_.measure == FaceMeasure::negated_cosine ? -1 : 1;
  for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
    const std::string name = fmt::format("fold{}", fold + 1);
    figures.push_back({{"accuracy." + name, accuracies[fold], {}, "", false}, false});
    figures.push_back(
        {{"threshold." + name, sign * thresholds[fold], {}, "threshold", false}, false});
  }
}

void Verification::add_rates(std::vector<Figure>& figures, PairWeights weights) const {
  Rates linear, floor;
  for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
    const Accepted train = rate_grid_.accepted(fold, others(fold), weights);
    rate(fold, linear_threshold(train, rate_grid_.thresholds()), weights, linear);
    rate(fold, floor_threshold(train, rate_grid_.thresholds()), weights, floor);
  }
  const std::pair<const char*, const Rates&> kinds[] = {{"linear", linear}, {"floor", floor}};
  for (const auto& [name, rates] : kinds) {
    const std::string metric = fmt::format("tar_at_far_{}_{}", far_target, name);
    const bool alone = folds_.size() < 2;
    figures.push_back({{metric, alone ? nan : mean(rates.tar), {}, "", false}, true});
    figures.push_back(
        {{metric + "_std", alone ? nan : deviation(rates.tar), {}, "", false}, false});
    figures.push_back({{metric + "_far", alone ? nan : mean(rates.far), {}, "", false}, false});
  }
  const std::vector<Point> curve = mean_curve(weights);
  figures.push_back({{"auc", trapezoid_area(curve), {}, "", false}, true});
  figures.push_back({{"eer", equal_error_rate(curve), {}, "", false}, true});
}

/// Without thresholds on a grid and without folds: a walk over all pairs by ascending distance,
/// equal distances at once.
void Verification::add_exact(std::vector<Figure>& figures, PairWeights weights) const {
  constexpr std::array<double, 3> targets = {0.1, 0.01, 0.001};
  std::array<std::uint64_t, 2> all{}, below{};  // different, same
  for (const std::uint32_t p : by_distance_) all[pairs_.same[p]] += weights[p];
  std::array<std::optional<double>, targets.size()> tar;
  std::uint64_t twice_area = 0, best = 0;
  double cut = nan;
  for (std::size_t i = 0; i < by_distance_.size();) {
    const double distance = own_distance_[by_distance_[i]];
    std::array<std::uint64_t, 2> here{};
    for (; i < by_distance_.size() && own_distance_[by_distance_[i]] == distance; ++i) {
      here[pairs_.same[by_distance_[i]]] += weights[by_distance_[i]];
    }
    twice_area += here[0] * (2 * below[1] + here[1]);  // a tie is half a win
    for (std::size_t k = 0; k < targets.size(); ++k) {
      const double allowed = std::floor(targets[k] * static_cast<double>(all[0]) + 1e-9);
      if (!tar[k] && static_cast<double>(below[0] + here[0]) > allowed) {
        tar[k] = ratio(below[1], all[1]);
      }
    }
    below = {below[0] + here[0], below[1] + here[1]};
    if (const std::uint64_t right = below[1] + all[0] - below[0]; right > best) {
      best = right;
      cut = distance;
    }
  }
  if (protocol_.choice == ThresholdChoice::in_sample) {
    figures.push_back({{"accuracy", ratio(best, all[0] + all[1]), {}, "", true}, true});
    figures.push_back({{"threshold", cut, {}, "threshold", false}, false});
  }
  figures.push_back({{"auc_exact", ratio(twice_area, 2 * all[0] * all[1]), {}, "", false}, true});
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const double whole = all[0] > 0 && all[1] > 0 ? 1.0 : nan;
    figures.push_back(
        {{fmt::format("tar_at_far_{}_exact", targets[k]), tar[k].value_or(whole), {}, "", false},
         true});
  }
}

std::vector<Figure> Verification::figures(PairWeights weights) const {
  std::vector<Figure> list;
  if (protocol_.choice != ThresholdChoice::in_sample) add_accuracy(list, weights);
  if (protocol_.rates) add_rates(list, weights);
  add_exact(list, weights);
  return list;
}

std::vector<std::uint8_t> Verification::right() const {
  std::vector<std::uint8_t> right;
  if (protocol_.choice == ThresholdChoice::in_sample || folds_.size() < 2) return right;
  const std::vector<std::uint32_t> once(pairs_.same.size(), 1);
  for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
    const double threshold = choose_threshold(grid_.accepted(fold, others(fold), once),
                                              grid_.thresholds(), protocol_.choice);
    for (std::size_t p = folds_[fold].begin; p < folds_[fold].end; ++p) {
      right.push_back(is_right(p, threshold));
    }
  }
  return right;
}

}  // namespace

TallyFigures verification_tally(ComparedPairs pairs, const FaceProtocol& protocol) {
  // Verification looks at the pairs it is given, so the two live in one place.
  struct Kept {
    ComparedPairs pairs;
    Verification verification;
    Kept(ComparedPairs given, const FaceProtocol& by)
        : pairs(std::move(given)), verification(pairs, by) {}
  };
  const auto kept = std::make_shared<const Kept>(std::move(pairs), protocol);
  TallyFigures result;
  result.independent = false;
  const std::vector<std::uint32_t> once(kept->pairs.same.size(), 1);
  for (const Figure& figure : kept->verification.figures(once)) {
    if (!figure.interval) continue;
    result.names.push_back(figure.metric.name);
    const bool accuracy = figure.metric.name == "accuracy";
    result.right.push_back(accuracy ? kept->verification.right() : std::vector<std::uint8_t>());
  }
  result.values = [kept](PairWeights weights) {
    std::vector<double> values;
    for (const Figure& figure : kept->verification.figures(weights)) {
      if (figure.interval) values.push_back(figure.metric.value);
    }
    return values;
  };
  return result;
}

std::vector<Metric> verification_figures(const ComparedPairs& pairs, const FaceProtocol& protocol,
                                         const Bootstrap& bootstrap) {
  const Verification verification(pairs, protocol);
  std::vector<Figure> figures =
      verification.figures(std::vector<std::uint32_t>(pairs.same.size(), 1));
  const auto values = [&](PairWeights weights) {
    std::vector<double> list;
    for (const Figure& figure : verification.figures(weights)) list.push_back(figure.metric.value);
    return list;
  };
  auto drawn = bootstrap_values(pairs.fold_sizes, figures.size(), bootstrap, values);
  std::vector<Metric> metrics;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (figures[i].interval) {
      figures[i].metric.interval95 = interval95(drawn[i]);
      figures[i].metric.replicates = std::move(drawn[i]);
    }
    metrics.push_back(std::move(figures[i].metric));
  }
  metrics.push_back({"pairs", static_cast<double>(pairs.same.size()), {}, "pairs", false});
  return metrics;
}

}  // namespace bench
