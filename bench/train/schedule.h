#pragma once
// How the learning rate goes over a training.

#include "bench/training_recipe.h"

namespace bench {

/// Of step number `step`, from 0, of `recipe.steps`. Warming up it rises evenly to the recipe's
/// rate; then it stays, falls by `factor` at the steps named, or falls as half a cosine to 0.
double learning_rate(const TrainingRecipe& recipe, int step);

}  // namespace bench
