#include "reports/history.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "models/passes/node_filter.h"
#include "models/registry.h"

namespace bench {
namespace {

struct Size {
  const char *name, *unit;
  std::int64_t (*of)(const RunRecord&);
};

constexpr std::array sizes = {
    Size{"parameters", "numbers", [](const RunRecord& r) { return r.audit.parameters; }},
    Size{"macs", "MACs", [](const RunRecord& r) { return r.audit.macs; }},
    Size{"weight_bytes", "bytes", [](const RunRecord& r) { return r.backend.weight_bytes; }},
    Size{"activation_bytes", "bytes",
         [](const RunRecord& r) { return r.backend.activation_bytes; }}};

constexpr const char* time_name = "median_ms";

const std::string& when(const HistoryCase& one) {
  return one.finished.empty() ? one.started : one.finished;
}

std::string where_of(const HistoryPoint& point) {
  const bool time = figure_kind(point.figure.name) == FigureKind::time;
  return manifest_text(point.of.manifest, time ? "machine" : "instruction set");
}

/// Cases of one run stay together, so that all series have them in one order.
void order(std::vector<HistoryPoint>& points) {
  std::map<std::string, std::string> first;
  for (const HistoryPoint& point : points) {
    const auto [run, is_new] = first.try_emplace(point.of.run, when(point.of));
    if (!is_new) run->second = std::min(run->second, when(point.of));
  }
  std::set<std::pair<std::string, std::string>> runs;
  for (const auto& [run, date] : first) runs.emplace(date, run);
  for (HistoryPoint& point : points) {
    const auto run = runs.find({first.at(point.of.run), point.of.run});
    point.place = static_cast<std::size_t>(std::distance(runs.begin(), run));
  }
  std::ranges::stable_sort(points, {}, &HistoryPoint::place);
}

/// Closes the gaps of what is not shown.
void count_places(std::vector<HistorySeries>& all) {
  std::set<std::size_t> shown;
  for (const HistorySeries& series : all) {
    for (const HistoryPoint& point : series.points) shown.insert(point.place);
  }
  for (HistorySeries& series : all) {
    for (HistoryPoint& point : series.points) {
      point.place = static_cast<std::size_t>(std::distance(shown.begin(), shown.find(point.place)));
    }
  }
}

void keep_cases(std::vector<HistoryPoint>& points, const std::string& pattern) {
  std::vector<std::string> known;
  for (const HistoryPoint& point : points) {
    if (std::ranges::find(known, point.of.name) == known.end()) known.push_back(point.of.name);
  }
  std::erase_if(points, [&](const HistoryPoint& one) { return !matches(pattern, one.of.name); });
  if (points.empty()) throw Error(Fault::usage, unknown_name("case", pattern, known));
}

void keep_machine(std::vector<HistoryPoint>& points, const std::string& wanted) {
  if (wanted.empty()) return;
  std::set<std::string> known;
  for (const HistoryPoint& point : points)
    known.insert(manifest_text(point.of.manifest, "machine"));
  std::erase_if(points, [&](const HistoryPoint& one) {
    return manifest_text(one.of.manifest, "machine").find(wanted) == std::string::npos;
  });
  if (points.empty()) {
    throw Error(Fault::usage, unknown_name("machine", wanted,
                                           std::vector<std::string>(known.begin(), known.end())));
  }
}

bool same_case(const HistoryCase& a, const HistoryCase& b) {
  return a.data == b.data && a.drawn == b.drawn && a.name == b.name;
}

/// A case that ended before there was a program to run does not say where: it counts where the same
/// case ran last, else where it ran first.
std::vector<std::string> places_of(const std::vector<HistoryPoint>& points) {
  std::vector<std::string> list;
  for (const HistoryPoint& point : points) list.push_back(where_of(point));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto take = [&](std::size_t k) {
      if (list[i].empty() && same_case(points[i].of, points[k].of)) list[i] = list[k];
    };
    if (points[i].of.whole) continue;
    for (std::size_t k = i; k-- > 0;) take(k);
    for (std::size_t k = i + 1; k < list.size(); ++k) take(k);
  }
  return list;
}

std::vector<HistorySeries> apart(std::vector<HistoryPoint> points) {
  const std::vector<std::string> where = places_of(points);
  std::vector<HistorySeries> all;
  for (std::size_t i = 0; i < points.size(); ++i) {
    HistoryPoint& point = points[i];
    auto found = std::ranges::find_if(all, [&](const HistorySeries& one) {
      return same_case(one.points.front().of, point.of) && one.where == where[i];
    });
    if (found == all.end()) {
      found = all.insert(all.end(), {point.of.data, point.of.name, point.figure.name,
                                     point.figure.unit, where[i], point.of.drawn});
    }
    if (found->unit.empty()) found->unit = point.figure.unit;
    found->points.push_back(std::move(point));
  }
  return all;
}

std::vector<ManifestDifference> refusing(const HistoryPoint& before, const HistoryPoint& after) {
  auto list = manifest_differences(before.of.manifest, after.of.manifest);
  std::erase_if(list, [](const ManifestDifference& one) { return !one.refuses; });
  return list;
}

using Places = std::vector<std::size_t>;

/// Whole points that can be compared with each other, wherever they stand.
std::vector<Places> comparable(const std::vector<HistoryPoint>& points) {
  std::vector<Places> groups;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].of.whole) continue;
    const auto same = std::ranges::find_if(groups, [&](const Places& group) {
      return refusing(points[group.back()], points[i]).empty();
    });
    if (same == groups.end()) {
      groups.push_back({i});
    } else {
      same->push_back(i);
    }
  }
  return groups;
}

