#include "reports/history/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/text.h"
#include "reports/figures.h"

namespace bench::histories {
namespace {

using Kind = HistoryChange::Kind;

constexpr std::size_t digits_of_digests = 10;

std::string plain_cell(std::string_view metric, const std::string& unit, double value) {
  if (!std::isfinite(value)) return "-";
  switch (figure_kind(metric)) {
    case FigureKind::time: return fmt::format("{:.4g} ms", value);
    case FigureKind::size: return with_commas(static_cast<std::size_t>(value)) + " " + unit;
    case FigureKind::answers: break;
  }
  return bench::figure_cell({std::string(metric), value, {}, unit});
}

}  // namespace

std::string data_cell(const HistorySeries& series) {
  return series.drawn ? series.data + " (drawn)" : series.data;
}

std::string digest_cell(const std::string& text) {
  return text.empty() ? "-" : text.substr(0, digits_of_digests);
}

std::string date_cell(const HistoryCase& one) {
  std::string text = one.finished.empty() ? one.started : one.finished;
  // "2026-11-21T06:43:48Z"
  if (text.size() == 20 && text[10] == 'T') text = text.substr(0, 10) + " " + text.substr(11, 5);
  return text;
}

std::string program_cell(const std::vector<ManifestField>& manifest) {
  const std::string commit = manifest_text(manifest, "commit");
  return commit.empty() ? manifest_text(manifest, "version") : digest_cell(commit);
}

std::string programs_cell(const HistorySeries& series, const HistoryChange& change) {
  const std::vector<ManifestField>& now = series.points[change.at].of.manifest;
  std::vector<ManifestField> before = now;
  for (ManifestField& field : before) {
    const auto other = std::ranges::find(change.making, field.field, &ManifestDifference::field);
    if (other != change.making.end()) field.text = other->before;
  }
  const std::string from = program_cell(before), to = program_cell(now);
  return from == to ? to : from + " -> " + to;
}

std::string words_for(const HistoryChange& change) {
  std::string text;
  switch (change.kind) {
    case Kind::figure: text = "changed"; break;
    case Kind::answers: text = "other answers, same figure"; break;
    case Kind::judge: text = "same answers, judged otherwise"; break;
    case Kind::level: return fmt::format("new level, p {:.2g}", change.p);
    case Kind::making:
      for (const ManifestDifference& one : change.making) {
        if (one.refuses) text += (text.empty() ? "not comparable: " : ", ") + one.field;
      }
      return text;
  }
  return change.back_to.empty() ? text : text + ", back to " + change.back_to;
}

std::string value_cell(const HistorySeries& series, double value) {
  return plain_cell(series.metric, series.unit, value);
}

std::string figure_cell(const HistoryPoint& point) {
  const bool counted = figure_kind(point.figure.name) == FigureKind::answers;
  return counted ? bench::figure_cell(point.figure)
                 : plain_cell(point.figure.name, point.figure.unit, point.figure.value);
}

/// Fields that are not shown in a column of their own.
std::string making_cell(const HistoryChange& change) {
  std::string text;
  for (const ManifestDifference& one : change.making) {
    if (one.field == "commit" || one.field == "version") continue;
    text +=
        fmt::format("{}{}: {} -> {}", text.empty() ? "" : "; ", one.field, one.before, one.after);
  }
  return text.empty() ? "-" : text;
}

std::string event_cell(const HistorySeries& series, std::size_t at) {
  const HistoryCase& one = series.points[at].of;
  std::string text = one.whole ? "" : one.status.empty() ? "not whole" : one.status;
  for (const HistoryChange& change : series.changes) {
    if (change.at == at) text += (text.empty() ? "" : "; ") + words_for(change);
  }
  return text;
}

}  // namespace bench::histories
