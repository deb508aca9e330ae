#pragma once
// A classification set in ImageNet's layout: labels 0 to 23 of 1,000.

#include "datasets/mini/output.h"

namespace bench::mini {

/// What a label stands for. Each of the three is needed: without it at most 9 of 24 classes can be
/// told, and for each there are classes that differ in nothing else.
struct ShapeClass {
  int shape = 0;    ///< disc, triangle, cross
  int texture = 0;  ///< plain, striped, checked
  int hue = 0;      ///< around red, green, blue
};
/// REQUIRES 0 <= label < 24.
ShapeClass shape_class(int label);

/// "plain green disc", ..., by label.
std::vector<std::string> shape_classes();

Statistics draw_classification(const DrawOptions& options);

}  // namespace bench::mini
