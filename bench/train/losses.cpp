#include "bench/train/losses.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace bench {
namespace {

at::Tensor unit_rows(const at::Tensor& x) {
  return x / at::clamp_min(at::norm(x, 2, {1}, true), 1e-12);
}

// cos(theta + margin) from cos(theta), 0 <= theta <= 180 degrees, guarded.
at::Tensor with_margin(const at::Tensor& cosine, const ArcFace& options) {
  // At sin = 0 the root's slope is infinite; where it is clamped it is 0.
  const at::Tensor sine = at::sqrt(at::clamp_min(1 - cosine * cosine, 1e-12));
  const at::Tensor moved = cosine * std::cos(options.margin) - sine * std::sin(options.margin);
  if (options.guard == ArcFace::Guard::easy) return at::where(at::gt(cosine, 0), moved, cosine);
  const double last = std::cos(std::numbers::pi - options.margin);
  const double step = options.margin * std::sin(options.margin);
  return at::where(at::gt(cosine, last), moved, cosine - step);
}

}  // namespace

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels) {
  return at::cross_entropy_loss(logits, labels);
}

at::Tensor pixel_cross_entropy(const at::Tensor& logits, const at::Tensor& labels,
                               std::int64_t ignored) {
  // As rows of classes: of maps as they are a GPU has no sum that repeats to the bit.
  const at::Tensor rows =
      at::log_softmax(logits, 1).permute({0, 2, 3, 1}).reshape({-1, logits.size(1)});
  const at::Tensor sum = at::nll_loss(rows, labels.reshape({-1}), {}, at::Reduction::Sum, ignored);
  return sum / at::clamp_min(at::ne(labels, ignored).sum(), 1);
}

at::Tensor arc_face_logits(const at::Tensor& embeddings, const at::Tensor& centres,
                           const at::Tensor& labels, const ArcFace& options) {
  const at::Tensor cosine =
      at::clamp(at::matmul(unit_rows(embeddings), unit_rows(centres).t()), -1, 1);
  const at::Tensor is_true =
      at::eq(at::arange(centres.size(0), labels.options()), labels.unsqueeze(1));
  return options.scale * at::where(is_true, with_margin(cosine, options), cosine);
}

}  // namespace bench
