#include "models/decoders/nms.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/error.h"

namespace bench {
namespace {

double area(const Box& box) { return (box.x2 - box.x1) * (box.y2 - box.y1); }

double overlap(const Box& a, double area_a, const Box& b, double area_b, double epsilon) {
  const double width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  if (!(width > 0)) return 0;  // most pairs leave here
  const double height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (!(height > 0)) return 0;
  const double common = width * height;
  return common / (area_a + area_b - common + epsilon);
}

/// The best `rule.candidates` of the boxes, best first.
std::vector<std::size_t> order_of(std::span<const Detection> boxes, const NmsRule& rule) {
  if (std::ranges::any_of(boxes, [](const Detection& d) { return std::isnan(d.score); })) {
    throw Error(Fault::bad_data, "a detection's score is not a number");
  }
  std::vector<std::size_t> order(boxes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return boxes[a].score > boxes[b].score || (boxes[a].score == boxes[b].score && a < b);
  });
  order.resize(std::min(order.size(), rule.candidates));
  return order;
}

}  // namespace

double intersection_over_union(const Box& a, const Box& b, double epsilon) {
  return overlap(a, area(a), b, area(b), epsilon);
}

std::vector<Detection> suppress(std::span<const Detection> boxes, const NmsRule& rule) {
  std::vector<Detection> kept;
  std::vector<double> areas;
  for (const std::size_t i : order_of(boxes, rule)) {
    if (kept.size() >= rule.keep) break;
    const Box& box = boxes[i].box;
    const double size = area(box);
    bool survives = true;
    for (std::size_t k = 0; k < kept.size() && survives; ++k) {
      survives = !(overlap(kept[k].box, areas[k], box, size, rule.epsilon) > rule.overlap);
    }
    if (!survives) continue;
    kept.push_back(boxes[i]);
    areas.push_back(size);
  }
  return kept;
}

}  // namespace bench
