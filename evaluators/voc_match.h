#pragma once

#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "evaluators/voc_rules.h"
#include "models/answer.h"

namespace bench {

enum class Outcome : std::uint8_t { hit, miss, ignored };

/// One detection after matching, with what its rank among all images is decided by.
struct Judged {
  double score = 0;
  int order = 0;            ///< as in Detection
  std::uint32_t image = 0;  ///< in the order of ids
  int position = 0;         ///< in the image's list
  int label = 0;
  Outcome outcome = Outcome::miss;
};

/// Overlap of two boxes by the rules: intersection over union, 0 where they do not touch.
double overlap(const Box& a, const Box& b, const VocRules& rules);

/// Descending score, equal ones by order, then image, then position.
bool ranks_before(const Judged& a, const Judged& b, const VocRules& rules);

/// Goes through the detections of each class by rank. Each takes the box of its class that it
/// overlaps most (the first of equals): a hit if it overlaps enough and the box was free, a miss if
/// it was taken. Difficult boxes can be met any number of times.
std::vector<Judged> match(const std::vector<Detection>& detections,
                          const std::vector<ObjectBox>& objects, const VocRules& rules);

}  // namespace bench
