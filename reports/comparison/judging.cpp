#include "reports/comparison/judging.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evaluators/significance.h"

namespace bench::comparing {
namespace {

constexpr double power = 0.9;

void judge(Pending& pending, double alpha, std::size_t tested, double corrected_loss) {
  FigureChange& change = pending.change;
  if (std::isnan(change.p)) return;
  const double seen = change.after - change.before;
  const double p = std::isnan(change.corrected) ? change.p : change.corrected;
  if (p <= alpha && seen != 0 && std::abs(seen) >= pending.watch.least) {
    const bool better = (seen > 0) == pending.watch.higher_is_better;
    change.verdict = better ? Verdict::improved : Verdict::regressed;
  }
  if (!change.watched) return;
  const double lost = pending.watch.higher_is_better ? -seen : seen;
  change.missed = corrected_loss <= alpha && lost > 0 && lost >= pending.watch.least;
  if (pending.paired) {
    Watch strictest = pending.watch;  // Holm's first step
    strictest.alpha = alpha / static_cast<double>(std::max<std::size_t>(tested, 1));
    change.visible = visible_loss(*pending.paired, strictest, power);
  }
}

void excuse(Pending& pending, const std::string& today) {
  FigureChange& change = pending.change;
  if (!change.missed || !pending.gate->exception) return;
  const Gate::Exception& exception = *pending.gate->exception;
  const bool holds = today <= exception.until;
  change.missed = !holds;
  change.note = fmt::format("exception {} {}: {}", holds ? "until" : "ended", exception.until,
                            exception.reason);
}

}  // namespace

void judge_figures(std::vector<PendingCase>& cases, Comparison& comparison,
                   const std::string& today) {
  std::vector<double> any, loss;
  std::vector<Pending*> tested;
  for (PendingCase& one : cases) {
    for (Pending& pending : one.figures) {
      if (!pending.change.watched || std::isnan(pending.change.p)) continue;
      tested.push_back(&pending);
      any.push_back(pending.change.p);
      loss.push_back(pending.p_of_loss);
    }
  }
  comparison.watched = tested.size();
  const std::vector<double> corrected = holm(any), corrected_loss = holm(loss);
  for (std::size_t i = 0; i < tested.size(); ++i) tested[i]->change.corrected = corrected[i];
  std::size_t next = 0;
  for (PendingCase& one : cases) {
    for (Pending& pending : one.figures) {
      const bool own = next < tested.size() && tested[next] == &pending;
      judge(pending, comparison.alpha, comparison.watched,
            own ? corrected_loss[next] : RunRecord::nan);
      excuse(pending, today);
      next += own;
    }
  }
}

void conclude(PendingCase& one) {
  CaseComparison& result = one.result;
  for (Pending& pending : one.figures) {
    const FigureChange& change = pending.change;
    // Times are no answers: they speak for the case only where they are watched.
    const bool counts = change.metric != "median_ms" || change.watched;
    if (counts) result.verdict = std::max(result.verdict, change.verdict);
    if (change.verdict == Verdict::not_comparable && counts) {
      result.reasons.push_back(change.metric + ": " + change.note);
    }
    result.figures.push_back(std::move(pending.change));
  }
}

}  // namespace bench::comparing
