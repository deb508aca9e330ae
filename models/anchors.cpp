#include "models/anchors.h"

#include <algorithm>
#include <cmath>

#include "models/error.h"

namespace bench {
namespace {

Anchor clamped(const Anchor& a) {
  const auto clamp = [](double x) { return std::clamp(x, 0.0, 1.0); };
  return {clamp(a.x), clamp(a.y), clamp(a.width), clamp(a.height)};
}

int halved(int n) { return (n + 1) / 2; }

// A box's centre and size.
Anchor centre_form(const Box& box) {
  return {(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, box.x2 - box.x1, box.y2 - box.y1};
}

Box from_centre(const Anchor& a, std::span<const float> n) {
  return box_of({a.x + 0.1 * n[0] * a.width, a.y + 0.1 * n[1] * a.height,
                 a.width * std::exp(0.2 * n[2]), a.height * std::exp(0.2 * n[3])});
}

Box from_corners(const Anchor& a, std::span<const float> n) {
  const Box b = box_of(a);
  return {b.x1 + n[0] * a.width / 5, b.y1 + n[1] * a.height / 5, b.x2 + n[2] * a.width / 5,
          b.y2 + n[3] * a.height / 5};
}

}  // namespace

std::vector<Anchor> anchors_of(const AnchorLayout& layout) {
  std::vector<Anchor> anchors;
  for (const AnchorLevel& level : layout.levels) {
    for (int row = 0; row < level.cells.h; ++row) {
      for (int column = 0; column < level.cells.w; ++column) {
        for (const AnchorLevel::Size& size : level.sizes) {
          const Anchor anchor{(column + 0.5) * level.step_x, (row + 0.5) * level.step_y, size.width,
                              size.height};
          anchors.push_back(layout.clamped ? clamped(anchor) : anchor);
        }
      }
    }
  }
  return anchors;
}

AnchorLayout ssd_lite_anchors(Pair image) {
  Pair cells = image;
  const auto halve = [&] { cells = {halved(cells.h), halved(cells.w)}; };
  for (int i = 0; i < 4; ++i) halve();
  AnchorLayout layout;
  layout.clamped = true;
  for (int level = 0; level < 6; ++level, halve()) {
    const double small = 60 + 45 * level, large = small + 45, stride = 16 << level;
    const double s = small / 300, between = std::sqrt(small * large) / 300;
    const double root2 = std::sqrt(2.0), root3 = std::sqrt(3.0);
    const bool by_pixels = level < 3;
    layout.levels.push_back({.cells = cells,
                             .step_x = by_pixels ? stride / image.w : 1.0 / cells.w,
                             .step_y = by_pixels ? stride / image.h : 1.0 / cells.h,
                             .sizes = {{s, s},
                                       {between, between},
                                       {s * root2, s / root2},
                                       {s / root2, s * root2},
                                       {s * root3, s / root3},
                                       {s / root3, s * root3}}});
  }
  return layout;
}

AnchorLayout dsfd_anchors(Pair image) {
  AnchorLayout layout;
  for (int stride = 4; stride <= 128; stride *= 2) {
    const double step_x = static_cast<double>(stride) / image.w;
    const double step_y = static_cast<double>(stride) / image.h;
    const Pair cells{(image.h + stride - 1) / stride, (image.w + stride - 1) / stride};
    layout.levels.push_back({cells, step_x, step_y, {{4 * step_x, 6 * step_y}}});
  }
  return layout;
}

Box decode_box(BoxCode code, const Anchor& anchor, std::span<const float> numbers) {
  const Box box =
      code == BoxCode::centre ? from_centre(anchor, numbers) : from_corners(anchor, numbers);
  if (!std::isfinite(box.x1 + box.y1 + box.x2 + box.y2)) {
    throw Error(Fault::bad_data, "a box the network gives is not finite");
  }
  return box;
}

std::array<double, 4> encode_box(BoxCode code, const Anchor& a, const Box& box) {
  if (code == BoxCode::centre) {
    const Anchor b = centre_form(box);
    return {(b.x - a.x) / a.width / 0.1, (b.y - a.y) / a.height / 0.1,
            std::log(b.width / a.width) / 0.2, std::log(b.height / a.height) / 0.2};
  }
  const Box from = box_of(a);
  return {(box.x1 - from.x1) / a.width * 5, (box.y1 - from.y1) / a.height * 5,
          (box.x2 - from.x2) / a.width * 5, (box.y2 - from.y2) / a.height * 5};
}

}  // namespace bench
