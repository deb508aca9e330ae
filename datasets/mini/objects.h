#pragma once
// Drawings of things, in eight of VOC's classes.

#include <string_view>
#include <vector>

#include "datasets/mini/picture.h"

namespace bench::mini {

struct ObjectKind {
  std::string_view name;              ///< VOC's
  Drawing (*draw)(Random&);           ///< another car each time
  float narrowest = 1, widest = 1.5;  ///< how far the drawing may be stretched in x
};
const std::vector<ObjectKind>& object_kinds();

}  // namespace bench::mini
