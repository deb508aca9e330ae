#include "evaluators/voc_rules.h"

namespace bench {

std::span<const VocRules> voc_protocols() {
  using enum VocRules::Difficult;
  static constexpr VocRules list[] = {
      {.name = "voc", .about = "VOC devkit"},
      {.name = "voc-strict",
       .about = "py-faster-rcnn, Detectron: overlap must exceed 0.5",
       .strict = true,
       .nan_head = false},
      {.name = "ties-reversed",
       .about = "gluoncv, chainercv (whose own order of ties is not stable in long lists)",
       .ties_reversed = true,
       .nan_head = false,
       .nan_absent = true},
      {.name = "no-plus1", .about = "widths are x2 - x1", .pixel = 0},
      {.name = "second-choice",
       .about = "a taken box gives way to the next best",
       .second_choice = true},
      {.name = "difficult-dropped",
       .about = "difficult boxes removed beforehand",
       .difficult = dropped},
      {.name = "difficult-counted",
       .about = "rafaelpadilla: difficult boxes are boxes like all others",
       .difficult = counted,
       .nan_head = false},
      {.name = "darknet",
       .about = "darknet map: difficult boxes removed, no +1, overlap must exceed 0.5",
       .strict = true,
       .pixel = 0,
       .difficult = dropped,
       .nan_head = false},
      {.name = "pytorch-ssd",
       .about = "qfgaohao/pytorch-ssd: no +1, 1e-5 added to the union, overlap must exceed 0.5",
       .strict = true,
       .pixel = 0,
       .epsilon = 1e-5,
       .nan_head = false},
      {.name = "detectron-writer",
       .about =
           "scores rounded to 3 decimals and boxes to 1, as Detectron's result files hold them",
       .rounded = true},
      {.name = "iou-0.7", .about = "VOC devkit at overlap 0.7", .iou = 0.7},
      {.name = "iou-0.75", .about = "VOC devkit at overlap 0.75", .iou = 0.75},
  };
  return list;
}

}  // namespace bench
