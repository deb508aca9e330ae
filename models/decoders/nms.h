#pragma once
// Greedy non-maximum suppression: of boxes that overlap too much, the best survives.

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "models/answer.h"

namespace bench {

struct NmsRule {
  double overlap = 0.5;  ///< a box goes if its IoU with a better kept one is above this
  double epsilon = 0;    ///< added to the union before dividing
  std::size_t candidates = std::numeric_limits<std::size_t>::max();  ///< only the best so many
  std::size_t keep = std::numeric_limits<std::size_t>::max();        ///< stop after so many
};

/// Width times height of the common part by the rest (no +1: corners are points, not pixels).
double intersection_over_union(const Box& a, const Box& b, double epsilon);

/// The survivors by descending score, equal scores in the order given. Labels are not looked at.
/// Throws Error{bad_data} if a score is not a number.
std::vector<Detection> suppress(std::span<const Detection> boxes, const NmsRule& rule);

}  // namespace bench
