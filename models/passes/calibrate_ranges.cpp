#include "models/passes/calibrate_ranges.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "models/error.h"

namespace bench {
namespace {

void require_values(const Histogram& histogram) {
  if (histogram.empty()) {
    throw Error(Fault::missing, "a range of a tensor nobody has seen values of: calibrate first");
  }
}

// How many of `count` values may lie beyond one end.
std::uint64_t allowed_beyond(std::uint64_t count, double percent) {
  return static_cast<std::uint64_t>(std::floor((100 - percent) / 200 * static_cast<double>(count)));
}

// The evenly spaced numbers of a grid with one scale.
struct Levels {
  double first, step, last_index;

  explicit Levels(const Grid& grid)
      : first(dequantize(grid, lowest(grid))),
        step(grid.scale[0]),
        last_index(highest(grid) - lowest(grid)) {}

  double index_of(double x) const {
    return std::clamp(std::floor((x - first) / step + 0.5), 0.0, last_index);
  }
  double error(double x) const {
    const double r = x - first - index_of(x) * step;
    return r * r;
  }
  // Its derivative is error(x): every level passed adds a whole cell's step^3 / 12.
  double sum_of_errors(double x) const {
    const double i = index_of(x), r = x - first - i * step;
    return i * step * step * step / 12 + r * r * r / 3;
  }
};

double mean_squared_error(const std::vector<Histogram::Bin>& bins, const Grid& grid) {
  const Levels levels(grid);
  double sum = 0, count = 0;
  for (const Histogram::Bin& bin : bins) {
    const auto n = static_cast<double>(bin.count);
    const double width = bin.high - bin.low;
    const double error =
        width > 0 ? (levels.sum_of_errors(bin.high) - levels.sum_of_errors(bin.low)) / width
                  : levels.error(bin.low);
    sum += n * error;
    count += n;
  }
  return sum / count;
}

}  // namespace

Range max_range(const Histogram& histogram) {
  require_values(histogram);
  return histogram.range();
}

Range percentile_range(const Histogram& histogram, double percent) {
  require_values(histogram);
  if (!(percent > 0 && percent <= 100)) {
    throw Error(Fault::usage,
                "percentile " + std::to_string(percent) + ": must be above 0 and at most 100");
  }
  const std::uint64_t allowed = allowed_beyond(histogram.count(), percent);
  const auto bins = histogram.bins();
  auto low = bins.begin();
  for (std::uint64_t below = low->count; below <= allowed; below += low->count) ++low;
  auto high = bins.end() - 1;
  for (std::uint64_t above = high->count; above <= allowed; above += high->count) --high;
  return {static_cast<float>(low->low), static_cast<float>(high->high)};
}

double mean_squared_error(const Histogram& histogram, const Grid& grid) {
  require_values(histogram);
  return mean_squared_error(histogram.bins(), grid);
}

Range mse_range(const Histogram& histogram, const GridOf& grid_of, int steps) {
  const Range full = max_range(histogram);
  if (full.min == full.max) return full;
  const auto bins = histogram.bins();
  const double middle = std::clamp(0.0, double{full.min}, double{full.max});
  const auto drawn_in = [&](float end, int step) {
    return static_cast<float>(middle + (end - middle) * (steps - step) / steps);
  };
  Range best = full;
  double least = mean_squared_error(bins, grid_of(full));
  const auto consider = [&](const Range& range) {
    if (!(range.min < range.max)) return;
    const double error = mean_squared_error(bins, grid_of(range));
    if (error < least) best = range, least = error;
  };
  for (int i = 1; i < steps; ++i) consider({drawn_in(full.min, i), drawn_in(full.max, i)});
  for (int i = 0; i <= steps; ++i) consider({best.min, drawn_in(full.max, i)});
  for (int i = 0; i <= steps; ++i) consider({drawn_in(full.min, i), best.max});
  return best;
}

MovingAverage::MovingAverage(const Options& options)
    : options_(options),
      min_(options.zero_debiased ? 0 : options.start.min),
      max_(options.zero_debiased ? 0 : options.start.max) {}

void MovingAverage::add(const Range& batch) {
  min_ += (1 - options_.decay) * (std::min(batch.min, 0.0f) - min_);
  max_ += (1 - options_.decay) * (std::max(batch.max, 0.0f) - max_);
  remaining_ *= options_.decay;
}

Range MovingAverage::range() const {
  if (remaining_ == 1) return options_.start;
  const double share = options_.zero_debiased ? 1 - remaining_ : 1;
  return {static_cast<float>(min_ / share), static_cast<float>(max_ / share)};
}

}  // namespace bench
