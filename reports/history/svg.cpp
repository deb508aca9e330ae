// A history as a drawing. Coordinates are pixels of a page 860 wide, written with one decimal.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/gates.h"
#include "reports/history/words.h"
#include "reports/html_report.h"

namespace bench {
namespace {

using namespace histories;  // NOLINT: cells
using Kind = HistoryChange::Kind;

constexpr double page = 860, left = 78, right = 836, head = 58, panel = 196;
constexpr double above = 58, plot = 104;  // of a panel: titles and labels, the chart itself
constexpr std::size_t dates_shown = 6, labels_in_turn = 2;

constexpr auto style =
    R"(svg { color-scheme: light dark; --ink: #1c1e21; --faint: #6a7078; --paper: #fff; --line: #d8dbe0;
  --curve: #1f6fc4; --worse: #b3261e; --better: #1b7f3b; --flag: #8a4b00; }
@media (prefers-color-scheme: dark) { svg { --ink: #e4e6ea; --faint: #9aa1ab; --paper: #16181b; --line: #3a3e45;
  --curve: #6db3f2; --worse: #ff8a80; --better: #7bd88f; --flag: #ffc66d; } }
text { font: 12px system-ui, sans-serif; fill: var(--ink); }
.title { font-size: 17px; font-weight: 600; } .name { font-weight: 600; } .faint { fill: var(--faint); }
.flag { fill: var(--flag); font-weight: 600; } .page { fill: var(--paper); }
.grid { stroke: var(--line); } .band { fill: var(--curve); opacity: .15; }
.curve { stroke: var(--curve); fill: none; stroke-width: 1.5; } .point { fill: var(--curve); }
.level { stroke: var(--ink); fill: none; stroke-width: 1.2; }
.lost { fill: var(--paper); stroke: var(--faint); } .break { stroke: var(--faint); stroke-dasharray: 1 3; }
.worse { stroke: var(--worse); stroke-dasharray: 5 3; } .better { stroke: var(--better); stroke-dasharray: 5 3; }
text.worse { fill: var(--worse); stroke: none; } text.better { fill: var(--better); stroke: none; }
.other { stroke: var(--faint); }
)";

/// XML has no place for control characters, not even as entities.
std::string xml(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return html_text(text);
}

/// Where each run stands, from left to right, the same in all charts.
class Runs {
 public:
  explicit Runs(const std::vector<HistorySeries>& all) {
    for (const HistorySeries& series : all) {
      for (const HistoryPoint& point : series.points) {
        dates_.resize(std::max(dates_.size(), point.place + 1));
        if (dates_[point.place].empty()) dates_[point.place] = date_cell(point.of);
      }
    }
  }

  double x(double place) const {
    const double steps = static_cast<double>(dates_.size()) - 1;
    return steps > 0 ? left + 10 + (right - left - 20) * place / steps : (left + right) / 2;
  }

  double step() const { return x(1) - x(0); }

  /// Evenly chosen; days, or times where all is of one day.
  std::vector<std::pair<double, std::string>> ticks() const {
    const bool one_day = std::ranges::all_of(
        dates_, [&](const std::string& d) { return d.substr(0, 10) == dates_[0].substr(0, 10); });
    std::vector<std::pair<double, std::string>> list;
    const std::size_t shown = std::min(dates_.size(), dates_shown);
    for (std::size_t k = 0; k < shown; ++k) {
      const std::size_t i = shown == 1 ? 0 : k * (dates_.size() - 1) / (shown - 1);
      const std::string& date = dates_[i];
      const bool timed = one_day && date.size() == 16;
      list.emplace_back(x(static_cast<double>(i)), timed ? date.substr(11) : date.substr(0, 10));
    }
    return list;
  }

  std::string span() const {
    return dates_.size() == 1 ? dates_[0] : dates_.front() + " to " + dates_.back();
  }
  std::size_t size() const { return dates_.size(); }

 private:
  std::vector<std::string> dates_;
};

/// Values on the vertical axis.
class Scale {
 public:
  Scale(const HistorySeries& series, double top) : top_(top) {
    double low = INFINITY, high = -INFINITY;
    const auto take = [&](double value) {
      if (!std::isfinite(value)) return;
      low = std::min(low, value);
      high = std::max(high, value);
    };
    for (const HistoryPoint& point : series.points) {
      take(point.figure.value);
      if (!point.figure.interval95) continue;
      take(point.figure.interval95->low);
      take(point.figure.interval95->high);
    }
    if (low > high) low = high = 0;
    const double room = high > low ? (high - low) * 0.08 : std::max(std::abs(low) * 0.05, 1e-9);
    low_ = low - room;
    high_ = high + room;
    step_ = std::pow(10.0, std::floor(std::log10((high_ - low_) / 4)));
    for (const double factor : {2.0, 5.0, 10.0}) {
      if ((high_ - low_) / step_ > 5) step_ *= factor == 5 ? 2.5 : 2;
    }
  }

  double y(double value) const { return top_ + plot * (high_ - value) / (high_ - low_); }

  std::vector<std::pair<double, std::string>> ticks() const {
    const int digits = std::max(0, static_cast<int>(-std::floor(std::log10(step_) + 1e-9)));
    std::vector<std::pair<double, std::string>> list;
    for (double n = std::ceil(low_ / step_); n * step_ <= high_; ++n) {
      const double value = n * step_ + 0.0;
      const bool large = std::abs(high_) >= 1e6;
      list.emplace_back(
          y(value), large ? fmt::format("{:.4g}", value) : fmt::format("{:.{}f}", value, digits));
    }
    return list;
  }

 private:
  double top_, low_ = 0, high_ = 1, step_ = 1;
};

std::string line(double x1, double y1, double x2, double y2, const char* kind) {
  return fmt::format(
      "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", kind, x1,
      y1, x2, y2);
}

std::string words(double x, double y, const std::string& kind, const std::string& anchor,
                  const std::string& text) {
  return fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                     kind, x, y, anchor, xml(text));
}

class Chart {
 public:
  Chart(const HistorySeries& series, const Runs& runs, double top)
      : series_(series), runs_(runs), top_(top + above), scale_(series, top_) {}

