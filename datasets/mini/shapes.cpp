#include "datasets/mini/shapes.h"

#include <algorithm>
#include <cmath>

namespace bench::mini {

Outline circle(Point centre, float radius) {
  return [=](Point p) { return std::hypot(p.x - centre.x, p.y - centre.y) - radius; };
}

// First-order distance: f - 1 over its gradient, f = |(x/rx, y/ry)|.
Outline ellipse(Point centre, float rx, float ry) {
  return [=](Point p) {
    const float x = (p.x - centre.x) / rx, y = (p.y - centre.y) / ry;
    const float f = std::hypot(x, y), slope = std::hypot(x / rx, y / ry);
    return slope > 0 ? f * (f - 1) / slope : -std::min(rx, ry);
  };
}

Outline box(Point centre, float half_width, float half_height, float rounding) {
  return [=](Point p) {
    const float dx = std::abs(p.x - centre.x) - half_width + rounding;
    const float dy = std::abs(p.y - centre.y) - half_height + rounding;
    return std::hypot(std::max(dx, 0.f), std::max(dy, 0.f)) + std::min(std::max(dx, dy), 0.f) -
           rounding;
  };
}

Outline stroke(Point from, Point to, float half_width) {
  const float ex = to.x - from.x, ey = to.y - from.y, length = ex * ex + ey * ey;
  return [=](Point p) {
    const float dx = p.x - from.x, dy = p.y - from.y;
    const float t = length > 0 ? std::clamp((dx * ex + dy * ey) / length, 0.f, 1.f) : 0.f;
    return std::hypot(dx - t * ex, dy - t * ey) - half_width;
  };
}

// The nearest edge gives the distance, the crossings of a ray to the right the sign.
Outline polygon(std::vector<Point> corners) {
  return [corners = std::move(corners)](Point p) {
    float nearest = 1e9f;
    bool inside = false;
    for (std::size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
      const Point a = corners[i], b = corners[j];
      const float ex = b.x - a.x, ey = b.y - a.y, dx = p.x - a.x, dy = p.y - a.y;
      const float t = std::clamp((dx * ex + dy * ey) / (ex * ex + ey * ey), 0.f, 1.f);
      nearest = std::min(nearest, std::hypot(dx - t * ex, dy - t * ey));
      if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + ex * (p.y - a.y) / ey) inside = !inside;
    }
    return inside ? -nearest : nearest;
  };
}

Outline star(int tips, float inner) {
  std::vector<Point> corners;
  for (int i = 0; i < 2 * tips; ++i) {
    const float angle = 3.14159265f * static_cast<float>(i) / static_cast<float>(tips);
    const float radius = i % 2 == 0 ? 1.f : inner;
    corners.push_back({radius * std::sin(angle), -radius * std::cos(angle)});
  }
  return polygon(std::move(corners));
}

Outline both(Outline a, Outline b) {
  return [a = std::move(a), b = std::move(b)](Point p) { return std::max(a(p), b(p)); };
}

Outline either(Outline a, Outline b) {
  return [a = std::move(a), b = std::move(b)](Point p) { return std::min(a(p), b(p)); };
}

Outline without(Outline a, Outline b) {
  return [a = std::move(a), b = std::move(b)](Point p) { return std::max(a(p), -b(p)); };
}

}  // namespace bench::mini
