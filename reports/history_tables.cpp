// A history as text.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "datasets/text.h"
#include "reports/figures.h"
#include "reports/history.h"

namespace bench {
namespace {

using Kind = HistoryChange::Kind;

constexpr std::size_t digits_of_digests = 10;

std::string short_digest(const std::string& text) {
  return text.empty() ? "-" : text.substr(0, digits_of_digests);
}

std::string data_of(const HistorySeries& series) {
  return series.drawn ? series.data + " (drawn)" : series.data;
}

std::string time_cell(double value) { return fmt::format("{:.4g} ms", value); }

std::string plain_cell(std::string_view metric, const std::string& unit, double value) {
  if (!std::isfinite(value)) return "-";
  switch (figure_kind(metric)) {
    case FigureKind::time: return time_cell(value);
    case FigureKind::size: return with_commas(static_cast<std::size_t>(value)) + " " + unit;
    case FigureKind::answers: break;
  }
  return figure_cell({std::string(metric), value, {}, unit});
}

std::string what_happened(const HistorySeries& series, std::size_t at) {
  const HistoryCase& one = series.points[at].of;
  std::string text = one.whole ? "" : one.status.empty() ? "not whole" : one.status;
  for (const HistoryChange& change : series.changes) {
    if (change.at == at) text += (text.empty() ? "" : "; ") + change_words(change);
  }
  return text;
}

std::string last_change(const HistorySeries& series) {
  const auto last =
      std::find_if(series.changes.rbegin(), series.changes.rend(),
                   [](const HistoryChange& change) { return change.kind != Kind::answers; });
  if (last == series.changes.rend()) return "-";
  const std::string date = history_date(series.points[last->at].of);
  if (last->kind == Kind::making) return date + ": " + change_words(*last);
  return fmt::format("{}: {} -> {}", date, history_value(series, last->before),
                     history_value(series, last->after));
}

Table overview(const std::vector<HistorySeries>& all) {
  const bool time = figure_kind(all.front().metric) == FigureKind::time;
  Table table{all.front().points.front().of.suite + ": " + all.front().metric,
              {"case", "data", time ? "machine" : "instruction set", "runs", "last", "history",
               "last change"},
              {},
              {}};
  for (const HistorySeries& series : all) {
    table.rows.push_back({series.name, data_of(series), series.where.empty() ? "-" : series.where,
                          std::to_string(series.points.size()), history_cell(series.points.back()),
                          sparkline(series), last_change(series)});
  }
  return table;
}

/// Fields that are not shown in a column of their own.
std::string also_differs(const HistoryChange& change) {
  std::string text;
  for (const ManifestDifference& one : change.making) {
    if (one.field == "commit" || one.field == "version") continue;
    text +=
        fmt::format("{}{}: {} -> {}", text.empty() ? "" : "; ", one.field, one.before, one.after);
  }
  return text.empty() ? "-" : text;
}

Table changes_table(const std::vector<HistorySeries>& all) {
  Table table{
      "Changes",
      {"finished", "case", "data", "what", "before", "after", "program", "what else differs"},
      {},
      {}};
  for (const HistorySeries& series : all) {
    for (const HistoryChange& change : series.changes) {
      table.rows.push_back({history_date(series.points[change.at].of), series.name, data_of(series),
                            change_words(change), history_value(series, change.before),
                            history_value(series, change.after), programs_of(series, change),
                            also_differs(change)});
    }
  }
  return table;
}

Table runs_table(const HistorySeries& series) {
  Table table{series.name + " on " + data_of(series),
              {"finished", series.metric, "what", "answers", "program"},
              {},
              {}};
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const HistoryPoint& point = series.points[i];
    table.rows.push_back({history_date(point.of), history_cell(point), what_happened(series, i),
                          short_digest(point.of.answers), program_of(point.of.manifest)});
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

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json change_json(const HistorySeries& series, const HistoryChange& change) {
  constexpr const char* kinds[] = {"figure", "answers", "judge", "level", "making"};
  JsonArray making;
  for (const ManifestDifference& one : change.making) {
    making.push_back(
        JsonObject{{"field", one.field}, {"before", one.before}, {"after", one.after}});
  }
  return JsonObject{{"at", static_cast<std::int64_t>(change.at)},
                    {"finished", series.points[change.at].of.finished},
                    {"kind", kinds[static_cast<std::size_t>(change.kind)]},
                    {"before", number(change.before)},
                    {"after", number(change.after)},
                    {"p", number(change.p)},
                    {"back_to", change.back_to},
                    {"making", std::move(making)}};
}

Json point_json(const HistoryPoint& point) {
  const auto& range = point.figure.interval95;
  JsonObject making;
  for (const ManifestField& one : point.of.manifest) making.emplace_back(one.field, one.text);
  return JsonObject{{"run", point.of.run},
                    {"started", point.of.started},
                    {"finished", point.of.finished},
                    {"status", point.of.status},
                    {"whole", point.of.whole},
                    {"value", number(point.figure.value)},
                    {"low", range ? number(range->low) : Json(nullptr)},
                    {"high", range ? number(range->high) : Json(nullptr)},
                    {"answers", point.of.answers},
                    {"making", std::move(making)}};
}

}  // namespace

std::string history_date(const HistoryCase& one) {
  std::string text = one.finished.empty() ? one.started : one.finished;
  // "2026-11-21T06:43:48Z"
  if (text.size() == 20 && text[10] == 'T') text = text.substr(0, 10) + " " + text.substr(11, 5);
  return text;
}

std::string program_of(const std::vector<ManifestField>& manifest) {
  const std::string commit = manifest_text(manifest, "commit");
  return commit.empty() ? manifest_text(manifest, "version") : short_digest(commit);
}

std::string programs_of(const HistorySeries& series, const HistoryChange& change) {
  const std::vector<ManifestField>& now = series.points[change.at].of.manifest;
  std::vector<ManifestField> before = now;
  for (ManifestField& field : before) {
    const auto other = std::ranges::find(change.making, field.field, &ManifestDifference::field);
    if (other != change.making.end()) field.text = other->before;
  }
  const std::string from = program_of(before), to = program_of(now);
  return from == to ? to : from + " -> " + to;
}

std::string change_words(const HistoryChange& change) {
  std::string text;
  switch (change.kind) {
    case Kind::figure: text = "changed"; break;
    case Kind::answers: text = "other answers, same figure"; break;
    case Kind::judge: text = "same answers, judged otherwise"; break;
    case Kind::level: return fmt::format("new level, p {:.2g}", change.p);
    case Kind::making:
      for (const ManifestDifference& one : change.making) {
        text += (text.empty() ? "not comparable: " : ", ") + one.field;
      }
      return text;
  }
  return change.back_to.empty() ? text : text + ", back to " + change.back_to;
}

std::string history_value(const HistorySeries& series, double value) {
  return plain_cell(series.metric, series.unit, value);
}

std::string history_cell(const HistoryPoint& point) {
  const bool counted = figure_kind(point.figure.name) == FigureKind::answers;
  return counted ? figure_cell(point.figure)
                 : plain_cell(point.figure.name, point.figure.unit, point.figure.value);
}

std::string sparkline(const HistorySeries& series, std::size_t most) {
  constexpr const char* blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = INFINITY, high = -INFINITY;
  for (const HistoryPoint& point : series.points) {
    if (!point.of.whole || !std::isfinite(point.figure.value)) continue;
    low = std::min(low, point.figure.value);
    high = std::max(high, point.figure.value);
  }
  const std::size_t first = series.points.size() > most ? series.points.size() - most : 0;
  std::string text = first > 0 ? "…" : "";
  for (std::size_t i = first; i < series.points.size(); ++i) {
    std::set<Kind> here;
    for (const HistoryChange& change : series.changes) {
      if (change.at == i) here.insert(change.kind);
    }
    here.erase(Kind::answers);
    const bool breaks = here.erase(Kind::making) > 0;
    text += breaks ? "┊" : here.empty() ? "" : "│";
    const double value = series.points[i].figure.value;
    if (!series.points[i].of.whole) {
      text += "×";
    } else if (!std::isfinite(value)) {
      text += "·";
    } else {
      text += low == high ? blocks[3] : blocks[std::lround((value - low) / (high - low) * 7)];
    }
  }
  return text;
}

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
        if (change.at == i) changes += (changes.empty() ? "" : "; ") + change_words(change);
      }
      table.rows.push_back({point.of.suite, series.name, data_of(series), series.where,
                            series.metric, series.unit, point.of.started, point.of.finished,
                            cell(point.figure.value), range ? cell(range->low) : "",
                            range ? cell(range->high) : "", point.of.status, changes,
                            point.of.answers, program_of(point.of.manifest), point.of.run});
    }
  }
  return table;
}

Json to_json(const std::vector<HistorySeries>& all) {
  JsonArray list;
  for (const HistorySeries& series : all) {
    JsonArray points, changes;
    for (const HistoryPoint& point : series.points) points.push_back(point_json(point));
    for (const HistoryChange& one : series.changes) changes.push_back(change_json(series, one));
    list.push_back(JsonObject{{"case", series.name},
                              {"data", series.data},
                              {"drawn", series.drawn},
                              {"where", series.where},
                              {"points", std::move(points)},
                              {"changes", std::move(changes)}});
  }
  return JsonObject{{"version", 1},
                    {"suite", all.front().points.front().of.suite},
                    {"metric", all.front().metric},
                    {"unit", all.front().unit},
                    {"series", std::move(list)}};
}

}  // namespace bench
