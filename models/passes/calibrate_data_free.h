#pragma once
// Activation ranges without any data: a batch norm's result has mean beta and deviation |gamma| in
// each channel, and is taken to be normal.

#include "models/passes/batch_statistics.h"
#include "models/passes/calibrate.h"

namespace bench {

struct DataFreeOptions {
  enum class Rules {
    /// Means and variances are followed through the graph. A batch norm's range is that of
    /// beta +- sigmas |gamma| over all channels. ReLU and clip clamp the range and take the moments
    /// of a clamped normal. An addition sums means and variances (independent inputs), and its
    /// range mean +- sigmas deviations stays within the sum of its inputs' ranges. A concatenation
    /// takes the union. A layer without a batch norm, b + W x, has mean b + W mean and variance
    /// W^2 variance. Pooling, resizing and other movement keep what they are given.
    moments,
    /// As document 5's program does it: see document_range.
    document,
  };
  Rules rules = Rules::moments;
  double sigmas = 6;
  Range input = {-2.11790393f, 2.64f};  ///< of the image: document 5's for ImageNet
};

/// The range of every node about which the statistics say something, by node name. Works on a graph
/// with its batch norms, or on a folded one with the statistics read before folding (and scaled
/// along by passes since). REQUIRES validate(graph); a layer in `statistics` is read by no
/// BatchNorm. Throws Error{bad_data} naming the node whose statistics are not finite,
/// Error{missing} if there are no statistics at all.
Ranges data_free_ranges(const Graph& graph, const BatchStatistics& statistics = {},
                        const DataFreeOptions& options = {});

/// A batch norm found by walking back from a value.
struct FoundStatistics {
  int depth = 0;  ///< steps from the value; 0: the value itself
  Range range;    ///< of beta +- sigmas |gamma|
  bool behind_relu = false;
};

/// Document 5's range from the batch norms that a walk back against the edges, breadth first, meets
/// first on each path: one gives its own range, from 0 if a ReLU (not ReLU6) reads it. Of several,
/// deepest first, the minima (not below 0 behind a ReLU) and maxima are averaged: with m more at
/// the depth that was reached, (value + their sum) / (m + 1). But it stops when one is left, so
/// that of two only the deepest counts, as in the published program. REQUIRES !found.empty(). One
/// thing differs: the program adds gamma with its sign, which shrinks the range of a channel with a
/// negative one; here it is |gamma|, as in its later versions.
Range document_range(std::vector<FoundStatistics> found);

}  // namespace bench
