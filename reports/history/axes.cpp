#include "reports/history/axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/history/words.h"

namespace bench::histories {
namespace {

constexpr std::size_t dates_shown = 6;
constexpr double most_steps = 5;

/// 1, 2 or 5 times a power of ten.
double round_step(double range) {
  const double power = std::pow(10.0, std::floor(std::log10(range / most_steps)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (range / (power * factor) <= most_steps) return power * factor;
  }
  return power * 10;
}

}  // namespace

Runs::Runs(const std::vector<HistorySeries>& all) {
  for (const HistorySeries& series : all) {
    for (const HistoryPoint& point : series.points) {
      dates_.resize(std::max(dates_.size(), point.place + 1));
      if (dates_[point.place].empty()) dates_[point.place] = date_cell(point.of);
    }
  }
}

double Runs::x(double place) const {
  const double steps = static_cast<double>(dates_.size()) - 1;
  return steps > 0 ? left + 10 + (right - left - 20) * place / steps : (left + right) / 2;
}

Ticks Runs::ticks() const {
  const auto day = [](const std::string& date) { return date.substr(0, 10); };
  const bool one_day = std::ranges::all_of(
      dates_, [&](const std::string& date) { return day(date) == day(dates_[0]); });
  Ticks list;
  const std::size_t shown = std::min(dates_.size(), dates_shown);
  for (std::size_t k = 0; k < shown; ++k) {
    const std::size_t i = shown == 1 ? 0 : k * (dates_.size() - 1) / (shown - 1);
    const bool timed = one_day && dates_[i].size() == 16;
    list.emplace_back(x(static_cast<double>(i)), timed ? dates_[i].substr(11) : day(dates_[i]));
  }
  return list;
}

std::string Runs::span() const {
  return dates_.size() == 1 ? dates_[0] : dates_.front() + " to " + dates_.back();
}

Scale::Scale(const HistorySeries& series, double top) : top_(top) {
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
  // Values that differ in their last bits only would need more ticks than doubles can count.
  const double size = std::max(std::abs(low), std::abs(high));
  const double room =
      high > low ? std::max((high - low) * 0.08, size * 1e-7) : std::max(size * 0.05, 1e-9);
  low_ = low - room;
  high_ = high + room;
  step_ = round_step(high_ - low_);
}

Ticks Scale::ticks() const {
  const double below = -std::floor(std::log10(step_) + 1e-9);  // digits behind the point
  const int digits = static_cast<int>(std::clamp(below, 0.0, 15.0));
  const bool is_long = std::abs(high_) >= 1e10;
  Ticks list;
  for (double n = std::ceil(low_ / step_); n * step_ <= high_; ++n) {
    const double value = n * step_ + 0.0;
    list.emplace_back(
        y(value), is_long ? fmt::format("{:.4g}", value) : fmt::format("{:.{}f}", value, digits));
  }
  return list;
}

}  // namespace bench::histories
