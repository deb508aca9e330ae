#include "models/proposals.h"

#include <algorithm>
#include <cmath>

#include "models/decoders/nms.h"

namespace bench {
namespace {

struct Middle {
  double x, y, width, height;
};

Middle middle_of(const Box& box) {
  const double width = box.x2 - box.x1 + 1, height = box.y2 - box.y1 + 1;
  return {box.x1 + (width - 1) / 2, box.y1 + (height - 1) / 2, width, height};
}

Box box_of(const Middle& m) {
  return {m.x - (m.width - 1) / 2, m.y - (m.height - 1) / 2, m.x + (m.width - 1) / 2,
          m.y + (m.height - 1) / 2};
}

double half_up(double x) { return std::floor(x + 0.5); }

}  // namespace

Box moved(const Box& anchor, const BoxDeltas& by) {
  const Middle m = middle_of(anchor);
  return box_of({by[0] * m.width + m.x, by[1] * m.height + m.y, std::exp(by[2]) * m.width,
                 std::exp(by[3]) * m.height});
}

BoxDeltas deltas_between(const Box& anchor, const Box& box) {
  const Middle from = middle_of(anchor), to = middle_of(box);
  return {(to.x - from.x) / from.width, (to.y - from.y) / from.height,
          std::log(to.width / from.width), std::log(to.height / from.height)};
}

Box clipped(const Box& box, std::int64_t height, std::int64_t width) {
  const auto x = [&](double v) { return std::clamp(v, 0.0, static_cast<double>(width - 1)); };
  const auto y = [&](double v) { return std::clamp(v, 0.0, static_cast<double>(height - 1)); };
  return {x(box.x1), y(box.y1), x(box.x2), y(box.y2)};
}

std::vector<Box> base_anchors(const Proposals& op) {
  const double side = op.base_size;
  std::vector<Box> anchors;
  for (const float ratio : op.ratios) {
    const double width = half_up(std::sqrt(side * side / double{ratio}));
    const double height = half_up(width * double{ratio});
    for (const float scale : op.scales) {
      anchors.push_back(
          box_of({(side - 1) / 2, (side - 1) / 2, width * double{scale}, height * double{scale}}));
    }
  }
  return anchors;
}

std::vector<Box> all_anchors(const Proposals& op, std::int64_t rows, std::int64_t columns) {
  const std::vector<Box> base = base_anchors(op);
  std::vector<Box> anchors;
  anchors.reserve(base.size() * static_cast<std::size_t>(rows * columns));
  for (std::int64_t y = 0; y < rows; ++y) {
    for (std::int64_t x = 0; x < columns; ++x) {
      const auto dx = static_cast<double>(x * op.stride), dy = static_cast<double>(y * op.stride);
      for (const Box& b : base) anchors.push_back({b.x1 + dx, b.y1 + dy, b.x2 + dx, b.y2 + dy});
    }
  }
  return anchors;
}

double pixel_overlap(const Box& a, const Box& b) {
  return intersection_over_union({a.x1, a.y1, a.x2 + 1, a.y2 + 1}, {b.x1, b.y1, b.x2 + 1, b.y2 + 1},
                                 0);
}

}  // namespace bench
