#include "reports/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/error.h"
#include "reports/comparison/changed_items.h"
#include "reports/comparison/comparable.h"
#include "reports/comparison/figure_changes.h"
#include "reports/comparison/judging.h"
#include "reports/comparison/match_cases.h"
#include "reports/comparison/size_changes.h"
#include "reports/comparison/time_changes.h"

namespace bench {
namespace {

using comparing::PendingCase;

PendingCase compare_case(const CaseRun& before, const CaseRun& after,
                         const comparing::WholeRuns& runs, const CompareOptions& options) {
  PendingCase one;
  CaseComparison& result = one.result;
  result.data = after.record.data.name;
  result.name = after.record.name;
  result.drawn = before.record.data.drawn || after.record.data.drawn;
  result.before_name = before.record.name;
  comparing::check_comparable(result, before, after, options);
  if (!result.reasons.empty()) {
    result.verdict = Verdict::not_comparable;
    return one;
  }
  comparing::add_figures(one, before, after, options);
  if (comparing::both_tallied(before, after) &&
      !comparing::same_answers(before.record, after.record) && !one.figures.empty()) {
    result.flips_of = one.figures.front().change.metric;
    result.flips = flips(*before.tally, *after.tally, result.flips_of);
  }
  comparing::add_changed(one, before, after, options);
  comparing::add_sizes(one, before, after, options);
  comparing::add_time(one, before, after, runs, options);
  return one;
}

// A case that nothing can be compared with.
PendingCase lost_case(const CaseRun& before) {
  PendingCase one;
  one.result.data = before.record.data.name;
  one.result.drawn = before.record.data.drawn;
  one.result.name = one.result.before_name = before.record.name;
  one.result.verdict = Verdict::not_comparable;
  one.result.reasons.emplace_back("the later run has no such case");
  return one;
}

void check_suite(const std::vector<CaseRun>& after, const CompareOptions& options) {
  if (!options.gates) return;
  for (const CaseRun& run : after) {
    if (run.record.suite == options.gates->suite) continue;
    throw Error(Fault::bad_data,
                fmt::format("the gates are those of suite '{}', the run is of '{}'",
                            options.gates->suite, run.record.suite));
  }
}

}  // namespace

std::string_view word(Verdict verdict) {
  constexpr std::string_view words[] = {"identical", "unchanged", "improved", "regressed",
                                        "not comparable"};
  return words[static_cast<std::size_t>(verdict)];
}

bool Comparison::passed() const {
  return std::ranges::all_of(cases, [](const CaseComparison& one) {
    return one.verdict != Verdict::not_comparable &&
           std::ranges::none_of(one.figures, &FigureChange::missed);
  });
}

Comparison compare_runs(const std::vector<CaseRun>& before, const std::vector<CaseRun>& after,
                        const CompareOptions& options) {
  check_suite(after, options);
  Comparison comparison;
  if (options.gates) comparison.alpha = options.gates->alpha;
  std::vector<PendingCase> pending;
  const std::vector<const CaseRun*> matched = comparing::match_cases(before, after);
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (matched[i]) {
      pending.push_back(compare_case(*matched[i], after[i], {before, after}, options));
    } else {
      comparison.only_after.push_back(after[i].record.name);
    }
  }
  for (const CaseRun& run : before) {
    if (std::ranges::find(matched, &run) == matched.end()) pending.push_back(lost_case(run));
  }
  comparing::judge_figures(pending, comparison, options.today);
  for (PendingCase& one : pending) {
    comparing::conclude(one);
    comparison.cases.push_back(std::move(one.result));
  }
  return comparison;
}

}  // namespace bench
