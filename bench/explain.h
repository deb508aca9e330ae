#pragma once
// "Accuracy dropped: why?" A quantised network is run with some of its grids taken away: weights
// against activations, and every grid but one layer's; and the noise of each layer is measured. All
// on the same images.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/layer_errors.h"
#include "bench/runner.h"
#include "bench/steps_apart.h"
#include "reports/table.h"

namespace bench {

struct ExplainRequest {
  RunRequest run;  ///< which images, where journals go
  Case subject;
  /// Computes grids in float: "fake-quant", "reference".
  std::string backend;
  /// Also compared with the graph's meaning, step by step, where it is not empty: "int8".
  std::string integer_backend;
  bool sweep = false;  ///< also a run for every layer, with its grids taken away
};

/// A run of the network with some of its grids.
struct GridTrial {
  std::string grids;  ///< "none", "weights", "activations", "all", "all but conv_3"
  RunRecord record;   ///< `against` is the trial without grids
};

/// What one layer's grids cost.
struct LayerTrial {
  NodeId layer = 0;
  GridTrial trial{};
  std::vector<Difference> recovered{};  ///< against all grids, paired
  std::int64_t right_again = -1;        ///< of the answers lost with all grids; -1: not known
};

struct Explanation {
  std::string subject;
  std::vector<std::string> images;  ///< ids, in order
  std::int64_t available = 0, seed = 0;
  std::vector<GridTrial> trials;
  std::vector<LayerErrors> layers;
  double outputs_decibels = 0;
  std::vector<LayerTrial> sweep;
  std::vector<StepsApart> steps;
  bool complete = true;  ///< false if it was stopped: the same request goes on
};

using ShowProgress = std::function<void(const std::string& what, const Progress&)>;

/// Throws Error{usage} if there is nothing to explain (no grids), and as open_case and
/// answer_and_score; deterministic, and in memory that does not grow with the number of images.
Explanation explain(const ExplainRequest& request, const Dataset& dataset,
                    const std::atomic<bool>& stop, const ShowProgress& show);

/// What the numbers say, in sentences.
std::vector<std::string> findings(const Explanation& explanation);

/// Findings, trials, layers by their noise, the sweep by what it recovers, steps.
std::vector<Table> tables(const Explanation& explanation);

}  // namespace bench
