#pragma once
// Classification by softmax cross entropy, of images and of their pixels.

#include "bench/train/objective.h"

namespace bench {

/// Logits N x C and ClassLabels. No options.
std::unique_ptr<Objective> softmax_objective(const Json& options, const ObjectiveFacts& facts);

/// Logits N x C x H x W and LabelMaps of H x W. Options: "ignored", the label that counts nowhere
/// (255).
std::unique_ptr<Objective> pixels_objective(const Json& options, const ObjectiveFacts& facts);

}  // namespace bench
