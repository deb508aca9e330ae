#pragma once
// Grids that follow a network while it is trained: those of weights follow the weights, those of
// tensors between nodes follow moving averages of what training shows. They are made anew by the
// recipe's own `quantize` and `binarize` passes, so that the trained network is one that the recipe
// makes.
//
// Batch norms that the recipe folds are folded before the first step: training moves the folded
// weights, as with batch norms frozen. Those that it leaves (document 2, binary layers) stay in
// training.

#include <map>
#include <string>
#include <vector>

#include "bench/recipe.h"
#include "bench/train/torch_tensor.h"
#include "bench/training_recipe.h"

namespace bench {

class GridFollower {
 public:
  /// `first` is what `recipe` makes of the network to be trained. Throws Error{unsupported} if the
  /// recipe's grids cannot follow: passes that come after grids and change parameters, such as
  /// correct-bias, or layers that binarize rewrites differently every time (XNOR-Net's).
  GridFollower(const Recipe& recipe, const Quantized& first,
               const TrainingRecipe::Observe& options);

  /// What a training step shows of a node: to be called by TrainableGraph's See.
  void see(NodeId node, const at::Tensor& value);

  /// After step number `step`, from 1: ranges follow what was seen in it, unless they are frozen.
  void end_step(int step);

  /// The trained graph with the grids that the recipe gives it now.
  Graph grids(Graph trained) const;

  /// For a checkpoint.
  const Ranges& ranges() const { return ranges_; }
  void set_ranges(Ranges ranges) { ranges_ = std::move(ranges); }

 private:
  Recipe passes_;                            // of the recipe, those that put grids
  Ranges ranges_, seen_{};                   // seen_: in this step
  std::map<NodeId, std::string> watched_{};  // nodes whose results are put onto fixed grids
  TrainingRecipe::Observe options_;
};

}  // namespace bench
