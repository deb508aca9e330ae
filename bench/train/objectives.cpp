// The list of objectives.

#include <ATen/ATen.h>

#include "bench/train/face_objectives.h"
#include "bench/train/faster_rcnn_objective.h"
#include "bench/train/multibox_objective.h"
#include "bench/train/objective.h"
#include "bench/train/softmax_objective.h"

namespace bench {

std::vector<at::Tensor> Objective::parameters() { return {}; }

std::span<const Entry<MakeObjective>> objectives() {
  static constexpr Entry<MakeObjective> list[] = {
      {"softmax", "an image's class, by cross entropy", softmax_objective},
      {"pixels", "every pixel's class, by cross entropy", pixels_objective},
      {"softmax-head", "embeddings that a linear layer tells apart, person by person",
       softmax_head_objective},
      {"arc-face", "embeddings apart by an angle, person by person", arc_face_objective},
      {"faster-rcnn", "proposals of regions, and what each region holds", faster_rcnn_objective},
      {"multibox", "anchors' boxes and classes, with hard negatives", multibox_objective},
  };
  return list;
}

}  // namespace bench
