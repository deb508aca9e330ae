#include <cmath>

#include "models/decoders/list.h"
#include "models/decoders/nms.h"
#include "models/decoders/outputs.h"

namespace bench {
namespace {

constexpr std::string_view name = "ultraface";
constexpr float least_score = 0.11f;
constexpr NmsRule rule{.overlap = 0.3, .epsilon = 1e-5, .candidates = 800, .keep = 400};

/// Whole pixels, as the published figures were written down: floor(x), floor(y), ceil(w), ceil(h).
Box in_pixels(const Box& box) {
  const double x = std::floor(box.x1), y = std::floor(box.y1);
  return {x, y, x + std::ceil(box.x2 - box.x1), y + std::ceil(box.y2 - box.y1)};
}

Answer decode(const ViewOutputs& view, std::size_t scores_at, std::size_t boxes_at) {
  const auto scores = checked_output(view, scores_at, {1, -1, 2}, name);
  const auto cells = static_cast<std::int64_t>(scores.size() / 2);
  const auto boxes = checked_output(view, boxes_at, {1, cells, 4}, name);
  std::vector<Detection> found;
  for (std::size_t i = 0; i < scores.size() / 2; ++i) {
    const auto corner = boxes.subspan(4 * i, 4);
    const float score = scores[2 * i + 1];
    if (score > least_score) {
      found.push_back({.score = score, .box = {corner[0], corner[1], corner[2], corner[3]}});
    }
  }
  Detections result{suppress(found, rule)};
  const Geometry& g = view.geometry;
  for (Detection& d : result.items) {
    const Box on_input{d.box.x1 * g.input_width, d.box.y1 * g.input_height,
                       d.box.x2 * g.input_width, d.box.y2 * g.input_height};
    d.box = in_pixels(on_image(on_input, g));
    d.score = rounded(d.score, 1e3);
  }
  return result;
}

}  // namespace

Decode decode_ultraface(const Graph& graph, const DecodeFacts&) {
  const std::size_t scores = output_index(graph, name, "scores");
  const std::size_t boxes = output_index(graph, name, "boxes");
  return [=](std::span<const ViewOutputs> views) {
    return decode(only_view(views, name), scores, boxes);
  };
}

}  // namespace bench
