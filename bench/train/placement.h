#pragma once
// Where what is true of an image lies on a network's input: targets for objectives.

#include "bench/train/objective.h"
#include "models/model.h"

namespace bench {

/// An image's points onto the input's: x_input = x * scale_x + offset_x; a scale below 0 mirrors.
struct Placement {
  int image_width = 0, image_height = 0, input_width = 0, input_height = 0;
  double scale_x = 1, offset_x = 0, scale_y = 1, offset_y = 0;
};

/// As a preparation places the image.
Placement placement_of(const Geometry& geometry);

/// First onto another image of the same size by `first`, which is then placed by `second`.
Placement then(const Placement& first, const Placement& second);

/// Boxes are cut at the input's borders, and left out if less than a quarter of them is inside;
/// label maps get the input's size, by the nearest pixel, void where there was no image. Classes
/// and pairs stay as they are.
Target place(const Truth& truth, const Placement& placement);

}  // namespace bench
