#include <algorithm>
#include <cmath>

#include "models/decoders/nms.h"
#include "models/error.h"
#include "models/proposals.h"
#include "models/reference_ops.h"
#include "models/roi_bins.h"

namespace bench::reference {
namespace {

// One image's maps: plane p, cell c.
struct Maps {
  std::span<const float> values;
  std::size_t cells;

  double at(std::size_t plane, std::size_t cell) const { return values[plane * cells + cell]; }
};

Maps maps_of(const Tensor& tensor, std::int64_t image) {
  const auto cells = static_cast<std::size_t>(tensor.dim(2) * tensor.dim(3));
  const std::size_t size = static_cast<std::size_t>(tensor.dim(1)) * cells;
  return {tensor.data<float>().subspan(static_cast<std::size_t>(image) * size, size), cells};
}

// A box narrower or lower than min_size grows by half of that on all sides and comes last.
void enlarge_small(Detection& d, double min_size) {
  Box& b = d.box;
  if (b.x2 - b.x1 + 1 >= min_size && b.y2 - b.y1 + 1 >= min_size) return;
  b = {b.x1 - min_size / 2, b.y1 - min_size / 2, b.x2 + min_size / 2, b.y2 + min_size / 2};
  d.score = -1;
}

// Pixels end where the next one begins: what suppress takes for points.
Detection as_points(Detection d) {
  d.box.x2 += 1;
  d.box.y2 += 1;
  return d;
}

// All anchors of one image, moved, with the place of the corner after the last pixel.
std::vector<Detection> boxes_of(const Proposals& op, const Maps& scores, const Maps& deltas,
                                const std::vector<Box>& anchors, const Tensor& image) {
  const std::size_t per_cell = op.scales.size() * op.ratios.size();
  std::vector<Detection> boxes;
  boxes.reserve(anchors.size());
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const std::size_t cell = i / per_cell, a = i % per_cell;
    BoxDeltas by;
    for (std::size_t k = 0; k < 4; ++k) by[k] = deltas.at(4 * a + k, cell);
    if (std::ranges::any_of(by, [](double d) { return !std::isfinite(d); })) {
      throw Error(Fault::bad_data, "Proposals: a box delta is not a finite number");
    }
    Detection d{.score = scores.at(per_cell + a, cell),
                .box = clipped(moved(anchors[i], by), image.dim(2), image.dim(3))};
    enlarge_small(d, double{op.min_size});
    boxes.push_back(as_points(d));
  }
  return boxes;
}

}  // namespace

Tensor compute(const RoiPool& op, Inputs inputs, const Shape& shape) {
  const Shape& features = inputs[0]->shape();
  Tensor result(shape);
  const auto bins = roi_bins(op, features, inputs[1]->data<float>());
  roi_pool<float>(bins, static_cast<std::size_t>(op.size.h) * static_cast<std::size_t>(op.size.w),
                  features, inputs[0]->data<float>().data(), 0, result.data<float>().data());
  return result;
}

Tensor compute(const Proposals& op, Inputs inputs, const Shape& shape) {
  const Tensor &scores = *inputs[0], &deltas = *inputs[1], &image = *inputs[2];
  const std::vector<Box> anchors = all_anchors(op, scores.dim(2), scores.dim(3));
  const NmsRule rule{.overlap = double{op.overlap},
                     .candidates = static_cast<std::size_t>(op.candidates),
                     .keep = static_cast<std::size_t>(op.kept)};
  Tensor result(shape);
  float* out = result.data<float>().data();
  for (std::int64_t n = 0; n < scores.dim(0); ++n) {
    const auto kept =
        suppress(boxes_of(op, maps_of(scores, n), maps_of(deltas, n), anchors, image), rule);
    for (std::int64_t i = 0; i < op.kept; ++i) {
      const Box& b = kept[static_cast<std::size_t>(i) % kept.size()].box;
      for (const double x : {static_cast<double>(n), b.x1, b.y1, b.x2 - 1, b.y2 - 1}) {
        *out++ = static_cast<float>(x);
      }
    }
  }
  return result;
}

}  // namespace bench::reference