  std::string draw() const {
    return "<g>\n" + titles() + axes() + curves() + marks() + points() + "</g>\n";
  }

 private:
  double x(std::size_t i) const { return runs_.x(static_cast<double>(series_.points[i].place)); }
  double y(double value) const { return scale_.y(value); }

  std::string titles() const {
    std::string text = words(left - 62, top_ - 40, "name", "start", series_.name);
    std::string about = series_.data + (series_.drawn ? " (drawn)" : "");
    if (!series_.where.empty()) about += ", " + series_.where;
    return text + words(right, top_ - 40, "faint", "end", about);
  }

  std::string axes() const {
    std::string text;
    for (const auto& [at, label] : scale_.ticks()) {
      text += line(left, at, right, at, "grid") + words(left - 6, at + 4, "faint", "end", label);
    }
    for (const auto& [at, label] : runs_.ticks()) {
      text += line(at, top_ + plot, at, top_ + plot + 4, "grid") +
              words(at, top_ + plot + 18, "faint", "middle", label);
    }
    return text;
  }

  /// Neighbouring points that can be compared: [first, last].
  std::vector<std::pair<std::size_t, std::size_t>> joined() const {
    std::vector<std::pair<std::size_t, std::size_t>> parts;
    for (std::size_t i = 0; i < series_.points.size(); ++i) {
      const HistoryPoint& point = series_.points[i];
      if (!point.of.whole || !std::isfinite(point.figure.value)) continue;
      const bool goes_on = i > 0 && !parts.empty() && parts.back().second == i - 1 && !breaks(i);
      if (goes_on) {
        parts.back().second = i;
      } else {
        parts.emplace_back(i, i);
      }
    }
    return parts;
  }

  bool breaks(std::size_t at) const {
    return std::ranges::any_of(series_.changes, [&](const HistoryChange& change) {
      return change.at == at && change.kind == Kind::making;
    });
  }

