#pragma once
// Pictures of many faces in WIDER FACE's layout.

#include "datasets/mini/output.h"
#include "datasets/mini/picture.h"

namespace bench::mini {

/// One line of wider_face_val_bbx_gt.txt.
struct CrowdFace {
  int x = 0, y = 0, width = 0, height = 0;  ///< the whole oval, cut at the picture's borders
  int blur = 0;                             ///< 0 clear, 1 normal, 2 heavy
  int expression = 0;                       ///< 1 exaggerated
  int illumination = 0;                     ///< 1 extreme
  int invalid = 0;                          ///< 1: almost nothing of it is seen
  int occlusion = 0;                        ///< 0 none, 1 partial, 2 heavy
  int pose = 0;                             ///< 1 atypical

  // WIDER's levels tell how hard faces are to find; here that follows from what was drawn. Nested.
  bool hard() const { return invalid == 0 && height >= 7; }
  bool medium() const { return hard() && height >= 13 && occlusion < 2 && blur < 2; }
  bool easy() const {
    return medium() && height >= 22 && occlusion == 0 && blur == 0 && illumination == 0;
  }
};

struct Crowd {
  Picture picture;
  std::vector<CrowdFace> faces;
};

/// Folders of the layout: each kind of picture is one.
const std::vector<std::string>& crowd_events();

Crowd draw_crowd(int event, Random& random);

Statistics draw_widerface(const DrawOptions& options);

}  // namespace bench::mini
