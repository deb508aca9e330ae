#pragma once
// Batch norms whose factors have few bits (document 2) while they are trained: a step computes with
// rounded factors, and its gradients move the real ones.

#include <map>
#include <optional>
#include <string>

#include "bench/recipe.h"
#include "bench/train/trainable_graph.h"

namespace bench {

class RoundedFactors {
 public:
  /// Does nothing for a recipe without round-batch-norm.
  explicit RoundedFactors(const Recipe& recipe);

  /// Before a forward pass: rounded factors for the real ones.
  void put_into(TrainableGraph& net);
  /// After the backward pass: the real ones again.
  void take_back(TrainableGraph& net);

  /// A trained graph as it is to be used.
  Graph rounded(Graph graph) const;

 private:
  std::optional<Scheme> grid_;
  std::map<std::string, Tensor> real_{};  // by parameter, between put_into and take_back
};

}  // namespace bench
