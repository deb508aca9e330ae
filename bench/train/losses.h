#pragma once
// What a network is trained to make small. Every loss is a mean, a scalar with gradients. Labels
// are i64.

#include <cstdint>

#include "bench/train/torch_tensor.h"

namespace bench {

/// Softmax cross entropy: logits N x C, labels N.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels);

/// The same over pixels, logits N x C x H x W, labels N x H x W, without those labelled `ignored`
/// (VOC's borders). 0 if all are ignored.
at::Tensor pixel_cross_entropy(const at::Tensor& logits, const at::Tensor& labels,
                               std::int64_t ignored = 255);

struct ArcFace {
  /// What stands where theta + margin would pass 180 degrees and cos(theta + margin) would rise
  /// again.
  enum class Guard {
    easy,      ///< the margin is left out where theta is above 90 degrees: cos(theta)
    monotone,  ///< cos(theta) - margin sin(margin) from theta = 180 degrees - margin on
  };
  double scale = 64, margin = 0.5;  ///< margin in radians
  Guard guard = Guard::easy;
};

/// Logits for cross_entropy, N x C: scale cos(theta), with the margin added to the true class's
/// angle theta between embedding (N x D) and class centre (C x D), of whatever lengths.
/// Source: Deng et al. 2019, equation 3; the guards as in its authors' code.
at::Tensor arc_face_logits(const at::Tensor& embeddings, const at::Tensor& centres,
                           const at::Tensor& labels, const ArcFace& options = {});

}  // namespace bench