void add_breaks(HistorySeries& series) {
  const HistoryPoint* before = nullptr;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const HistoryPoint& now = series.points[i];
    if (!now.of.whole) continue;
    if (before) {
      auto fields = refusing(*before, now);
      if (!fields.empty()) {
        HistoryChange change{i, HistoryChange::Kind::making, before->figure.value,
                             now.figure.value};
        change.making = std::move(fields);
        series.changes.push_back(std::move(change));
      }
    }
    before = &now;
  }
}

HistoryChange::Kind kind_of(ExactChange::Kind kind) {
  switch (kind) {
    case ExactChange::Kind::figure: return HistoryChange::Kind::figure;
    case ExactChange::Kind::answers: return HistoryChange::Kind::answers;
    case ExactChange::Kind::judge: return HistoryChange::Kind::judge;
  }
  return HistoryChange::Kind::figure;
}

void add_exact_changes(HistorySeries& series, const Places& places) {
  const bool sized = figure_kind(series.metric) == FigureKind::size;
  std::vector<ExactPoint> list;
  for (const std::size_t i : places) {
    const HistoryPoint& point = series.points[i];
    list.push_back({sized ? "" : point.of.answers, point.figure.value});
  }
  for (const ExactChange& one : exact_changes(list)) {
    const HistoryPoint &before = series.points[places[one.at - 1]],
                       &after = series.points[places[one.at]];
    HistoryChange change{places[one.at], kind_of(one.kind), before.figure.value,
                         after.figure.value};
    change.making = manifest_differences(before.of.manifest, after.of.manifest);
    if (one.back_to) change.back_to = history_date(series.points[places[*one.back_to]].of);
    series.changes.push_back(std::move(change));
  }
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// `options` hold for the whole series, of which this is a part.
void add_level_changes(HistorySeries& series, const Places& all, std::size_t whole,
                       LevelOptions options) {
  Places places;
  std::vector<double> values;
  for (const std::size_t i : all) {
    if (!std::isfinite(series.points[i].figure.value)) continue;
    places.push_back(i);
    values.push_back(series.points[i].figure.value);
  }
  options.alpha *= static_cast<double>(all.size()) / static_cast<double>(whole);
  const std::vector<LevelChange> found = level_changes(values, options);
  double before = RunRecord::nan;
  for (std::size_t k = 0; k <= found.size(); ++k) {
    const std::size_t first = k == 0 ? 0 : found[k - 1].at;
    const std::size_t last = k == found.size() ? values.size() : found[k].at;
    if (first == last) break;  // no finite value at all
    const double level = median({values.begin() + static_cast<std::ptrdiff_t>(first),
                                 values.begin() + static_cast<std::ptrdiff_t>(last)});
    for (std::size_t i = first; i < last; ++i) series.levels[places[i]] = level;
    if (k > 0) {
      HistoryChange change{places[first], HistoryChange::Kind::level, before, level,
                           found[k - 1].p};
      change.making = manifest_differences(series.points[places[first - 1]].of.manifest,
                                           series.points[places[first]].of.manifest);
      series.changes.push_back(std::move(change));
    }
    before = level;
  }
}

void find_changes(HistorySeries& series, const LevelOptions& options) {
  const bool time = figure_kind(series.metric) == FigureKind::time;
  if (time) series.levels.assign(series.points.size(), RunRecord::nan);
  const std::vector<Places> groups = comparable(series.points);
  std::size_t whole = 0;
  for (const Places& group : groups) whole += group.size();
  add_breaks(series);
  for (const Places& group : groups) {
    if (time) {
      add_level_changes(series, group, whole, options);
    } else {
      add_exact_changes(series, group);
    }
  }
  std::ranges::stable_sort(series.changes, {}, &HistoryChange::at);
}

/// Leaves the points from `first` on.
void show_from(HistorySeries& series, std::size_t first) {
  const auto cut = [&](auto& list) {
    list.erase(list.begin(),
               list.begin() + static_cast<std::ptrdiff_t>(std::min(first, list.size())));
  };
  cut(series.points);
  cut(series.levels);
  std::erase_if(series.changes, [&](const HistoryChange& one) { return one.at < first; });
  for (HistoryChange& change : series.changes) change.at -= first;
}

void show_part(HistorySeries& series, const HistoryOptions& options) {
  const auto since = std::ranges::find_if(
      series.points, [&](const HistoryPoint& point) { return when(point.of) >= options.since; });
  auto first = static_cast<std::size_t>(since - series.points.begin());
  if (options.limit > 0 && series.points.size() > options.limit) {
    first = std::max(first, series.points.size() - options.limit);
  }
  show_from(series, first);
}

}  // namespace

