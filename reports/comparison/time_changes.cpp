#include "reports/comparison/time_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>

#include "evaluators/significance.h"
#include "reports/figures.h"

namespace bench::comparing {
namespace {

constexpr double least_slowdown = 0.05;  // where no gate says otherwise
constexpr double worth_a_note = 0.05;    // drift of the reference
constexpr double worth_a_word = 0.05;    // p of a change that nothing stands beside

using Times = std::vector<double>;

// A file may be written by hand.
bool measured(const Times& times) {
  return !times.empty() &&
         std::ranges::all_of(times, [](double ms) { return std::isfinite(ms) && ms > 0; });
}

// The case itself is never among them.
std::set<std::string> timed_with(const RunRecord& record, const std::vector<CaseRun>& run) {
  std::set<std::string> names;
  for (const CaseRun& other : run) {
    const RunRecord& one = other.record;
    const bool reference = record.against.name.empty() ? one.against.name == record.name
                                                       : one.name == record.against.name;
    if (reference && one.data.name == record.data.name &&
        one.speed_one_thread.round_ms.size() == record.speed_one_thread.round_ms.size() &&
        measured(one.speed_one_thread.round_ms)) {
      names.insert(one.name);
    }
  }
  return names;
}

// By round, the geometric mean of these cases.
Times reference_times(const RunRecord& record, const std::set<std::string>& names,
                      const std::vector<CaseRun>& run) {
  Times logs(record.speed_one_thread.round_ms.size());
  for (const CaseRun& other : run) {
    if (other.record.data.name != record.data.name || !names.contains(other.record.name)) continue;
    const Times& own = other.record.speed_one_thread.round_ms;
    for (std::size_t i = 0; i < logs.size(); ++i) logs[i] += std::log(own[i]);
  }
  for (double& one : logs) one = std::exp(one / static_cast<double>(names.size()));
  return logs;
}

// What the times would be had the reference taken `usual` in every round.
Times at_pace(Times times, const Times& reference, double usual) {
  for (std::size_t i = 0; i < times.size(); ++i) times[i] *= usual / reference[i];
  return times;
}

struct Slowdown {
  double seen, p, p_of_loss;
};

Slowdown slowdown(const Times& before, const Times& after, double allowed) {
  const double seen = median_of(after) - median_of(before), p = mann_whitney(before, after);
  if (seen <= allowed) return {seen, p, 1};
  Times eased = after;  // as if what is allowed had not been taken
  for (double& ms : eased) ms -= allowed;
  return {seen, p, std::max(p, mann_whitney(before, eased))};
}

// Only what both show.
Slowdown common(const Slowdown& one, const Slowdown& other, double least) {
  const bool agree = one.seen * other.seen > 0 && std::abs(other.seen) >= least;
  if (!agree) return {one.seen, 1, 1};
  return {one.seen, std::max(one.p, other.p), std::max(one.p_of_loss, other.p_of_loss)};
}

bool one_machine(const RunRecord::Environment& here, const RunRecord::Environment& there) {
  return !here.machine.empty() && here.machine == there.machine && here.cpu == there.cpu &&
         here.cores == there.cores;
}

Slowdown beside_reference(FigureChange& change, const Slowdown& alone, const Watch& watch,
                          const CaseRun& before, const CaseRun& after, const WholeRuns& runs) {
  const auto names = timed_with(before.record, runs.before);
  const std::string what = names.size() == 1 ? *names.begin() : "the network's other cases";
  if (names.empty() || names != timed_with(after.record, runs.after)) {
    if (alone.p <= worth_a_word) {
      change.note =
          "nothing else was timed in the same rounds: a slower machine would look like this";
    }
    return alone;
  }
  const Times old_reference = reference_times(before.record, names, runs.before);
  const Times new_reference = reference_times(after.record, names, runs.after);
  const double usual = median_of(old_reference), drift = median_of(new_reference) / usual - 1;
  const Slowdown paced = slowdown(
      at_pace(before.record.speed_one_thread.round_ms, old_reference, usual),
      at_pace(after.record.speed_one_thread.round_ms, new_reference, usual), watch.allowed);
  change.drift = drift;
  if (std::abs(drift) >= worth_a_note) {
    change.note = fmt::format(
        "{}, timed in the same rounds, took {} % too: the machine, or what they share; in step with "
        "it, {} %",
        what, signed_number(100 * drift, 1), signed_number(100 * paced.seen / change.before, 1));
  }
  return common(alone, paced, watch.least);
}

}  // namespace

void add_time(PendingCase& one, const CaseRun& before, const CaseRun& after, const WholeRuns& runs,
              const CompareOptions& options) {
  const auto &from = before.record.speed_one_thread, &to = after.record.speed_one_thread;
  if (!measured(from.round_ms) || !measured(to.round_ms)) return;
  Pending pending{{"median_ms", "ms", from.median_ms, to.median_ms}};
  FigureChange& change = pending.change;
  set_gate(pending, options, after.record.name, false);
  if (!pending.gate) pending.watch.least = least_slowdown * from.median_ms;
  if (!one_machine(before.record.environment, after.record.environment)) {
    change.verdict = Verdict::not_comparable;
    change.watched = false;
    change.note = "another machine: times are not compared";
  } else {
    const Slowdown alone = slowdown(from.round_ms, to.round_ms, pending.watch.allowed);
    const Slowdown both = beside_reference(change, alone, pending.watch, before, after, runs);
    change.test = "Mann-Whitney";
    change.p = both.p;
    pending.p_of_loss = both.p_of_loss;
  }
  one.figures.push_back(std::move(pending));
}

}  // namespace bench::comparing
