#include "reports/comparison/figure_changes.h"

#include <algorithm>
#include <cmath>

#include "evaluators/significance.h"
#include "reports/figures.h"

namespace bench::comparing {
namespace {

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// Names of fractions that are reported: headlines of either, and what gates name.
std::vector<const Metric*> reported(const CaseRun& before, const CaseRun& after,
                                    const CompareOptions& options) {
  std::vector<const Metric*> list;
  for (const Metric& metric : after.record.metrics) {
    const bool named =
        options.gates && gate_for(*options.gates, after.record.name, metric.name) != nullptr;
    if (metric.unit.empty() && (metric.headline || named) &&
        metric_named(before.record, metric.name)) {
      list.push_back(&metric);
    }
  }
  return list;
}

// From each figure's own interval, as if the images were others: far wider than paired ones.
void compare_unpaired(FigureChange& change, const Metric& before, const Metric& after) {
  if (!before.interval95 || !after.interval95) {
    change.note = "no intervals and no tallies: not tested";
    return;
  }
  const double z = normal_quantile(0.975);
  const double one = (before.interval95->high - before.interval95->low) / (2 * z);
  const double other = (after.interval95->high - after.interval95->low) / (2 * z);
  const double spread = std::hypot(one, other), seen = after.value - before.value;
  change.test = "unpaired";
  change.interval95 = Interval{seen - z * spread, seen + z * spread};
  change.p =
      spread > 0 ? 2 * normal_probability(-std::abs(seen) / spread) : (seen == 0 ? 1.0 : 0.0);
}

double unpaired_p_of_loss(const Pending& pending) {
  const FigureChange& change = pending.change;
  const double lost =
      pending.watch.higher_is_better ? change.before - change.after : change.after - change.before;
  if (std::isnan(change.p)) return RunRecord::nan;
  if (lost <= pending.watch.allowed) return 1;
  const double spread = change.interval95 ? (change.interval95->high - change.interval95->low) /
                                                (2 * normal_quantile(0.975))
                                          : 0;
  if (pending.watch.allowed == 0 || !(spread > 0)) return change.p;
  return std::min(1.0, 2 * normal_probability(-(lost - pending.watch.allowed) / spread));
}

}  // namespace

void add_figures(PendingCase& one, const CaseRun& before, const CaseRun& after,
                 const CompareOptions& options) {
  const std::vector<const Metric*> metrics = reported(before, after, options);
  const bool same = same_answers(before.record, after.record);
  std::vector<PairedFigure> paired;
  if (!same && both_tallied(before, after)) {
    std::vector<std::string> names;
    for (const Metric* metric : metrics) names.push_back(metric->name);
    paired = compare_tallies(*before.tally, *after.tally, names, options.bootstrap);
  }
  for (const Metric* now : metrics) {
    const Metric& old = *metric_named(before.record, now->name);
    Pending pending{{now->name, "", old.value, now->value}};
    FigureChange& change = pending.change;
    set_gate(pending, options, after.record.name, now->headline);
    const auto found = std::ranges::find(paired, now->name, &PairedFigure::metric);
    if (same) {
      change.test = "exact";
      change.verdict = Verdict::identical;
      if (!same_number(old.value, now->value)) {
        change.verdict = Verdict::not_comparable;
        change.note = "the answers are the same, the figure is another: the judge has changed";
      }
    } else if (found != paired.end()) {
      change.interval95 = found->interval95;
      change.moved = found->moved;
      change.p = found->p;
      change.test = found->counted ? "McNemar" : "resampled";
      pending.p_of_loss = p_of_loss(*found, pending.watch);
      pending.paired = std::move(*found);
    } else {
      compare_unpaired(change, old, *now);
      pending.p_of_loss = unpaired_p_of_loss(pending);
    }
    if (!same && std::isnan(change.p) && change.note.empty()) {
      change.note = "no number in one of the runs";
    }
    one.figures.push_back(std::move(pending));
  }
}

}  // namespace bench::comparing
