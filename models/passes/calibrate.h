#pragma once
// Calibration: a network is shown images, and what range each of its tensors takes is remembered.
// Memory depends on the number of nodes (at most 256 KiB each), not on the number of images.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "models/graph.h"
#include "models/passes/calibrate_ranges.h"
#include "models/reference.h"

namespace bench {

/// Ranges of node values by node name.
using Ranges = std::map<std::string, Range, std::less<>>;

/// How a range is chosen from what was seen.
struct ByMax {};
struct ByMovingAverage {};
struct ByPercentile {
  double percent = 99.99;
};
struct ByKl {
  int bits = 8;
};
struct ByMse {
  GridOf grid_of{};  ///< the grid whose error is least
  int steps = 128;
};
using RangeRule = std::variant<ByMax, ByMovingAverage, ByPercentile, ByKl, ByMse>;

/// Runs the graph on one input and shows every node's value; `evaluate_showing` does, and a faster
/// backend may. Nodes it does not show get no range.
using RunShowing =
    std::function<void(const Graph& graph, const Tensor& input, const SeeValue& see)>;

struct CalibratorOptions {
  RunShowing run{};                     ///< `evaluate_showing` if empty
  double moving_average_decay = 0.999;  ///< start values are TensorFlow's: {0, 6} for the values
  bool zero_debiased = false;           ///< of ReLU and ReLU6 nodes, {-6, 6} for others
};

class Calibrator {
 public:
  /// REQUIRES validate(graph), and that the graph lives as long as this.
  explicit Calibrator(const Graph& graph, CalibratorOptions options = {});

  /// One batch. Throws Error{bad_data} naming the node whose value is not finite, and as the run
  /// does; a batch that throws may be half counted.
  void observe(const Tensor& input);

  /// As if the batches of the other, of the same graph, had been observed here: calibrators of
  /// parts of the images, on several threads, merge to the same bits in any order. Moving averages
  /// do not merge, and are no longer to be had. Throws Error{usage} if the graphs differ in their
  /// number of nodes.
  void merge(const Calibrator& other);

  /// Batches observed.
  std::uint64_t observed() const { return observed_; }
  const Histogram& histogram(NodeId node) const {
    return histograms_[static_cast<std::size_t>(node)];
  }

  /// Throws Error{missing} if nothing was observed; Error{usage} for moving averages after a merge
  /// and for an mse without a grid.
  Ranges ranges(const RangeRule& rule) const;

 private:
  const Graph* graph_;
  CalibratorOptions options_;
  std::vector<Histogram> histograms_;
  std::vector<MovingAverage> averages_;
  std::uint64_t observed_ = 0;
  bool merged_ = false;
};

}  // namespace bench
