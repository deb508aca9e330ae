#pragma once
// Scenes of objects in VOC's layout: boxes and label maps of the same pictures.

#include "datasets/dataset.h"
#include "datasets/mini/output.h"
#include "datasets/mini/picture.h"

namespace bench::mini {

struct SceneObject {
  ObjectBox truth;
  bool occluded = false;
  int visible_pixels = 0;
};

struct Scene {
  Picture picture;
  std::vector<SceneObject> objects;
  LabelMap labels;  ///< 255 along borders and where too little of an object is left to be named
};

/// A box encloses what is seen of its object. Truncated: 15 % or more of the object is outside the
/// picture or behind others. Difficult: less than 35 % or fewer than 60 pixels are seen. What shows
/// fewer than 25 pixels has no box.
Scene draw_scene(Random& random);

Statistics draw_voc(const DrawOptions& options);

}  // namespace bench::mini