HistoryCase history_case(const RunRecord& r, const std::string& run) {
  const bool whole = r.status == "passed" && r.data.scored > 0;
  return {run,        r.suite,          r.data.name,  r.name, r.status,      r.started,
          r.finished, r.answers_digest, r.data.drawn, whole,  manifest_of(r)};
}

std::vector<Metric> history_figures(const RunRecord& record) {
  std::vector<Metric> figures = record.metrics;
  for (Metric& metric : figures) metric.replicates.clear();
  for (const Size& size : sizes) {
    const std::int64_t value = size.of(record);
    if (value > 0) figures.push_back({size.name, static_cast<double>(value), {}, size.unit});
  }
  const double ms = record.speed_one_thread.median_ms;
  if (record.speed_one_thread.rounds > 0 && std::isfinite(ms)) {
    figures.push_back({time_name, ms, {}, "ms"});
  }
  return figures;
}

FigureKind figure_kind(std::string_view metric) {
  if (metric == time_name) return FigureKind::time;
  return std::ranges::find(sizes, metric, &Size::name) != sizes.end() ? FigureKind::size
                                                                      : FigureKind::answers;
}

std::vector<HistorySeries> history_series(std::vector<HistoryPoint> points,
                                          const HistoryOptions& options) {
  keep_cases(points, options.cases);
  keep_machine(points, options.machine);
  order(points);
  std::vector<HistorySeries> all = apart(std::move(points));
  for (HistorySeries& series : all) {
    find_changes(series, options.level);
    show_part(series, options);
  }
  std::erase_if(all, [](const HistorySeries& one) { return one.points.empty(); });
  if (all.empty()) throw Error(Fault::usage, "--since: nothing was run after " + options.since);
  count_places(all);
  return all;
}

}  // namespace bench
