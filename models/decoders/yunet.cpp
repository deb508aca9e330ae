#include <array>
#include <cmath>

#include "models/decoders/list.h"
#include "models/decoders/nms.h"
#include "models/decoders/outputs.h"

namespace bench {
namespace {

constexpr std::string_view name = "yunet";
constexpr double least_score = 0.02;
constexpr NmsRule rule{.overlap = 0.45};

/// The outputs of one stride, as places in Graph::outputs.
struct Level {
  int stride = 8;
  std::size_t cls = 0, obj = 0, bbox = 0;
};

/// Cells in row order: offsets of the centre from the cell's corner and logarithms of the size, all
/// in strides.
void add_faces(std::vector<Detection>& found, const ViewOutputs& view, const Level& level) {
  const std::int64_t columns = view.geometry.input_width / level.stride;
  const std::int64_t rows = view.geometry.input_height / level.stride;
  const std::int64_t cells = rows * columns;
  const auto cls = checked_output(view, level.cls, {1, cells, 1}, name);
  const auto obj = checked_output(view, level.obj, {1, cells, 1}, name);
  const auto bbox = checked_output(view, level.bbox, {1, cells, 4}, name);
  for (std::int64_t i = 0; i < cells; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double score = double{cls[at]} * obj[at];
    if (!(score > least_score)) continue;
    const auto b = bbox.subspan(4 * at, 4);
    const double x = (static_cast<double>(i % columns) + b[0]) * level.stride;
    const double y = (static_cast<double>(i / columns) + b[1]) * level.stride;
    const double w = std::exp(double{b[2]}) * level.stride;
    const double h = std::exp(double{b[3]}) * level.stride;
    const Box box{x - w / 2, y - h / 2, x + w / 2, y + h / 2};
    found.push_back({.score = score, .box = on_image(box, view.geometry)});
  }
}

}  // namespace

Decode decode_yunet(const Graph& graph, const DecodeFacts&) {
  std::array<Level, 3> levels;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const int stride = 8 << i;
    const auto at = [&](const std::string& kind) {
      return output_index(graph, name, kind + "_" + std::to_string(stride));
    };
    levels[i] = {stride, at("cls"), at("obj"), at("bbox")};
  }
  return [levels](std::span<const ViewOutputs> views) -> Answer {
    std::vector<Detection> found;
    for (const Level& level : levels) add_faces(found, only_view(views, name), level);
    return Detections{suppress(found, rule)};
  };
}

}  // namespace bench
