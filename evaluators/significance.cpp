#include "evaluators/significance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace bench {
namespace {

constexpr std::size_t exact_limit = 20;

/// log of n! / (k! (n - k)!) p^k (1 - p)^(n - k). REQUIRES 0 < p < 1.
double log_binomial(std::int64_t n, std::int64_t k, double p) {
  const auto whole = static_cast<double>(n), part = static_cast<double>(k);
  return std::lgamma(whole + 1) - std::lgamma(part + 1) - std::lgamma(whole - part + 1) +
         part * std::log(p) + (whole - part) * std::log1p(-p);
}

double binomial(std::int64_t n, std::int64_t k, double p) {
  if (p <= 0) return k == 0;
  if (p >= 1) return k == n;
  return std::exp(log_binomial(n, k, p));
}

/// How far from its mean a count of this variance may be: what lies beyond weighs nothing.
double reach(double variance) { return 9 * std::sqrt(variance) + 9; }

/// P(at most k of n), each with probability p. Downwards from the mean, terms only fall; from far
/// above it they would start at 0.
double at_most(std::int64_t n, std::int64_t k, double p) {
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  const double mean = static_cast<double>(n) * p, odds = (1 - p) / p;
  k = std::min(k, static_cast<std::int64_t>(mean + reach(mean * (1 - p))));
  double sum = 0;
  for (double term = binomial(n, k, p); k >= 0; --k) {
    sum += term;
    if (static_cast<double>(k) <= mean && term < sum * 1e-17) break;
    term *= odds * static_cast<double>(k) / static_cast<double>(n - k + 1);
  }
  return sum;
}

/// The most of `changed` images that may be gained ones, so that `found` holds; -1 if none may.
std::int64_t most_gained(std::int64_t changed,
                         const std::function<bool(std::int64_t, std::int64_t)>& found) {
  std::int64_t low = -1, high = changed / 2 + 1;
  while (high - low > 1) {
    const std::int64_t middle = (low + high) / 2;
    (found(changed - middle, middle) ? low : high) = middle;
  }
  return low;
}

/// Twice the mean rank of each value among all, so that shared ranks stay whole.
std::vector<std::int64_t> twice_ranks(const std::vector<double>& all) {
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return all[a] < all[b]; });
  std::vector<std::int64_t> ranks(all.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && all[order[last + 1]] == all[order[first]]) ++last;
    for (std::size_t i = first; i <= last; ++i) {
      ranks[order[i]] = static_cast<std::int64_t>(first + last + 2);
    }
    first = last + 1;
  }
  return ranks;
}

/// How many ways there are of dealing `drawn` of the ranks out, by their sum.
std::vector<double> ways(const std::vector<std::int64_t>& ranks, std::size_t drawn) {
  const auto sums = static_cast<std::size_t>(std::accumulate(ranks.begin(), ranks.end(), 0LL)) + 1;
  std::vector<std::vector<double>> by_size(drawn + 1, std::vector<double>(sums));
  by_size[0][0] = 1;
  for (const std::int64_t rank : ranks) {
    const auto step = static_cast<std::size_t>(rank);
    for (std::size_t size = drawn; size > 0; --size) {
      for (std::size_t sum = sums; sum-- > step;) {
        by_size[size][sum] += by_size[size - 1][sum - step];
      }
    }
  }
  return by_size[drawn];
}

double exact_rank_test(const std::vector<std::int64_t>& ranks, std::size_t drawn,
                       std::int64_t sum) {
  const std::vector<double> counts = ways(ranks, drawn);
  // The mean sum is drawn * (n + 1) in twice the ranks.
  const auto mean = static_cast<std::int64_t>(drawn * (ranks.size() + 1));
  double as_far = 0, all = 0;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    all += counts[s];
    if (std::abs(static_cast<std::int64_t>(s) - mean) >= std::abs(sum - mean)) as_far += counts[s];
  }
  return std::min(1.0, as_far / all);
}

