#pragma once
// Outlines, as signed distances in a drawing's own coordinates.

#include "datasets/mini/picture.h"

namespace bench::mini {

Outline circle(Point centre, float radius);
/// Approximate distance, exact border.
Outline ellipse(Point centre, float rx, float ry);
Outline box(Point centre, float half_width, float half_height, float rounding = 0);
/// A thick line with round ends.
Outline stroke(Point from, Point to, float half_width);
/// REQUIRES at least 3 corners; concave is allowed.
Outline polygon(std::vector<Point> corners);
/// With its centre at the origin; `inner` is the radius of the notches, the outer one is 1.
Outline star(int tips, float inner);
Outline both(Outline a, Outline b);
Outline either(Outline a, Outline b);
Outline without(Outline a, Outline b);

}  // namespace bench::mini
