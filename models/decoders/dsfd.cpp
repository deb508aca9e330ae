#include <algorithm>
#include <cmath>

#include "models/anchors.h"
#include "models/decoders/list.h"
#include "models/decoders/nms.h"
#include "models/decoders/outputs.h"

namespace bench {
namespace {

constexpr std::string_view name = "dsfd";
constexpr double least_score = 0.05;
constexpr NmsRule rule{.overlap = 0.3, .keep = 1500};

/// Cut off at the edges of the network's input, then in pixels of the image.
Box clipped_on_image(const Box& b, const Geometry& g) {
  const auto clip = [](double x) { return std::clamp(x, 0.0, 1.0); };
  return on_image({clip(b.x1) * g.input_width, clip(b.y1) * g.input_height,
                   clip(b.x2) * g.input_width, clip(b.y2) * g.input_height},
                  g);
}

Answer decode(const ViewOutputs& view, std::size_t boxes_at, std::size_t logits_at) {
  const Geometry& g = view.geometry;
  const auto anchors = anchors_of(dsfd_anchors({g.input_height, g.input_width}));
  const auto count = static_cast<std::int64_t>(anchors.size());
  const auto codes = checked_output(view, boxes_at, {1, count, 4}, name);
  const auto logits = checked_output(view, logits_at, {1, count, 2}, name);
  std::vector<Detection> found;
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const double score = 1 / (1 + std::exp(double{logits[2 * i]} - logits[2 * i + 1]));
    if (score < least_score) continue;
    const Box box = decode_box(BoxCode::corners, anchors[i], codes.subspan(4 * i, 4));
    found.push_back({.score = score, .box = clipped_on_image(box, g)});
  }
  return Detections{suppress(found, rule)};
}

}  // namespace

Decode decode_dsfd(const Graph& graph, const DecodeFacts&) {
  const std::size_t boxes = output_index(graph, name, "boxes");
  const std::size_t logits = output_index(graph, name, "logits");
  return [=](std::span<const ViewOutputs> views) {
    return decode(only_view(views, name), boxes, logits);
  };
}

}  // namespace bench
