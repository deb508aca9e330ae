#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "reports/gates.h"
#include "reports/history/axes.h"
#include "reports/history/words.h"
#include "reports/html_report.h"

namespace bench {
namespace {

using namespace histories;  // NOLINT: cells
using Kind = HistoryChange::Kind;

constexpr double head = 58, panel = 206;
constexpr double letter = 6.7;  // about as wide as one is
constexpr std::size_t label_rows = 3;

// Colours stand in rules of classes, not in variables, which some viewers do not know.
constexpr auto style = R"(text { font: 12px system-ui, sans-serif; fill: #1c1e21; }
.title { font-size: 17px; font-weight: 600; } .name { font-weight: 600; }
.curve, .level { fill: none; stroke-width: 1.5; } .level { stroke-width: 1; }
.worse, .better { stroke-dasharray: 5 3; } .break { stroke-dasharray: 1 3; }
.page { fill: #fff; } .grid { stroke: #d8dbe0; } .faint { fill: #6a7078; } .flag { fill: #8a4b00; }
.curve { stroke: #1f6fc4; } .point { fill: #1f6fc4; } .band { fill: #1f6fc4; opacity: .15; }
.level { stroke: #1c1e21; } .lost { fill: #fff; stroke: #6a7078; } .break, .other { stroke: #6a7078; }
.worse { stroke: #b3261e; } .better { stroke: #1b7f3b; } text.worse { fill: #b3261e; }
text.better { fill: #1b7f3b; } text.break { fill: #6a7078; }
text.worse, text.better, text.break, text.other { stroke: none; }
@media (prefers-color-scheme: dark) { text { fill: #e4e6ea; }
.page { fill: #16181b; } .grid { stroke: #3a3e45; } .faint { fill: #9aa1ab; } .flag { fill: #ffc66d; }
.curve { stroke: #6db3f2; } .point { fill: #6db3f2; } .band { fill: #6db3f2; }
.level { stroke: #e4e6ea; } .lost { fill: #16181b; stroke: #9aa1ab; } .break, .other { stroke: #9aa1ab; }
.worse { stroke: #ff8a80; } .better { stroke: #7bd88f; } text.worse { fill: #ff8a80; }
text.better { fill: #7bd88f; } text.break { fill: #9aa1ab; }
text.worse, text.better, text.break, text.other { stroke: none; } }
)";

/// XML has no place for control characters, not even as entities.
std::string xml(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return html_text(text);
}

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

/// Where labels are put so that none covers another.
class Labels {
 public:
  /// The first row that is free from `from` to `to`, or nothing.
  std::optional<std::size_t> row(double from, double to) {
    for (std::size_t k = 0; k < label_rows; ++k) {
      const bool is_free =
          std::ranges::none_of(rows_[k], [&](const std::pair<double, double>& one) {
            return from < one.second && one.first < to;
          });
      if (!is_free) continue;
      rows_[k].emplace_back(from, to);
      return k;
    }
    return std::nullopt;
  }

 private:
  std::array<std::vector<std::pair<double, double>>, label_rows> rows_;
};

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
    std::string text = words(left - 62, top_ - 52, "name", "start", series_.name);
    std::string about = series_.data + (series_.drawn ? " (drawn)" : "");
    if (!series_.where.empty()) about += ", " + series_.where;
    return text + words(right, top_ - 52, "faint", "end", about);
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
          const bool same = i > first && series_.levels[i] == series_.levels[i - 1];
          level += fmt::format("{}{:.1f},{:.1f} ", same ? "L" : "M", x(i), y(series_.levels[i]));
        }
        const auto& range = figure.interval95;
        if (!range || !std::isfinite(range->low) || !std::isfinite(range->high)) continue;
        upper += fmt::format("{:.1f},{:.1f} ", x(i), y(range->high));
        lower = fmt::format("{:.1f},{:.1f} ", x(i), y(range->low)) + lower;
      }
      if (!upper.empty()) text += "<polygon class=\"band\" points=\"" + upper + lower + "\"/>\n";
      text += "<polyline class=\"curve\" points=\"" + curve + "\"/>\n";
      if (!level.empty()) text += "<path class=\"level\" d=\"" + level + "\"/>\n";
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
    if (change.kind == Kind::making) return words_for(change);
    const double moved = change.after - change.before;
    const std::string sign = moved < 0 ? "-" : "+";
    return sign + value_cell(series_, std::abs(moved)) + ", " + programs_cell(series_, change);
  }

  /// Every mark says what it is when pointed at; as a label where there is room.
  std::string marks() const {
    std::string text;
    Labels labels;
    for (const HistoryChange& change : series_.changes) {
      const double at = x(change.at) - (runs_.size() > 1 ? runs_.step() / 2 : 0);
      const bool is_tick = change.kind == Kind::answers;  // the figure is the same
      const std::string label = is_tick ? words_for(change) : label_of(change);
      const bool ends = at > (left + right) / 2;
      const double width = letter * static_cast<double>(label.size()) + 8;
      const auto row =
          is_tick ? std::nullopt : labels.row(ends ? at - width : at, ends ? at : at + width);
      const double from = is_tick ? top_ + plot - 6
                          : row   ? top_ - 3 - 14 * static_cast<double>(*row)
                                  : top_;
      text += "<g><title>" + xml(about(change)) + "</title>\n" +
              line(at, from, at, top_ + plot, kind_of(change));
      if (row) {
        text +=
            words(ends ? at - 4 : at + 4, from - 3, kind_of(change), ends ? "end" : "start", label);
      }
      text += "</g>\n";
    }
    return text;
  }

  std::string about(const HistoryChange& change) const {
    return date_cell(series_.points[change.at].of) + ": " + words_for(change) + ", " +
           value_cell(series_, change.before) + " -> " + value_cell(series_, change.after) + ", " +
           programs_cell(series_, change);
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
