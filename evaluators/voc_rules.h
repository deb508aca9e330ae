#pragma once
// The rules of detection AP in which published tools differ.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluators/evaluator.h"

namespace bench {

/// The defaults are those of VOCevaldet.m of the VOC2012 devkit.
struct VocRules {
  enum class Difficult {
    ignored,  ///< a detection whose best box is difficult is neither right nor wrong
    dropped,  ///< difficult boxes are not there: detections of them are wrong
    counted,  ///< difficult boxes are boxes like all others
  };

  std::string_view name = {}, about = {};
  double iou = 0.5;     ///< least overlap of a hit ...
  bool strict = false;  ///< ... which must be exceeded
  double pixel = 1;     ///< added to every side: corners are inclusive
  double epsilon = 0;   ///< added to the union
  Difficult difficult = Difficult::ignored;
  bool second_choice = false;  ///< if the best box is taken, the best free one that overlaps enough
  bool ties_reversed = false;  ///< of equal scores the last comes first
  bool rounded = false;        ///< scores to three decimals and boxes to one, as written to a file
  bool nan_head = true;        ///< 11-point AP is NaN where all detections are ignored; else 0
  bool nan_absent = false;     ///< 11-point AP of a class without objects is NaN; else 0
};

/// Every protocol by name; the first is the official one.
std::span<const VocRules> voc_protocols();

/// An evaluator by rules of one's own. REQUIRES at least one class.
std::unique_ptr<Evaluator> make_voc_map(const VocRules& rules,
                                        std::vector<std::string> class_names);

}  // namespace bench
