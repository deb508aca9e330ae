#pragma once
// A picture in the making: colours as floats, 0..1, painted by outlines filled with textures. Plain
// arithmetic and our own random numbers, so that one seed gives one picture.

#include <functional>
#include <vector>

#include "models/random.h"
#include "models/tensor.h"

namespace bench::mini {

struct Point {
  float x = 0, y = 0;
};

struct Colour {
  float r = 0, g = 0, b = 0;
};

/// (1 - t) a + t b.
Colour mix(Colour a, Colour b, float t);
/// Hue in turns (any real number), saturation and value 0..1.
Colour hsv(float hue, float saturation, float value);
Colour any_colour(Random& random);

struct Picture {
  int width = 0, height = 0;
  std::vector<Colour> pixels;  ///< row by row

  Picture(int w, int h, Colour colour = {})
      : width(w),
        height(h),
        pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h), colour) {}
  Colour& at(int x, int y) {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
};

/// Signed distance to a border in the drawing's own coordinates: negative inside. Drawings keep
/// within the unit circle, y downwards.
using Outline = std::function<float(Point)>;
/// The colour at a place of the drawing's own coordinates.
using Texture = std::function<Colour(Point)>;

struct Part {
  Outline outline;
  Texture texture;
};
/// Painted in this order.
using Drawing = std::vector<Part>;

/// Where a drawing goes: its unit circle gets radius `size` pixels around `centre`, narrowed in its
/// own x by `narrow` (mirrored where that is negative), then turned by `angle` (radians). Borders
/// are `softness` pixels wide.
struct Pose {
  Point centre;
  float size = 1, angle = 0, narrow = 1, softness = 1;
};

void paint(Picture& picture, const Drawing& drawing, const Pose& pose, float opacity = 1);

/// Per pixel whether the drawing covers its centre. Row by row.
std::vector<bool> silhouette(const Drawing& drawing, const Pose& pose, int width, int height);

/// How many pixels a drawing of this size covers, were the picture endless.
int whole_pixels(const Drawing& drawing, Pose pose);

/// Gaussian blur; borders repeat.
void blur(Picture& picture, float sigma);

/// height x width x 3, u8, RGB, rounded to nearest.
Tensor to_pixels(const Picture& picture);

}  // namespace bench::mini
