#pragma once
// A classification set in ImageNet's layout: labels 0 to 23 of 1,000.

#include "datasets/mini/output.h"

namespace bench::mini {

/// "red disc", ...: label / 6 is the shape, label % 6 the hue.
std::vector<std::string> shape_classes();

Statistics draw_classification(const DrawOptions& options);

}  // namespace bench::mini
