#pragma once
// Where the values of a tensor lie, gathered tensor by tensor in bounded memory.
//
// A bin holds the values of one sign with magnitude in [k w, (k + 1) w); exact zeros are counted
// apart. The width w is the power of two for which the largest magnitude falls into the upper half
// of `most_bins` bins. When a larger magnitude comes, neighbours are merged in pairs until it fits.
// Every edge is a whole number times a power of two, so merging bins loses nothing but resolution,
// and the histogram depends on the multiset of values alone: not on their order, nor on how they
// were divided among histograms merged later.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/tensor.h"

namespace bench {

struct Range {
  float min = 0, max = 0;
  friend bool operator==(const Range&, const Range&) = default;
};

class Histogram {
 public:
  static constexpr std::size_t most_bins = std::size_t{1} << 14;  ///< of each sign

  /// A stretch of values taken to be evenly spread over [low, high]; low == high is a point.
  struct Bin {
    double low = 0, high = 0;
    std::uint64_t count = 0;
  };

  /// Adds all elements of an f32 tensor. Throws Error{bad_data} naming `what` if any is not finite,
  /// with the histogram unchanged.
  void add(const Tensor& values, std::string_view what);
  void add(std::span<const float> values, std::string_view what);

  /// As if the other's values had been added here.
  void merge(const Histogram& other);

  bool empty() const { return count_ == 0; }
  std::uint64_t count() const { return count_; }
  std::uint64_t zeros() const { return zeros_; }  ///< values that are exactly 0 (or -0)

  /// Smallest and largest value, exactly. REQUIRES !empty().
  Range range() const { return range_; }
  /// Largest magnitude, exactly. 0 if empty.
  float largest_magnitude() const;
  /// Width of the bins; 0 while no value other than 0 was seen.
  double bin_width() const;

  /// The bins that are not empty, ascending, cut to range().
  std::vector<Bin> bins() const;

  friend bool operator==(const Histogram&, const Histogram&) = default;

 private:
  void make_room(float magnitude);

  std::uint64_t count_ = 0, zeros_ = 0;
  Range range_;
  int exponent_ = 0;                                // w = 2^exponent, once a bin is used
  std::vector<std::uint64_t> positive_, negative_;  // as long as the highest bin used needs
};

}  // namespace bench
