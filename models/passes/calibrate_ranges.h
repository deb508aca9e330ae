#pragma once
// From the values a tensor took to the range its grid should cover. Every function gives a range
// within [min seen, max seen], and a histogram of one value (or of zeros) gives that value back.
// Whether the range is then forced to hold zero or made symmetric is the grid's matter.

#include <functional>
#include <optional>

#include "models/grid.h"
#include "models/passes/histogram.h"

namespace bench {

// All take a histogram with values in it: Throws Error{missing} if it is empty.

/// The smallest and largest value.
Range max_range(const Histogram& histogram);

/// The shortest range for which, of all values, at most (100 - percent) / 2 per cent lie below and
/// at most as many above: outwards to the next edge of a bin. REQUIRES 0 < percent <= 100; else
/// Throws Error{usage}. ONNX Runtime's meaning of a percentile.
Range percentile_range(const Histogram& histogram, double percent);

/// The symmetric range [-t, t], cut to the values seen, whose 2^(bits-1) levels tell most about the
/// distribution of magnitudes (least Kullback-Leibler divergence).
///
/// As ncnn2table does it: exact zeros are left out; |x| in 2048 equal bins up to the largest, as
/// shares of one; for T = 2^(bits-1) ... 2047 bins, P is the first T bins with all beyond added to
/// the last, Q is the first T bins (without those beyond) averaged over 2^(bits-1) equal
/// stretches, bins on a border shared in proportion; 0.0001 is added to every bin of both and
/// nothing is normalised again; the first T with the least sum P log(P / Q) wins, and t = (T + 1/2)
/// bins. TensorRT and MXNet instead spread Q over the bins that are not empty. Computed in double;
/// the 2048 bins are filled from the histogram's finer ones in proportion to overlap.
/// REQUIRES 2 <= bits <= 10; else Throws Error{usage}.
Range kl_range(const Histogram& histogram, int bits = 8);

/// What grid a range would get: how a quantisation scheme makes one from the other.
using GridOf = std::function<Grid(const Range&)>;

/// Mean squared error of putting the histogram's values onto a grid with one scale, values evenly
/// spread within a bin.
double mean_squared_error(const Histogram& histogram, const Grid& grid);

/// The range whose grid has the least mean squared error: both ends drawn in together in `steps`
/// equal steps to zero (or to the end nearest to it), then each end alone. Never worse than
/// max_range. Of equal ranges the widest.
Range mse_range(const Histogram& histogram, const GridOf& grid_of, int steps = 128);

/// A range that follows the ranges of one batch after the other, so their order matters. With start
/// and decay as given it is TensorFlow's contrib.quantize: each batch's range is widened to hold 0,
/// then  value += (1 - decay) (batch - value).
class MovingAverage {
 public:
  struct Options {
    double decay = 0.999;
    Range start = {-6, 6};       ///< {0, 6} behind ReLU and ReLU6
    bool zero_debiased = false;  ///< start from 0, divide by 1 - decay^batches (TensorFlow 1's
                                 ///< assign_moving_average unless told otherwise): start is unused
  };

  explicit MovingAverage(const Options& options);
  void add(const Range& batch);
  /// options.start if nothing was added.
  Range range() const;

 private:
  Options options_;
  double min_, max_, remaining_ = 1;  // remaining_ = decay^batches
};

}  // namespace bench
