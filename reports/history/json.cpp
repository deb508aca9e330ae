#include <cmath>

#include "reports/history.h"

namespace bench {
namespace {

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json change_json(const HistorySeries& series, const HistoryChange& change) {
  constexpr const char* kinds[] = {"figure", "answers", "judge", "level", "making"};
  JsonArray making;
  for (const ManifestDifference& one : change.making) {
    making.push_back(JsonObject{{"field", one.field},
                                {"before", one.before},
                                {"after", one.after},
                                {"refuses", one.refuses}});
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
