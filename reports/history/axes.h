#pragma once
// Where things stand in the drawing of a history. All is in pixels.

#include <string>
#include <utility>
#include <vector>

#include "reports/history.h"

namespace bench::histories {

constexpr double page = 860, left = 78, right = 820;  // what is left of `left` is for numbers
constexpr double above = 68, plot = 104;  // heights of a chart's titles and labels, of the chart

/// A place on an axis and what is written there.
using Ticks = std::vector<std::pair<double, std::string>>;

/// From left to right: runs at equal distances, at the same places in all charts.
class Runs {
 public:
  explicit Runs(const std::vector<HistorySeries>& all);

  std::size_t size() const { return dates_.size(); }
  double x(double place) const;
  /// Between two runs.
  double step() const { return x(1) - x(0); }
  /// Days; times where all is of one day.
  Ticks ticks() const;
  /// "2026-01-01 01:30 to 2026-01-12 01:30".
  std::string span() const;

 private:
  std::vector<std::string> dates_;
};

/// From bottom to top: the values of a series and their intervals.
class Scale {
 public:
  /// The chart begins at `top`.
  Scale(const HistorySeries& series, double top);

  double y(double value) const { return top_ + plot * (high_ - value) / (high_ - low_); }
  /// At round values.
  Ticks ticks() const;

 private:
  double top_, low_ = 0, high_ = 1, step_ = 1;
};

}  // namespace bench::histories
