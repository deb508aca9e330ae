#pragma once
// What outlines are filled with, and what lies over a whole picture: light, contrast, noise.

#include "datasets/mini/picture.h"

namespace bench::mini {

Texture plain(Colour colour);
/// Across x; `period` in the drawing's own units.
Texture stripes(Colour a, Colour b, float period, float phase = 0);
Texture checks(Colour a, Colour b, float period);
Texture slope(Colour top, Colour bottom);
/// Clouds whose grains are about `grain` units wide; the same for one seed.
Texture clouds(Colour a, Colour b, float grain, std::uint64_t seed);
/// Darker towards the border of the unit circle, lighter towards `light`.
Texture rounded(Texture texture, Point light, float strength);

/// A whole picture of one of several kinds: slope, clouds, weak stripes or checks, horizon.
Picture backdrop(int width, int height, Random& random);
/// Scraps of shapes all over the picture, each at most `largest` pixels in radius.
void clutter(Picture& picture, int scraps, float largest, Random& random);

/// What has been painted so far loses this share of its colour and contrast.
void fade(Picture& picture, float share, Random& random);

/// 0: easy; 1: as hard as it gets, which few pictures are.
float any_hardness(Random& random);

/// How a picture was taken.
struct Conditions {
  float gain = 1, contrast = 1;
  Point slope;           ///< change of brightness from the middle to a border, as a factor
  Colour cast{1, 1, 1};  ///< of the light
  float blur = 0;        ///< sigma in pixels
  float noise = 0;       ///< standard deviation, of 1
};
/// `strength` 0: none; 1: hard.
Conditions any_conditions(Random& random, float strength);
void take(Picture& picture, const Conditions& conditions, Random& random);

}  // namespace bench::mini
