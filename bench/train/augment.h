#pragma once
// Images moved about a little, so that a training sees more than was drawn.

#include "bench/train/placement.h"
#include "bench/training_recipe.h"
#include "models/random.h"
#include "models/tensor.h"

namespace bench {

struct Augmented {
  Tensor image;         ///< H x W x 3 u8, the size as before
  Placement placement;  ///< of the image's points on it
};

/// Takes the same number of random numbers whatever the options are.
Augmented augment(const Tensor& image, const TrainingRecipe::Augment& options, Random random);

}  // namespace bench
