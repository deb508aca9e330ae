#pragma once
// Whether a figure is worse than it may be, and how small a loss would have been seen.

#include "evaluators/paired.h"

namespace bench {

/// What a gate asks of a figure.
struct Watch {
  bool higher_is_better = true;
  double allowed = 0;  ///< how much worse it may get
  double least = 0;    ///< smaller losses are never held against a run
  double alpha = 0.05;
};

/// How much worse the figure is now; negative where it is better.
double loss(const PairedFigure& figure, const Watch& watch);

/// p of "no worse than allowed": the figure's own, or, where something is allowed, the larger of
/// that and tango()'s for counted figures, the bootstrap's for others. Small only if the figure is
/// worse by more than is allowed; 1 if it is not.
double p_of_loss(const PairedFigure& figure, const Watch& watch);

/// The smallest true loss that a comparison like this one finds (p_of_loss <= alpha, loss >= least)
/// with probability `power`. Assumed: answers that come and go without a net loss do so as often as
/// they did here, resp. figures scatter as they did here, and a loss beyond the one seen here comes
/// by more images like those that changed. Exact for counted figures; for others by normal
/// distributions, a few hundredths too large where few dozen images change. NaN where nothing
/// scattered.
double visible_loss(const PairedFigure& figure, const Watch& watch, double power);

/// ... and the probability with which a true loss is found.
double power_for(const PairedFigure& figure, const Watch& watch, double true_loss);

}  // namespace bench
