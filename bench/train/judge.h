#pragma once
// How good a trained network is: the figure on its model card.

#include <memory>
#include <string>

#include "bench/training_recipe.h"
#include "datasets/dataset.h"

namespace bench {

struct Judged {
  std::string metric;
  double value = 0;
};

/// Answers of the network in the file `weights` to every image, one after the other, by
/// `fake-quant` if it has grids and else by `float`; scored as `bench run` scores this data set.
/// Throws Error{usage} for a metric that is not measured there, and as `bench run`.
Judged judge(const TrainingRecipe& recipe, const std::string& weights, const Dataset& dataset);

}  // namespace bench
