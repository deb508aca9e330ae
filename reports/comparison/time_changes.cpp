#include "reports/comparison/time_changes.h"

#include <algorithm>

#include "evaluators/significance.h"

namespace bench::comparing {
namespace {

constexpr double least_slowdown = 0.05;  // where no gate says otherwise

}  // namespace

void add_time(PendingCase& one, const CaseRun& before, const CaseRun& after,
              const CompareOptions& options) {
  const auto &from = before.record.speed_one_thread, &to = after.record.speed_one_thread;
  if (from.round_ms.empty() || to.round_ms.empty()) return;
  Pending pending{{"median_ms", "ms", from.median_ms, to.median_ms}};
  FigureChange& change = pending.change;
  set_gate(pending, options, after.record.name, false);
  if (!pending.gate) pending.watch.least = least_slowdown * from.median_ms;
  const RunRecord::Environment &here = before.record.environment, &there = after.record.environment;
  if (here.machine.empty() || here.machine != there.machine || here.cpu != there.cpu ||
      here.cores != there.cores) {
    change.verdict = Verdict::not_comparable;
    change.watched = false;
    change.note = "another machine: times are not compared";
  } else {
    change.test = "Mann-Whitney";
    change.p = mann_whitney(from.round_ms, to.round_ms);
    const double lost = to.median_ms - from.median_ms;
    std::vector<double> eased = to.round_ms;  // as if what is allowed had not been taken
    for (double& ms : eased) ms -= pending.watch.allowed;
    pending.p_of_loss =
        lost <= pending.watch.allowed ? 1 : std::max(change.p, mann_whitney(from.round_ms, eased));
  }
  one.figures.push_back(std::move(pending));
}

}  // namespace bench::comparing
