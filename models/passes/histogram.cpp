#include "models/passes/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "models/error.h"

namespace bench {
namespace {

using Counts = std::vector<std::uint64_t>;

constexpr int bits_of_bins = std::bit_width(Histogram::most_bins) - 1;

// The exponent of w for which `magnitude` > 0 lies in the upper half of the bins:
// 2^(e-1) <= magnitude < 2^e = most_bins w.
int exponent_for(float magnitude) {
  int e = 0;
  std::frexp(magnitude, &e);
  return e - bits_of_bins;
}

// Bins of a width 2^times as large. Bin k goes into bin k / 2^times.
void widen(Counts& bins, int times) {
  if (times <= 0) return;
  const int shift = std::min(times, 63);
  for (std::size_t k = 1; k < bins.size(); ++k) {
    const std::uint64_t n = std::exchange(bins[k], 0);
    bins[k >> shift] += n;
  }
  if (!bins.empty()) bins.resize(((bins.size() - 1) >> shift) + 1);
}

void add_bins(Counts& bins, const Counts& others) {
  bins.resize(std::max(bins.size(), others.size()));
  for (std::size_t k = 0; k < others.size(); ++k) bins[k] += others[k];
}

void count_in(Counts& bins, std::size_t k) {
  if (k >= bins.size()) bins.resize(k + 1);
  ++bins[k];
}

// Throws if a value is not finite.
Range range_of(std::span<const float> values, std::string_view what) {
  Range range{values[0], values[0]};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      const auto bad = std::ranges::count_if(values, [](float x) { return !std::isfinite(x); });
      throw Error(Fault::bad_data, std::string(what) + ": element " + std::to_string(i) + " is " +
                                       std::to_string(values[i]) + ", and " + std::to_string(bad) +
                                       " of " + std::to_string(values.size()) +
                                       " values are not finite; a range needs finite values");
    }
    range.min = std::min(range.min, values[i]);
    range.max = std::max(range.max, values[i]);
  }
  return range;
}

}  // namespace

float Histogram::largest_magnitude() const {
  return std::max(std::fabs(range_.min), std::fabs(range_.max));
}

double Histogram::bin_width() const {
  return largest_magnitude() == 0 ? 0 : std::ldexp(1.0, exponent_);
}

void Histogram::make_room(float magnitude) {
  if (magnitude == 0) return;
  const int wanted = exponent_for(magnitude);
  if (largest_magnitude() == 0) {
    exponent_ = wanted;
  } else if (wanted > exponent_) {
    widen(positive_, wanted - exponent_);
    widen(negative_, wanted - exponent_);
    exponent_ = wanted;
  }
}

void Histogram::add(const Tensor& values, std::string_view what) {
  add(values.data<float>(), what);
}

void Histogram::add(std::span<const float> values, std::string_view what) {
  if (values.empty()) return;
  const Range range = range_of(values, what);
  make_room(std::max(std::fabs(range.min), std::fabs(range.max)));
  range_.min = empty() ? range.min : std::min(range_.min, range.min);
  range_.max = empty() ? range.max : std::max(range_.max, range.max);
  const double per_width = std::ldexp(1.0, -exponent_);  // a power of two: products are exact
  for (const float x : values) {
    if (x == 0) {
      ++zeros_;
    } else {
      count_in(x > 0 ? positive_ : negative_, static_cast<std::size_t>(std::fabs(x) * per_width));
    }
  }
  count_ += values.size();
}

void Histogram::merge(const Histogram& other) {
  if (other.empty()) return;
  make_room(other.largest_magnitude());
  Histogram theirs = other;
  if (theirs.largest_magnitude() > 0) {
    widen(theirs.positive_, exponent_ - theirs.exponent_);
    widen(theirs.negative_, exponent_ - theirs.exponent_);
  }
  add_bins(positive_, theirs.positive_);
  add_bins(negative_, theirs.negative_);
  range_.min = empty() ? theirs.range_.min : std::min(range_.min, theirs.range_.min);
  range_.max = empty() ? theirs.range_.max : std::max(range_.max, theirs.range_.max);
  zeros_ += theirs.zeros_;
  count_ += theirs.count_;
}

std::vector<Histogram::Bin> Histogram::bins() const {
  std::vector<Bin> bins;
  const double w = bin_width();
  for (std::size_t k = negative_.size(); k-- > 0;) {
    const auto n = static_cast<double>(k);
    const double low = std::max(-(n + 1) * w, double{range_.min});
    if (negative_[k]) bins.push_back({low, std::min(-n * w, double{range_.max}), negative_[k]});
  }
  if (zeros_) bins.push_back({0, 0, zeros_});
  for (std::size_t k = 0; k < positive_.size(); ++k) {
    const auto n = static_cast<double>(k);
    const double high = std::min((n + 1) * w, double{range_.max});
    if (positive_[k]) bins.push_back({std::max(n * w, double{range_.min}), high, positive_[k]});
  }
  return bins;
}

}  // namespace bench
