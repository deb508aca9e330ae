#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures.h"
#include "reports/history/words.h"

namespace bench {
namespace {

using namespace histories;  // NOLINT: cells
using Kind = HistoryChange::Kind;

std::string last_change(const HistorySeries& series) {
  const auto last =
      std::find_if(series.changes.rbegin(), series.changes.rend(),
                   [](const HistoryChange& change) { return change.kind != Kind::answers; });
  if (last == series.changes.rend()) return "-";
  const std::string date = date_cell(series.points[last->at].of);
  if (last->kind == Kind::making) return date + ": " + words_for(*last);
  return fmt::format("{}: {} -> {}", date, value_cell(series, last->before),
                     value_cell(series, last->after));
}

Table overview(const std::vector<HistorySeries>& all) {
  const bool time = figure_kind(all.front().metric) == FigureKind::time;
  Table table{all.front().points.front().of.suite + ": " + all.front().metric,
              {"case", "data", time ? "machine" : "instruction set", "runs", "last", "history",
               "last change"},
              {},
              {}};
  for (const HistorySeries& series : all) {
    table.rows.push_back({series.name, data_cell(series), series.where.empty() ? "-" : series.where,
                          std::to_string(series.points.size()), figure_cell(series.points.back()),
                          sparkline(series), last_change(series)});
  }
  return table;
}

Table changes_table(const std::vector<HistorySeries>& all) {
  Table table{
      "Changes",
      {"finished", "case", "data", "what", "before", "after", "program", "what else differs"},
      {},
      {}};
  for (const HistorySeries& series : all) {
    for (const HistoryChange& change : series.changes) {
      table.rows.push_back({date_cell(series.points[change.at].of), series.name, data_cell(series),
                            words_for(change), value_cell(series, change.before),
                            value_cell(series, change.after), programs_cell(series, change),
                            making_cell(change)});
    }
  }
  return table;
}

Table runs_table(const HistorySeries& series) {
  Table table{series.name + " on " + data_cell(series),
              {"finished", series.metric, "what", "answers", "program"},
              {},
              {}};
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const HistoryPoint& point = series.points[i];
    table.rows.push_back({date_cell(point.of), figure_cell(point), event_cell(series, i),
                          digest_cell(point.of.answers), program_cell(point.of.manifest)});
  }
  return table;
}

bool any_change(const std::vector<HistorySeries>& all, Kind kind) {
  return std::ranges::any_of(all, [&](const HistorySeries& series) {
    return std::ranges::find(series.changes, kind, &HistoryChange::kind) != series.changes.end();
  });
}

std::vector<std::string> notes_on(const std::vector<HistorySeries>& all) {
  std::vector<std::string> notes;
  if (figure_kind(all.front().metric) == FigureKind::time) {
    notes.emplace_back(
        "Times are compared on one machine only; by ranks, so that of 20 series without a change "
        "at most one is marked, at each look.");
  }
  if (any_change(all, Kind::making)) {
    notes.emplace_back(
        "Where a series breaks (┊) the figures before and after cannot be compared.");
  }
  const auto broken = [](const HistorySeries& series) {
    return std::ranges::any_of(series.points,
                               [](const HistoryPoint& one) { return !one.of.whole; });
  };
  if (std::ranges::any_of(all, broken)) {
    notes.emplace_back(
        "Runs that lost images or did not end (×) are shown and compared with nothing.");
  }
  std::vector<RunRecord> drawn;
  for (const HistorySeries& series : all) {
    RunRecord& record = drawn.emplace_back();
    record.data.name = series.data;
    record.data.drawn = series.drawn;
  }
  if (const std::string note = drawn_note(drawn); !note.empty()) notes.push_back(note);
  return notes;
}

}  // namespace

std::vector<Table> history_tables(const std::vector<HistorySeries>& series) {
  std::vector<Table> tables = {overview(series)};
  if (Table changes = changes_table(series); !changes.rows.empty()) {
    tables.push_back(std::move(changes));
  }
  if (series.size() == 1) tables.push_back(runs_table(series.front()));
  tables.back().notes = notes_on(series);
  const bool drawn = std::ranges::any_of(series, &HistorySeries::drawn);
  for (Table& table : tables) table.is_drawn = drawn;
  return tables;
}

Table history_points_table(const std::vector<HistorySeries>& all) {
  Table table;
  table.columns = {"suite", "case", "data", "where",  "metric", "unit",    "started", "finished",
                   "value", "low",  "high", "status", "change", "answers", "program", "run"};
  const auto cell = [](double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : "";
  };
  for (const HistorySeries& series : all) {
    for (std::size_t i = 0; i < series.points.size(); ++i) {
      const HistoryPoint& point = series.points[i];
      const auto& range = point.figure.interval95;
      std::string changes;
      for (const HistoryChange& change : series.changes) {
        if (change.at == i) changes += (changes.empty() ? "" : "; ") + words_for(change);
      }
      table.rows.push_back({point.of.suite, series.name, data_cell(series), series.where,
                            series.metric, series.unit, point.of.started, point.of.finished,
                            cell(point.figure.value), range ? cell(range->low) : "",
                            range ? cell(range->high) : "", point.of.status, changes,
                            point.of.answers, program_cell(point.of.manifest), point.of.run});
    }
  }
  return table;
}

}  // namespace bench
