#include "reports/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "evaluators/significance.h"
#include "models/error.h"
#include "reports/figures.h"

namespace bench {
namespace {

constexpr double power = 0.9;
constexpr double least_slowdown = 0.05;  // of times, where no gate says otherwise
constexpr std::size_t names_given = 5;

const Gate every_headline{}, every_size{.higher_is_better = false};

/// The gate of a figure, or null.
const Gate* watching(const CompareOptions& options, const std::string& case_name,
                     const std::string& metric, bool headline) {
  if (options.gates) return gate_for(*options.gates, case_name, metric);
  if (metric == "median_ms") return nullptr;
  if (!headline) return nullptr;
  return lower_is_better(metric) ? &every_size : &every_headline;
}

std::string first_names(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), names_given); ++i) {
    text += (i ? ", " : "") + names[i];
  }
  return names.size() > names_given ? text + ", ..." : text;
}

std::string count(std::size_t n, const char* one, const char* several) {
  return fmt::format("{} {}", n, n == 1 ? one : several);
}

void find_lost_images(CaseComparison& result, const CaseRun& before, const CaseRun& after) {
  std::set<std::string> lost;
  for (const FailedImage& image : after.record.failures) lost.insert(image.id);
  if (before.tally && after.tally) {
    const std::set<std::string> now(after.tally->items.begin(), after.tally->items.end());
    for (const std::string& item : before.tally->items) {
      if (!now.contains(item)) lost.insert(item);
    }
  }
  result.lost_images.assign(lost.begin(), lost.end());
}

/// Nothing allows a run that did not answer everything it was asked.
void require_whole(CaseComparison& result, const RunRecord& record, const char* which) {
  if (record.status == "passed" && record.data.scored > 0) return;
  std::string reason = fmt::format("the {} run {}", which,
                                   record.status == "passed" ? "has no figures" : record.status);
  if (record.data.listed > record.data.scored) {
    reason += fmt::format(": {} of {} images have no answer",
                          record.data.listed - record.data.scored, record.data.listed);
  }
  if (!record.error.empty()) reason += ": " + record.error;
  result.reasons.push_back(reason);
}

void require_same_making(CaseComparison& result, const CompareOptions& options) {
  for (const ManifestDifference& one : result.manifest) {
    const bool allowed = std::ranges::find(options.allowed, one.field) != options.allowed.end();
    if (!one.refuses || allowed) continue;
    result.reasons.push_back(fmt::format("{} differ{}: {} | {} (--allow {} insists)", one.field,
                                         one.field.back() == 's' ? "" : "s", one.before, one.after,
                                         one.field));
  }
}

/// A tally is of the figures beside it, or somebody has exchanged one of them.
void require_own_tally(CaseComparison& result, const CaseRun& run, const char* which) {
  if (!run.tally) return;
  const TallyFigures figures = figures_of(*run.tally);
  const auto values = figures.values(std::vector<std::uint32_t>(run.tally->items.size(), 1));
  for (std::size_t k = 0; k < values.size(); ++k) {
    const Metric* metric = metric_named(run.record, figures.names[k]);
    if (metric && (std::abs(metric->value - values[k]) <= 1e-9 ||
                   (std::isnan(metric->value) && std::isnan(values[k])))) {
      continue;
    }
    result.reasons.push_back(fmt::format(
        "the {} run's tally gives {} = {:.6f}, its result.json {}", which, figures.names[k],
        values[k], metric ? fmt::format("{:.6f}", metric->value) : std::string("nothing")));
    return;
  }
}

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same_answers(const RunRecord& before, const RunRecord& after) {
  return !before.answers_digest.empty() && before.answers_digest == after.answers_digest;
}

/// Names of fractions that are reported: headlines of either, and what gates name.
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

/// From each figure's own interval, as if the images were others: far wider than paired ones.
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

/// What stays with a figure until all are known and can be corrected for.
struct Pending {
  FigureChange change;
  std::optional<PairedFigure> paired{};
  Watch watch{};
  const Gate* gate = nullptr;
  double p_of_loss = RunRecord::nan;
};

struct PendingCase {
  CaseComparison result;
  std::vector<Pending> figures;
};

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

