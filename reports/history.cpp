#include "reports/history.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "models/passes/node_filter.h"
#include "models/registry.h"
#include "reports/figures.h"
#include "reports/history/changes.h"

namespace bench {
namespace {

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
  for (const SizeFigure& size : size_figures()) {
    const std::int64_t value = size.of(record);
    if (value > 0) figures.push_back({size.name, static_cast<double>(value), {}, size.unit});
  }
  const double ms = record.speed_one_thread.median_ms;
  if (record.speed_one_thread.rounds > 0 && std::isfinite(ms) &&
      !record.environment.machine.empty()) {
    figures.push_back({time_name, ms, {}, "ms"});
  }
  return figures;
}

FigureKind figure_kind(std::string_view metric) {
  if (metric == time_name) return FigureKind::time;
  const auto sizes = size_figures();
  return std::ranges::find(sizes, metric, &SizeFigure::name) != sizes.end() ? FigureKind::size
                                                                            : FigureKind::answers;
}

std::vector<HistorySeries> history_series(std::vector<HistoryPoint> points,
                                          const HistoryOptions& options) {
  keep_cases(points, options.cases);
  keep_machine(points, options.machine);
  order(points);
  std::vector<HistorySeries> all = apart(std::move(points));
  for (HistorySeries& series : all) {
    histories::find_changes(series, options.level);
    show_part(series, options);
  }
  std::erase_if(all, [](const HistorySeries& one) { return one.points.empty(); });
  if (all.empty()) throw Error(Fault::usage, "--since: nothing was run after " + options.since);
  count_places(all);
  return all;
}

}  // namespace bench
