#include "evaluators/class_pixels.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace bench {
namespace {

double ratio(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// NaN of nothing.
double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double Pixels::iou() const { return ratio(both, truth + predicted - both); }
double Pixels::recall() const { return ratio(both, truth); }

double mean_over_classes(std::span<const Pixels> classes, Mean mean) {
  const bool present_only = mean == Mean::skip_absent || mean == Mean::foreground;
  std::vector<double> values;
  for (const Pixels& one : classes.subspan(mean == Mean::foreground ? 1 : 0)) {
    const double value = mean == Mean::recall ? one.recall() : one.iou();
    if (!std::isnan(value) || mean == Mean::strict) {
      values.push_back(value);
    } else if (!present_only) {
      values.push_back(0);
    }
  }
  return mean_of(values);
}

double pixel_accuracy(std::span<const Pixels> classes) {
  Pixels all;
  for (const Pixels& one : classes) {
    all.both += one.both;
    all.truth += one.truth;
  }
  return all.recall();
}

double mean_class_accuracy(std::span<const Pixels> classes) {
  std::vector<double> recalls;
  for (const Pixels& one : classes) {
    if (one.truth > 0) recalls.push_back(one.recall());
  }
  return mean_of(recalls);
}

double frequency_weighted_iou(std::span<const Pixels> classes) {
  double sum = 0, pixels = 0;
  for (const Pixels& one : classes) {
    if (one.truth > 0) sum += static_cast<double>(one.truth) * one.iou();
    pixels += static_cast<double>(one.truth);
  }
  return sum / pixels;
}

}  // namespace bench