void add_figures(PendingCase& one, const CaseRun& before, const CaseRun& after,
                 const CompareOptions& options) {
  const std::vector<const Metric*> metrics = reported(before, after, options);
  const bool same = same_answers(before.record, after.record);
  std::vector<PairedFigure> paired;
  const bool tallied = before.tally && after.tally && pairable(*before.tally, *after.tally);
  if (!same && tallied) {
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
      change.test = found->moved ? "McNemar" : "resampled";
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

struct SizeField {
  const char* name;
  std::int64_t (*of)(const RunRecord&);
};
constexpr SizeField sizes[] = {
    {"parameters", [](const RunRecord& r) { return r.audit.parameters; }},
    {"macs", [](const RunRecord& r) { return r.audit.macs; }},
    {"weight_bytes", [](const RunRecord& r) { return r.backend.weight_bytes; }},
    {"activation_bytes", [](const RunRecord& r) { return r.backend.activation_bytes; }},
};

void add_sizes(PendingCase& one, const CaseRun& before, const CaseRun& after,
               const CompareOptions& options) {
  for (const SizeField& size : sizes) {
    const auto from = size.of(before.record), to = size.of(after.record);
    if (from <= 0 && to <= 0) continue;
    Pending pending{{size.name,
                     size.name == std::string_view("parameters") ? "numbers"
                     : size.name == std::string_view("macs")     ? "MACs"
                                                                 : "bytes",
                     static_cast<double>(from), static_cast<double>(to)}};
    FigureChange& change = pending.change;
    set_gate(pending, options, after.record.name, true);
    change.test = "exact";
    const double lost = pending.watch.higher_is_better ? change.before - change.after
                                                       : change.after - change.before;
    change.verdict = lost == 0  ? Verdict::identical
                     : lost > 0 ? Verdict::regressed
                                : Verdict::improved;
    change.missed =
        change.watched && lost > 0 && lost > pending.watch.allowed && lost >= pending.watch.least;
    one.figures.push_back(std::move(pending));
  }
}

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

PendingCase compare_case(const CaseRun& before, const CaseRun& after,
                         const CompareOptions& options) {
  PendingCase one;
  CaseComparison& result = one.result;
  result.data = after.record.data.name;
  result.name = after.record.name;
  result.drawn = before.record.data.drawn || after.record.data.drawn;
  result.before_name = before.record.name;
  result.manifest = manifest_differences(before.record, after.record);
  find_lost_images(result, before, after);
  require_whole(result, before.record, "earlier");
  require_whole(result, after.record, "later");
  require_same_making(result, options);
  const bool data_allowed = std::ranges::find(options.allowed, "data") != options.allowed.end() ||
                            std::ranges::find(options.allowed, "subset") != options.allowed.end();
  if (!result.lost_images.empty() && !data_allowed) {
    result.reasons.push_back(fmt::format("{} lost: {}",
                                         count(result.lost_images.size(), "image is", "images are"),
                                         first_names(result.lost_images)));
  }
  if (result.reasons.empty()) {
    require_own_tally(result, before, "earlier");
    require_own_tally(result, after, "later");
  }
  if (!result.reasons.empty()) {
    result.verdict = Verdict::not_comparable;
    return one;
  }
  add_figures(one, before, after, options);
  if (before.tally && after.tally && pairable(*before.tally, *after.tally) &&
      !same_answers(before.record, after.record) && !one.figures.empty()) {
    result.flips_of = one.figures.front().change.metric;
    result.flips = flips(*before.tally, *after.tally, result.flips_of);
  }
  add_sizes(one, before, after, options);
  add_time(one, before, after, options);
  return one;
}

/// A case that nothing can be compared with.
PendingCase lost_case(const CaseRun& before) {
  PendingCase one;
  one.result.data = before.record.data.name;
  one.result.drawn = before.record.data.drawn;
  one.result.name = one.result.before_name = before.record.name;
  one.result.verdict = Verdict::not_comparable;
  one.result.reasons.emplace_back("the later run has no such case");
  return one;
}

void judge(Pending& pending, double alpha, std::size_t tested, double corrected_loss,
           const std::string& today) {
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
  if (change.missed && pending.gate->exception) {
    const Gate::Exception& exception = *pending.gate->exception;
    const bool holds = today <= exception.until;
    change.missed = !holds;
    change.note = fmt::format("exception {} {}: {}", holds ? "until" : "ended", exception.until,
                              exception.reason);
  }
}

void correct(std::vector<PendingCase>& cases, Comparison& comparison, const std::string& today) {
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
            own ? corrected_loss[next] : RunRecord::nan, today);
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

using Key = std::pair<std::string, std::string>;

Key key_of(const CaseRun& run) { return {run.record.data.name, run.record.name}; }

/// Which case of `before` each of `after` is compared with, or null.
std::vector<const CaseRun*> match(const std::vector<CaseRun>& before,
                                  const std::vector<CaseRun>& after) {
  std::vector<const CaseRun*> matched(after.size());
  std::set<const CaseRun*> taken;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto found = std::ranges::find(before, key_of(after[i]), key_of);
    if (found == before.end()) continue;
    matched[i] = &*found;
    taken.insert(&*found);
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (matched[i]) continue;
    const std::string& data = after[i].record.data.name;
    const CaseRun* left = nullptr;
    std::size_t left_before = 0, left_after = 0;
    for (const CaseRun& run : before) {
      if (run.record.data.name != data || taken.contains(&run)) continue;
      left = &run;
      ++left_before;
    }
    for (std::size_t k = 0; k < after.size(); ++k) {
      left_after += after[k].record.data.name == data && !matched[k];
    }
    if (left_before != 1 || left_after != 1) continue;
    matched[i] = left;
    taken.insert(left);
  }
  return matched;
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
  const std::vector<const CaseRun*> matched = match(before, after);
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (matched[i]) {
      pending.push_back(compare_case(*matched[i], after[i], options));
    } else {
      comparison.only_after.push_back(after[i].record.name);
    }
  }
  for (const CaseRun& run : before) {
    if (std::ranges::find(matched, &run) == matched.end()) pending.push_back(lost_case(run));
  }
  correct(pending, comparison, options.today);
  for (PendingCase& one : pending) {
    conclude(one);
    comparison.cases.push_back(std::move(one.result));
  }
  return comparison;
}

}  // namespace bench
