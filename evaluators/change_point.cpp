#include "evaluators/change_point.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluators/bootstrap.h"

namespace bench {
namespace {

bool same_value(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same_state(const ExactPoint& a, const ExactPoint& b) {
  return a.answers == b.answers && same_value(a.value, b.value);
}

/// Mean ranks, less the mean of all of them.
std::vector<double> centred_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  const double mean = static_cast<double>(values.size() - 1) / 2;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    for (std::size_t i = first; i <= last; ++i) {
      ranks[order[i]] = static_cast<double>(first + last) / 2 - mean;
    }
    first = last + 1;
  }
  return ranks;
}

struct Split {
  std::size_t at = 0;
  double unevenness = 0;
};

/// The sum of the first k of n centred ranks has mean 0 and, in random order, a variance
/// proportional to k (n - k); the factor is the same for every k and order and left out. Ranks are
/// multiples of 1/2, so that sums are exact.
Split most_uneven(std::span<const double> ranks) {
  Split best;
  double sum = 0;
  for (std::size_t k = 1; k < ranks.size(); ++k) {
    sum += ranks[k - 1];
    const double unevenness = sum * sum / static_cast<double>(k * (ranks.size() - k));
    if (unevenness > best.unevenness) best = {k, unevenness};
  }
  return best;
}

/// The share of random orders, the order seen being one of them, with a split as uneven. Stops
/// where p <= alpha can no longer come about.
double permutation_p(std::vector<double> ranks, double unevenness, double alpha,
                     const LevelOptions& options) {
  const double all = options.permutations + 1;
  int as_uneven = 1;
  for (int b = 0; b < options.permutations; ++b) {
    for (std::size_t i = ranks.size() - 1; i > 0; --i) {
      const std::uint64_t bits = random_bits(options.seed, static_cast<std::uint64_t>(b), i);
      std::swap(ranks[i], ranks[bits % (i + 1)]);
    }
    // Equal up to rounding of the quotient is equal.
    as_uneven += most_uneven(ranks).unevenness >= unevenness * (1 - 1e-12);
    if (as_uneven > alpha * all) return 1;
  }
  return as_uneven / all;
}

class Splitter {
 public:
  Splitter(std::span<const double> values, const LevelOptions& options)
      : values_(values), options_(options) {}

  void split(std::size_t first, std::size_t size) {
    if (size < 2) return;
    const double alpha =
        options_.alpha * static_cast<double>(size) / static_cast<double>(values_.size());
    std::vector<double> ranks = centred_ranks(values_.subspan(first, size));
    const Split best = most_uneven(ranks);
    if (best.at == 0) return;  // all values are equal
    const double p = permutation_p(std::move(ranks), best.unevenness, alpha, options_);
    if (p > alpha) return;
    split(first, best.at);
    found_.push_back({first + best.at, p});
    split(first + best.at, size - best.at);
  }

  std::vector<LevelChange> found() && { return std::move(found_); }

 private:
  std::span<const double> values_;
  const LevelOptions& options_;
  std::vector<LevelChange> found_;
};

}  // namespace

std::vector<ExactChange> exact_changes(std::span<const ExactPoint> points) {
  std::vector<ExactChange> changes;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const ExactPoint &before = points[i - 1], &now = points[i];
    if (same_state(before, now)) continue;
    ExactChange change{i};
    if (same_value(before.value, now.value)) {
      change.kind = ExactChange::Kind::answers;
    } else if (!now.answers.empty() && before.answers == now.answers) {
      change.kind = ExactChange::Kind::judge;
    }
    for (std::size_t k = 0; k < i && !change.back_to; ++k) {
      if (same_state(points[k], now)) change.back_to = k;
    }
    changes.push_back(change);
  }
  return changes;
}

std::vector<LevelChange> level_changes(std::span<const double> values,
                                       const LevelOptions& options) {
  Splitter splitter(values, options);
  splitter.split(0, values.size());
  return std::move(splitter).found();
}

}  // namespace bench
