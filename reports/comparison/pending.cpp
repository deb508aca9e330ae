#include "reports/comparison/pending.h"

#include <cmath>

namespace bench::comparing {
namespace {

const Gate every_headline{}, every_size{.higher_is_better = false};

// The gate of a figure, or null.
const Gate* watching(const CompareOptions& options, const std::string& case_name,
                     const std::string& metric, bool headline) {
  if (options.gates) return gate_for(*options.gates, case_name, metric);
  if (metric == "median_ms" || metric == "changed") return nullptr;
  if (!headline) return nullptr;
  return lower_is_better(metric) ? &every_size : &every_headline;
}

}  // namespace

void set_gate(Pending& pending, const CompareOptions& options, const std::string& case_name,
              bool headline) {
  FigureChange& change = pending.change;
  pending.gate = watching(options, case_name, change.metric, headline);
  pending.watch.higher_is_better = !lower_is_better(change.metric);
  change.watched = pending.gate != nullptr;
  if (!pending.gate) return;
  const Gate& gate = *pending.gate;
  // Without a file the direction is the figure's own.
  if (options.gates) pending.watch.higher_is_better = gate.higher_is_better;
  pending.watch.allowed =
      gate.relative ? gate.largest_drop * std::abs(change.before) : gate.largest_drop;
  pending.watch.least = gate.minimal_effect;
  change.allowed = pending.watch.allowed;
}

void judge_exactly(Pending& pending) {
  FigureChange& change = pending.change;
  change.test = "exact";
  const double lost =
      pending.watch.higher_is_better ? change.before - change.after : change.after - change.before;
  change.verdict = lost == 0  ? Verdict::identical
                   : lost > 0 ? Verdict::regressed
                              : Verdict::improved;
  change.missed = change.watched && lost > pending.watch.allowed && lost >= pending.watch.least;
}

bool same_answers(const RunRecord& before, const RunRecord& after) {
  return !before.answers_digest.empty() && before.answers_digest == after.answers_digest;
}

bool both_tallied(const CaseRun& before, const CaseRun& after) {
  return before.tally && after.tally && pairable(*before.tally, *after.tally);
}

}  // namespace bench::comparing
