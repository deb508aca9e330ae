#include <algorithm>
#include <cmath>
#include <set>

#include "reports/history.h"

namespace bench {

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
    std::set<HistoryChange::Kind> here;
    for (const HistoryChange& change : series.changes) {
      if (change.at == i) here.insert(change.kind);
    }
    here.erase(HistoryChange::Kind::answers);
    if (here.erase(HistoryChange::Kind::making) > 0) text += "┊";
    if (!here.empty()) text += "│";
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

}  // namespace bench
