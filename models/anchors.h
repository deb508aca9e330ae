#pragma once
// Prior boxes ("anchors"): where the heads of a single-shot detector look, and how the four numbers
// they give for each move it.
//
// Everything is in fractions of the network's input, 0 to 1 from left to right and from top to
// bottom.

#include <array>
#include <span>
#include <vector>

#include "models/answer.h"
#include "models/graph.h"

namespace bench {

struct Anchor {
  double x = 0, y = 0;  ///< its centre
  double width = 0, height = 0;
};

/// The anchors of one feature map: the same boxes around the centre of every cell.
struct AnchorLevel {
  struct Size {
    double width = 0, height = 0;
  };
  Pair cells{};                   ///< rows, columns
  double step_x = 0, step_y = 0;  ///< between centres; the first lies half a step from the corner
  std::vector<Size> sizes{};
};

struct AnchorLayout {
  std::vector<AnchorLevel> levels{};
  bool clamped = false;  ///< centres and sizes are kept within 0 and 1
};

/// Level by level, cells in row order, each cell's sizes together.
std::vector<Anchor> anchors_of(const AnchorLayout& layout);

/// SSD-Lite on MobileNetV2 (qfgaohao/pytorch-ssd, mobilenetv1_ssd_config): six maps of strides 16,
/// 32, 64, ..., six anchors in each cell: squares of s and sqrt(s S), then s by aspects 2, 1/2, 3,
/// 1/3, where s and S are 60 and 105, 105 and 150, ..., 285 and 330 pixels of 300. 3,000 anchors at
/// 300 x 300.
///
/// At other sizes: maps halve as the network's do, rounded up; anchors are the same fractions of
/// the input's width and height; cells of the first three maps lie 16, 32 and 64 pixels apart,
/// those of the last three fill the input (as 100, 150 and 300 pixels do at 300).
AnchorLayout ssd_lite_anchors(Pair image);

/// DSFD's second shot: strides s = 4, 8, ..., 128, one anchor 4 s wide and 6 s high in each cell,
/// in pixels; ceil(height / s) x ceil(width / s) cells. Source: 610265158/DSFD-tensorflow, whose
/// corners c -/+ (w - 1) / 2 with 1 added to the latter are the same boxes.
AnchorLayout dsfd_anchors(Pair image);

enum class BoxCode {
  /// The centre moves by 0.1 of the anchor's size, the size grows by exp(0.2 n) (SSD).
  centre,
  /// Left, top, right and bottom move by 1/5 of the anchor's size (DSFD).
  corners,
};

/// The box these four numbers make of an anchor. Throws Error{bad_data} if it is not finite.
Box decode_box(BoxCode code, const Anchor& anchor, std::span<const float> numbers);

/// The numbers that make `box` of an anchor. REQUIRES a box with a width and a height.
std::array<double, 4> encode_box(BoxCode code, const Anchor& anchor, const Box& box);

inline Box box_of(const Anchor& a) {
  return {a.x - a.width / 2, a.y - a.height / 2, a.x + a.width / 2, a.y + a.height / 2};
}

}  // namespace bench
