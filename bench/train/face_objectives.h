#pragma once
// Embeddings N x D trained by telling persons (ClassLabels) apart. The head that does so is not
// part of the network: its weights belong to the objective and begin from the training's seed.

#include "bench/train/objective.h"

namespace bench {

/// A Linear layer D -> persons with a bias, and softmax cross entropy. No options.
std::unique_ptr<Objective> softmax_head_objective(const Json& options, const ObjectiveFacts& facts);

/// ArcFace (losses.h) around one centre for each person. Options: "scale" (64), "margin" (0.5,
/// radians), "guard" ("easy", "monotone").
std::unique_ptr<Objective> arc_face_objective(const Json& options, const ObjectiveFacts& facts);

}  // namespace bench