/// The ranks of a list drawn without replacement have variance drawn * left / (n - 1) times the
/// population variance of all ranks; ties are in that variance already.
double normal_rank_test(const std::vector<std::int64_t>& ranks, std::size_t drawn,
                        std::int64_t sum) {
  const auto n = static_cast<double>(ranks.size()), m = static_cast<double>(drawn);
  double squares = 0;
  for (const std::int64_t rank : ranks) {
    squares += (static_cast<double>(rank) - (n + 1)) * (static_cast<double>(rank) - (n + 1));
  }
  const double variance = m * (n - m) / (n - 1) * squares / n;
  if (variance <= 0) return 1;
  const double away = std::abs(static_cast<double>(sum) - m * (n + 1));
  // One half for the steps of a sum of ranks (one in twice the ranks).
  return std::min(1.0, 2 * normal_probability(-std::max(0.0, away - 1) / std::sqrt(variance)));
}

}  // namespace

double mcnemar(std::int64_t lost, std::int64_t gained) {
  const std::int64_t changed = lost + gained;
  if (changed == 0) return 1;
  return std::min(1.0, 2 * at_most(changed, std::min(lost, gained), 0.5));
}

double mann_whitney(std::span<const double> before, std::span<const double> after) {
  if (before.empty() || after.empty()) return 1;
  std::vector<double> all(before.begin(), before.end());
  all.insert(all.end(), after.begin(), after.end());
  const std::vector<std::int64_t> ranks = twice_ranks(all);
  const std::int64_t sum =
      std::accumulate(ranks.begin(), ranks.begin() + std::ssize(before), std::int64_t{0});
  const bool few = before.size() <= exact_limit && after.size() <= exact_limit;
  return (few ? exact_rank_test : normal_rank_test)(ranks, before.size(), sum);
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return p[a] < p[b]; });
  std::vector<double> corrected(p.size(), std::numeric_limits<double>::quiet_NaN());
  double least = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    least = std::max(least, p[order[k]] * static_cast<double>(order.size() - k));
    corrected[order[k]] = std::min(1.0, least);
  }
  return corrected;
}

double normal_probability(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::ranges::nth_element(values, middle);
  if (values.size() % 2) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double normal_quantile(double p) {
  double low = -40, high = 40;
  while (high - low > 1e-12) {
    const double middle = (low + high) / 2;
    (normal_probability(middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

double tango(std::int64_t lost, std::int64_t gained, std::int64_t images, double true_loss) {
  const auto b = static_cast<double>(lost), c = static_cast<double>(gained),
             n = static_cast<double>(images), d = true_loss;
  // The likelihood of shares d + q and q is greatest where 2 n q^2 - linear q - c d (1 - d) = 0.
  const double linear = (b + c) * (1 - d) - 2 * d * (n - b);
  const double q = (linear + std::sqrt(linear * linear + 8 * n * c * d * (1 - d))) / (4 * n);
  const double variance = n * (2 * std::max(0.0, q) + d * (1 - d));
  const double away = std::abs(b - c - n * d);
  return variance > 0 ? 2 * normal_probability(-away / std::sqrt(variance)) : away == 0;
}

double counts_power(std::int64_t images, double lost, double gained,
                    const std::function<bool(std::int64_t lost, std::int64_t gained)>& found) {
  const double share = std::min(1.0, lost + gained);
  if (share <= 0 || images <= 0) return 0;
  const double mean = static_cast<double>(images) * share;
  const double away = reach(mean * (1 - share));
  const auto least = static_cast<std::int64_t>(std::max(0.0, std::floor(mean - away)));
  const auto most = std::min(images, static_cast<std::int64_t>(std::ceil(mean + away)));
  // Of `changed` images at most `allowed` may be gained ones; that never falls.
  std::int64_t allowed = most_gained(least, found);
  double power = 0;
  for (std::int64_t changed = least; changed <= most; ++changed) {
    while (2 * (allowed + 1) <= changed && found(changed - allowed - 1, allowed + 1)) ++allowed;
    if (allowed < 0) continue;
    power += binomial(images, changed, share) * at_most(changed, allowed, gained / share);
  }
  return std::min(1.0, power);
}

}  // namespace bench