  std::string curves() const {
    std::string text;
    for (const auto& [first, last] : joined()) {
      std::string upper, lower, curve, level;
      for (std::size_t i = first; i <= last; ++i) {
        const Metric& figure = series_.points[i].figure;
        curve += fmt::format("{:.1f},{:.1f} ", x(i), y(figure.value));
        if (!series_.levels.empty()) {
          level += fmt::format("{:.1f},{:.1f} ", x(i), y(series_.levels[i]));
        }
        const auto& range = figure.interval95;
        if (!range || !std::isfinite(range->low) || !std::isfinite(range->high)) continue;
        upper += fmt::format("{:.1f},{:.1f} ", x(i), y(range->high));
        lower = fmt::format("{:.1f},{:.1f} ", x(i), y(range->low)) + lower;
      }
      if (!upper.empty()) text += "<polygon class=\"band\" points=\"" + upper + lower + "\"/>\n";
      text += "<polyline class=\"curve\" points=\"" + curve + "\"/>\n";
      if (!level.empty()) text += "<polyline class=\"level\" points=\"" + level + "\"/>\n";
    }
    return text;
  }

  std::string points() const {
    std::string text;
    for (std::size_t i = 0; i < series_.points.size(); ++i) {
      const HistoryPoint& point = series_.points[i];
      const bool known = std::isfinite(point.figure.value);
      const std::string about = date_cell(point.of) + ": " +
                                (point.of.whole ? "" : point.of.status + ", ") +
                                figure_cell(point) + ", " + program_cell(point.of.manifest);
      text += fmt::format(
          "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"><title>{}</title></circle>\n",
          point.of.whole && known ? "point" : "lost", x(i),
          known ? y(point.figure.value) : top_ + plot, xml(about));
    }
    return text;
  }

  const char* kind_of(const HistoryChange& change) const {
    if (change.kind == Kind::making) return "break";
    if (change.kind == Kind::answers || !(change.before != change.after)) return "other";
    return (change.after < change.before) == lower_is_better(series_.metric) ? "better" : "worse";
  }

  std::string label_of(const HistoryChange& change) const {
    if (change.kind == Kind::making) return words_for(change).substr(16);
    const double moved = change.after - change.before;
    const std::string sign = moved < 0 ? "-" : "+";
    return sign + value_cell(series_, std::abs(moved)) + "  " + programs_cell(series_, change);
  }

  std::string marks() const {
    std::string text;
    std::size_t labelled = 0;
    for (const HistoryChange& change : series_.changes) {
      const double at = x(change.at) - (runs_.size() > 1 ? runs_.step() / 2 : 0);
      const char* kind = kind_of(change);
      if (change.kind == Kind::answers) {  // no more than a tick: the figure is the same
        text += line(at, top_ + plot - 6, at, top_ + plot, kind);
        continue;
      }
      const double label = top_ - 6 - 14 * static_cast<double>(labelled++ % labels_in_turn);
      text += line(at, label + 3, at, top_ + plot, kind);
      const bool ends = at > (left + right) / 2;
      text += words(ends ? at - 4 : at + 4, label, kind_of(change), ends ? "end" : "start",
                    label_of(change));
    }
    return text;
  }

  const HistorySeries& series_;
  const Runs& runs_;
  double top_;
  Scale scale_;
};

}  // namespace

std::string history_svg(const std::vector<HistorySeries>& all) {
  const Runs runs(all);
  const double height = head + panel * static_cast<double>(all.size());
  const std::string title = all.front().points.front().of.suite + ": " + all.front().metric;
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\">\n<title>{2}</title>\n<style>\n{3}</style>\n"
      "<rect class=\"page\" width=\"{0:.0f}\" height=\"{1:.0f}\"/>\n",
      page, height, xml(title), style);
  text += words(left - 62, 26, "title", "start", title);
  const std::string count = fmt::format("{} {}, ", runs.size(), runs.size() == 1 ? "run" : "runs");
  text += words(left - 62, 45, "faint", "start", count + runs.span());
  if (std::ranges::any_of(all, &HistorySeries::drawn)) {
    text += words(right, 26, "flag", "end", "Drawn images: no figure here is one on the real set.");
  }
  double top = head;
  for (const HistorySeries& series : all) {
    text += Chart(series, runs, top).draw();
    top += panel;
  }
  return text + "</svg>\n";
}

}  // namespace bench
