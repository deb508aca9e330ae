#include "bench/train/placement.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace bench {
namespace {

constexpr double least_share = 0.25;
constexpr std::uint8_t unknown = 255;

double area(const Box& box) {
  return std::max(0.0, box.x2 - box.x1) * std::max(0.0, box.y2 - box.y1);
}

// Of a box whose corners are points.
std::optional<Box> place_box(const Box& box, const Placement& p) {
  const auto [x1, x2] =
      std::minmax({box.x1 * p.scale_x + p.offset_x, box.x2 * p.scale_x + p.offset_x});
  const auto [y1, y2] =
      std::minmax({box.y1 * p.scale_y + p.offset_y, box.y2 * p.scale_y + p.offset_y});
  const Box whole{x1, y1, x2, y2};
  const double width = p.input_width, height = p.input_height;
  const Box inside{std::clamp(x1, 0.0, width), std::clamp(y1, 0.0, height),
                   std::clamp(x2, 0.0, width), std::clamp(y2, 0.0, height)};
  if (!(area(inside) > 0) || area(inside) < least_share * area(whole)) return std::nullopt;
  return inside;
}

struct Place {
  const Placement& p;

  Target operator()(const ClassLabel& label) const { return label; }
  Target operator()(const std::vector<FacePair>& pairs) const { return pairs; }

  Target operator()(const std::vector<FaceBox>& faces) const {
    std::vector<FaceBox> placed;
    for (FaceBox face : faces) {
      const auto box = place_box(face.box, p);
      if (!box) continue;
      face.box = *box;
      placed.push_back(face);
    }
    return placed;
  }

  // VOC's corners are pixels, counted from 1, and belong to the box.
  Target operator()(const std::vector<ObjectBox>& objects) const {
    std::vector<ObjectBox> placed;
    for (ObjectBox object : objects) {
      const Box& b = object.box;
      const auto box = place_box({b.x1 - 1, b.y1 - 1, b.x2, b.y2}, p);
      if (!box) continue;
      object.box = *box;
      placed.push_back(object);
    }
    return placed;
  }

  Target operator()(const LabelMap& map) const {
    LabelMap placed{p.input_height, p.input_width, {}};
    placed.labels.assign(
        static_cast<std::size_t>(p.input_height) * static_cast<std::size_t>(p.input_width),
        unknown);
    auto* to = placed.labels.data();
    for (int y = 0; y < placed.height; ++y) {
      const double v = std::floor((y + 0.5 - p.offset_y) / p.scale_y);
      for (int x = 0; x < placed.width; ++x, ++to) {
        const double u = std::floor((x + 0.5 - p.offset_x) / p.scale_x);
        if (u < 0 || v < 0 || u >= map.width || v >= map.height) continue;
        *to = map.labels[static_cast<std::size_t>(v) * static_cast<std::size_t>(map.width) +
                         static_cast<std::size_t>(u)];
      }
    }
    return placed;
  }
};

}  // namespace

Placement placement_of(const Geometry& g) {
  return {g.image_width, g.image_height, g.input_width, g.input_height,
          g.scale_x,     g.offset_x,     g.scale_y,     g.offset_y};
}

Placement then(const Placement& first, const Placement& second) {
  Placement both = second;
  both.scale_x = second.scale_x * first.scale_x;
  both.offset_x = second.scale_x * first.offset_x + second.offset_x;
  both.scale_y = second.scale_y * first.scale_y;
  both.offset_y = second.scale_y * first.offset_y + second.offset_y;
  return both;
}

Target place(const Truth& truth, const Placement& placement) {
  return std::visit(Place{placement}, truth);
}

}  // namespace bench
