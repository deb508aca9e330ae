#include "reports/history/changes.h"

#include <algorithm>
#include <cmath>

#include "evaluators/significance.h"
#include "reports/history/words.h"

namespace bench::histories {
namespace {

bool comparable(const HistoryPoint& before, const HistoryPoint& after) {
  const auto differences = manifest_differences(before.of.manifest, after.of.manifest);
  return std::ranges::none_of(differences, &ManifestDifference::refuses);
}

using Places = std::vector<std::size_t>;

/// Whole points that can be compared with each other, wherever they stand.
std::vector<Places> comparable_groups(const std::vector<HistoryPoint>& points) {
  std::vector<Places> groups;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].of.whole) continue;
    const auto same = std::ranges::find_if(
        groups, [&](const Places& group) { return comparable(points[group.back()], points[i]); });
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
    if (before && !comparable(*before, now)) {
      HistoryChange change{i, HistoryChange::Kind::making, before->figure.value, now.figure.value};
      change.making = manifest_differences(before->of.manifest, now.of.manifest);
      series.changes.push_back(std::move(change));
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
    if (one.back_to) change.back_to = date_cell(series.points[places[*one.back_to]].of);
    series.changes.push_back(std::move(change));
  }
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
    const double level = median_of({values.begin() + static_cast<std::ptrdiff_t>(first),
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

}  // namespace

void find_changes(HistorySeries& series, const LevelOptions& options) {
  const bool time = figure_kind(series.metric) == FigureKind::time;
  if (time) series.levels.assign(series.points.size(), RunRecord::nan);
  const std::vector<Places> groups = comparable_groups(series.points);
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

}  // namespace bench::histories
