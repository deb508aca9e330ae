#include "evaluators/watch.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluators/bootstrap.h"
#include "evaluators/significance.h"

namespace bench {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

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
  // What comes and goes without a net loss; a net of one deviation is none.
  const auto changed = static_cast<double>(figure.moved->lost + figure.moved->gained);
  const auto net = static_cast<double>(std::abs(figure.moved->lost - figure.moved->gained));
  const double both = (net * net <= changed ? changed : changed - net) / 2 / items;
  const auto found = [&](std::int64_t worse, std::int64_t better) {
    const double lost = static_cast<double>(worse - better) / items;
    return worse > better && lost > watch.allowed + rounding && lost >= watch.least - rounding &&
           p_of_counts(worse, better, figure.items, watch) <= watch.alpha;
  };
  return counts_power(figure.items, std::min(both + true_loss, 1 - both), both, found);
}

/// How a resampled figure would scatter if it lost more than it does here. Images of equal effect
/// e, m of them, give the deviation e sqrt(m) that is seen; the further loss is one of more such
/// images, whose squares come to e times the loss.
struct Further {
  double deviation = 0;
  double changed = 0;  ///< images
};

Further further(const PairedFigure& figure, double seen, double more) {
  const auto changed = static_cast<double>(figure.changed);
  if (changed == 0 || seen == 0 || more <= 0) return {0, changed};
  const double effect = seen / std::sqrt(changed);
  return {std::sqrt(effect * more), changed + more / effect};
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
  const double seen = deviation(figure.drawn);
  const double more = true_loss - std::max(0.0, loss(figure, watch));
  const auto [added, changed] = further(figure, seen, more);
  const double spread = std::hypot(seen, added);
  if (!(spread > 0)) return nan;
  // So few images lose all in one of 2^(changed - 1) deals, which is too often.
  if (figure.changed > 0 && std::exp2(1 - changed) > watch.alpha) return 0;
  const double z = normal_quantile(1 - watch.alpha / 2);
  const bool alone = figure.moved.has_value();  // by exchanging alone
  const double chance = alone ? std::hypot(figure.chance, added) : spread;
  // Exchanged answers scatter around 0, not around the loss: their variance is loss^2 / n more.
  const double few = watch.allowed == 0 ? z * z / static_cast<double>(figure.items) : 0;
  const double line = z * chance / std::sqrt(std::max(0.1, 1 - few));
  const double needed = std::max(watch.least, watch.allowed + line);
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
