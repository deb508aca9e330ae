#pragma once
// Cross-layer equalization: channels of neighbouring layers are scaled so that the weights of both
// use their range alike, while the network answers as before. For grids with one scale per tensor.

#include <cstddef>
#include <string>
#include <vector>

#include "models/passes/batch_statistics.h"
#include "models/passes/layer_pairs.h"

namespace bench {

/// What counts as the range of a channel's weights.
enum class WeightRange {
  spread,     ///< max - min (document 5)
  magnitude,  ///< max |w| (the paper, and document 5's symmetric variant)
};

struct EqualizeOptions {
  WeightRange range = WeightRange::spread;
  /// Rounds over all pairs end once the sum over layers of mean |W - W of the round before| is at
  /// most this. Document 5: 1e-9, 1 for segmentation; later 2e-7.
  double tolerance = 1e-9;
  /// They also end after so many rounds in a row in which that sum did not fall. Document 5: 5;
  /// later 20.
  int patience = 5;
  bool through_pools = true;  ///< see find_layer_pairs
};

/// The largest range of a layer's channels over the smallest one that is not 0.
struct RangeRatio {
  double before = 1, after = 1;
};

struct EqualizedPair {
  std::string first, second;           ///< names of the layers
  std::vector<double> scale;           ///< per channel: by what the first layer's was multiplied
  std::vector<std::size_t> untouched;  ///< channels whose range is 0 on either side
  RangeRatio outputs_of_first, inputs_of_second;
};

struct EqualizeReport {
  std::vector<EqualizedPair> pairs;
  std::vector<LeftLayer> left;  ///< layers that are the first of no pair, and why
  int rounds = 0;               ///< over all pairs
  double last_change = 0;       ///< what `tolerance` was compared with
};

struct Equalized {
  Graph graph;
  BatchStatistics statistics;  ///< those given, scaled along
  EqualizeReport report;
};

/// For each channel of a pair with ranges r1 (of the first layer's outputs) and r2 (of the second's
/// inputs), s = sqrt(r1 r2) / r1 within [1e-8, 1e8]: the first layer's weights, bias and statistics
/// are multiplied by s, the second's weights divided. Pair after pair, round after round; computed
/// in double, rounded once. REQUIRES validate(graph), batch norms folded, statistics
/// as long as their layers have outputs. Throws Error{bad_data}
/// naming the node whose weights are not finite. Source: Nagel et al. 2019 (arXiv 1906.04721),
/// equation 11; document 5.
Equalized equalize(Graph graph, const EqualizeOptions& options = {},
                   BatchStatistics statistics = {});

}  // namespace bench
