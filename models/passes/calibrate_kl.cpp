#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "models/error.h"
#include "models/passes/calibrate_ranges.h"

namespace bench {
namespace {

constexpr std::size_t kl_bins = 2048;

// How much of a distribution given by equal bins lies below x, x in bins; linear within a bin.
class Cumulative {
 public:
  explicit Cumulative(const std::vector<double>& bins) : below_(1, 0.0) {
    for (const double share : bins) below_.push_back(below_.back() + share);
  }
  double total() const { return below_.back(); }
  double operator()(double x) const {
    const double last = static_cast<double>(below_.size() - 1);
    const double at = std::clamp(x, 0.0, last);
    const auto k = static_cast<std::size_t>(std::min(std::floor(at), last - 1));
    return below_[k] + (at - static_cast<double>(k)) * (below_[k + 1] - below_[k]);
  }

 private:
  std::vector<double> below_;
};

// Shares of the magnitudes, zeros left out, in 2048 equal bins up to the largest.
std::vector<double> shares_of(const Histogram& histogram) {
  std::vector<double> shares(kl_bins, 0.0);
  const double per_width = double{kl_bins} / histogram.largest_magnitude();
  const auto total = static_cast<double>(histogram.count() - histogram.zeros());
  for (const Histogram::Bin& bin : histogram.bins()) {
    if (bin.low == 0 && bin.high == 0) continue;
    const double share = static_cast<double>(bin.count) / total;
    const auto [low, high] =  // in bins
        std::minmax({std::fabs(bin.low) * per_width, std::fabs(bin.high) * per_width});
    std::size_t k = std::min(static_cast<std::size_t>(low), kl_bins - 1);
    if (low == high) shares[k] += share;
    for (double from = low; from < high; ++k) {
      const double to = k + 1 < kl_bins ? std::min(static_cast<double>(k + 1), high) : high;
      shares[k] += share * (to - from) / (high - low);
      from = to;
    }
  }
  return shares;
}

double divergence(const std::vector<double>& shares, const Cumulative& below, std::size_t kept,
                  std::size_t levels) {
  constexpr double epsilon = 0.0001;
  const double stretch = static_cast<double>(kept) / static_cast<double>(levels);
  std::vector<double> means(levels);
  for (std::size_t j = 0; j < levels; ++j) {
    const double start = static_cast<double>(j) * stretch;
    means[j] = (below(start + stretch) - below(start)) / stretch;
  }
  const Cumulative spread(means);  // of means, in stretches
  double sum = 0;
  for (std::size_t k = 0; k < kept; ++k) {
    const double beyond = k + 1 == kept ? below.total() - below(static_cast<double>(kept)) : 0.0;
    const double p = shares[k] + beyond + epsilon;
    const auto i = static_cast<double>(k);
    const double q = (spread((i + 1) / stretch) - spread(i / stretch)) * stretch + epsilon;
    sum += p * std::log(p / q);
  }
  return sum;
}

}  // namespace

Range kl_range(const Histogram& histogram, int bits) {
  const Range seen = max_range(histogram);
  if (bits < 2 || bits > 10) {
    throw Error(Fault::usage, "kl: " + std::to_string(bits) + " bits; 2 to 10 are possible");
  }
  if (histogram.largest_magnitude() == 0) return seen;
  const std::vector<double> shares = shares_of(histogram);
  const Cumulative below(shares);
  const std::size_t levels = std::size_t{1} << (bits - 1);
  std::size_t best = levels;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t kept = levels; kept < kl_bins; ++kept) {
    const double d = divergence(shares, below, kept, levels);
    if (d < least) least = d, best = kept;
  }
  const auto t = static_cast<float>((static_cast<double>(best) + 0.5) *
                                    double{histogram.largest_magnitude()} / double{kl_bins});
  const Range chosen{std::max(-t, seen.min), std::min(t, seen.max)};
  return chosen.min <= chosen.max ? chosen : seen;
}

}  // namespace bench
