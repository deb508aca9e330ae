#pragma once
// Document 1's loss that empties channels, so that they can be removed.

#include <vector>

#include "bench/train/torch_tensor.h"
#include "bench/training_recipe.h"
#include "models/graph.h"

namespace bench {

/// alpha times the sum, over the recipe's nodes, of the mean of the lowest floor(ratio C) of an
/// image's C channel maxima, over the images of the batch.
/// Source: airacid/pruned-face-detector, pruned_net_work.py, lines 132 to 146 (where every node has
/// a ratio of its own).
class PruneLoss {
 public:
  /// Throws Error{usage} for a pattern that fits no node of the graph.
  PruneLoss(const TrainingRecipe::Prune& options, const Graph& graph);

  ~PruneLoss();

  /// Before a forward pass; then everything it shows: N x C x H x W from nodes that are watched.
  void clear();
  void see(NodeId node, const at::Tensor& value);

  /// Of what was seen, with gradients.
  at::Tensor loss() const;

 private:
  TrainingRecipe::Prune options_;
  std::vector<bool> watched_;
  std::vector<at::Tensor> values_;
};

}  // namespace bench
