#include "evaluators/watch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "evaluators/bootstrap.h"
#include "evaluators/significance.h"

namespace bench {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double deviation(const std::vector<double>& values) {
  if (values.empty()) return 0;
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / n);
}

/// Sums of the same numbers in another order differ by less.
constexpr double rounding = 1e-12;

/// p of a net loss of what is allowed, by counting.
double p_of_counts(std::int64_t worse, std::int64_t better, std::int64_t items,
                   const Watch& watch) {
  const double p = mcnemar(worse, better);
  return watch.allowed > 0 ? std::max(p, tango(worse, better, items, watch.allowed)) : p;
}

double power_of_counting(const PairedFigure& figure, const Watch& watch, double true_loss) {
  const auto items = static_cast<double>(figure.items);
  // What comes and goes without a net loss.
  const double both =
      static_cast<double>(std::min(figure.moved->lost, figure.moved->gained)) / items;
  const auto found = [&](std::int64_t worse, std::int64_t better) {
    const double lost = static_cast<double>(worse - better) / items;
    return worse > better && lost > watch.allowed + rounding && lost >= watch.least - rounding &&
           p_of_counts(worse, better, figure.items, watch) <= watch.alpha;
  };
  return counts_power(figure.items, std::min(both + true_loss, 1 - both), both, found);
}

}  // namespace

double loss(const PairedFigure& figure, const Watch& watch) {
  return watch.higher_is_better ? figure.before - figure.after : figure.after - figure.before;
}

double p_of_loss(const PairedFigure& figure, const Watch& watch) {
  const double lost = loss(figure, watch);
  if (std::isnan(lost) || std::isnan(figure.p)) return nan;
  if (lost <= watch.allowed + rounding) return 1;
  if (figure.counted) {
    const auto [fewer, more] = *figure.moved;
    return watch.higher_is_better ? p_of_counts(fewer, more, figure.items, watch)
                                  : p_of_counts(more, fewer, figure.items, watch);
  }
  if (watch.allowed == 0) return figure.p;
  const double at = watch.higher_is_better ? -watch.allowed : watch.allowed;
  return std::max(figure.p, percentile_p(figure.drawn, at));
}

double power_for(const PairedFigure& figure, const Watch& watch, double true_loss) {
  if (figure.counted) return power_of_counting(figure, watch, true_loss);
  const double spread = deviation(figure.drawn);
  if (!(spread > 0)) return nan;
  const double needed =
      std::max(watch.least, watch.allowed + normal_quantile(1 - watch.alpha / 2) * spread);
  return normal_probability((true_loss - needed) / spread);
}

double visible_loss(const PairedFigure& figure, const Watch& watch, double power) {
  if (std::isnan(power_for(figure, watch, 0.5))) return nan;
  double low = 0, high = 1;
  if (power_for(figure, watch, high) < power) return nan;
  while (high - low > 1e-3 * high) {
    const double middle = (low + high) / 2;
    (power_for(figure, watch, middle) < power ? low : high) = middle;
  }
  return high;
}

}  // namespace bench
