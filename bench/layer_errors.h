#pragma once
// How much noise each layer's grids add: signal-to-noise ratios against the network in float, over
// images, in memory that does not grow with their number.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/backend.h"
#include "models/passes/isolate_layers.h"

namespace bench {

/// 10 log10(sum of exact^2 / sum of (quantised - exact)^2), all elements of all tensors together.
class SignalToNoise {
 public:
  /// REQUIRES tensors of one shape, f32.
  void add(const Tensor& exact, const Tensor& quantised);
  /// Infinite where there is no noise; NaN where nothing was added or a value is not finite.
  double decibels() const;

 private:
  double signal_ = 0, noise_ = 0;
};

struct LayerErrors {
  NodeId layer = 0;  ///< of the graph given
  std::string name, op;
  /// Nothing where the layer has no such grid.
  std::optional<SignalToNoise> weights{}, result{};
  SignalToNoise alone{}, so_far{};  ///< all its grids; all grids up to here
};

class ErrorsByLayer {
 public:
  /// Throws Error{usage} if the graph has no grids, or the backend looks through them; as compile.
  /// The backend outlives this.
  ErrorsByLayer(const Graph& graph, const Backend& backend);

  void add(const Tensor& input);

  const std::vector<LayerErrors>& layers() const { return layers_; }
  /// Of the network's outputs, all grids on.
  const SignalToNoise& outputs() const { return outputs_; }

 private:
  std::vector<IsolatedLayer> isolated_;
  std::vector<Compared> compared_outputs_;
  std::vector<LayerErrors> layers_;
  SignalToNoise outputs_;
  std::unique_ptr<Program> program_;
  std::unique_ptr<Session> session_;
};

}  // namespace bench
