#include "evaluators/widerface_match.h"

#include <algorithm>
#include <numeric>

namespace bench {
namespace {

/// The faces of an image, column by column.
struct Faces {
  std::vector<double> x1, y1, x2, y2, area;
  std::vector<std::uint8_t> counts;  ///< settings in which the face counts

  Faces(std::span<const FaceBox> faces, double plus) {
    for (const FaceBox& face : faces) {
      const Box& box = face.box;
      x1.push_back(box.x1);
      y1.push_back(box.y1);
      x2.push_back(box.x2);
      y2.push_back(box.y2);
      area.push_back((box.x2 - box.x1 + plus) * (box.y2 - box.y1 + plus));
      counts.push_back(static_cast<std::uint8_t>(face.easy | face.medium << 1 | face.hard << 2));
    }
  }
};

struct Best {
  std::size_t face = 0;
  double overlap = 0;
};

Best best_face(const Faces& faces, const Box& box, double plus) {
  Best best;
  const double area = (box.x2 - box.x1 + plus) * (box.y2 - box.y1 + plus);
  for (std::size_t i = 0; i < faces.area.size(); ++i) {
    const double width = std::min(box.x2, faces.x2[i]) - std::max(box.x1, faces.x1[i]) + plus;
    if (!(width > 0)) continue;
    const double height = std::min(box.y2, faces.y2[i]) - std::max(box.y1, faces.y1[i]) + plus;
    if (!(height > 0)) continue;
    const double both = width * height;
    const double overlap = both / (area + faces.area[i] - both);
    if (overlap > best.overlap) best = {i, overlap};
  }
  return best;
}

std::vector<std::size_t> order_of(std::span<const Detection> detections, bool sort) {
  std::vector<std::size_t> order(detections.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto higher = [&](std::size_t a, std::size_t b) {
    return detections[a].score > detections[b].score;
  };
  if (sort && !std::is_sorted(order.begin(), order.end(), higher)) {
    std::stable_sort(order.begin(), order.end(), higher);
  }
  return order;
}

}  // namespace

std::vector<MatchedFace> match_faces(std::span<const FaceBox> faces,
                                     std::span<const Detection> detections,
                                     const FaceMatchRule& rule) {
  constexpr std::uint8_t all = (1 << face_settings) - 1;
  const Faces columns(faces, rule.plus);
  std::vector<std::uint8_t> found(faces.size());
  std::vector<MatchedFace> matched;
  matched.reserve(detections.size());
  for (const std::size_t index : order_of(detections, rule.sort)) {
    const Detection& detection = detections[index];
    MatchedFace& match = matched.emplace_back();
    match.score = detection.score;
    const Best best = best_face(columns, detection.box, rule.plus);
    if (best.overlap < rule.overlap) continue;
    const unsigned counts = columns.counts[best.face];
    match.ignored = static_cast<std::uint8_t>(all & ~counts);
    match.finds = static_cast<std::uint8_t>(counts & ~found[best.face]);
    found[best.face] |= match.finds;
  }
  return matched;
}

}  // namespace bench
