#pragma once
// The boxes of region proposal networks: anchors, and deltas that move them. Boxes are first and
// last pixels here: a box from x1 to x2 is x2 - x1 + 1 pixels wide.

#include <array>
#include <span>
#include <vector>

#include "models/answer.h"
#include "models/graph.h"

namespace bench {

/// How a box differs from an anchor: its centre in parts of the anchor's size, its size as a
/// logarithm. Source: R-CNN (Girshick et al., CVPR 2014), appendix C.
using BoxDeltas = std::array<double, 4>;  // dx, dy, dw, dh

/// What the deltas of a region's own box are divided by before a network learns them.
inline constexpr BoxDeltas region_deviations{0.1, 0.1, 0.2, 0.2};

Box moved(const Box& anchor, const BoxDeltas& by);
BoxDeltas deltas_between(const Box& anchor, const Box& box);

/// Within the pixels of an image.
Box clipped(const Box& box, std::int64_t height, std::int64_t width);

/// Of the first cell (0, 0), all scales of the first ratio first. The square of base_size pixels at
/// 0 gets each ratio, its area kept and sides rounded, and then each scale, the centre staying.
std::vector<Box> base_anchors(const Proposals& op);

/// Of all cells in rows: anchor a of cell (y, x) is number (y * columns + x) * A + a.
std::vector<Box> all_anchors(const Proposals& op, std::int64_t rows, std::int64_t columns);

/// Intersection over union, pixels counted.
double pixel_overlap(const Box& a, const Box& b);

}  // namespace bench
