#pragma once
// Which of the images answered otherwise are worth showing.

#include <vector>

#include "evaluators/flips.h"

namespace bench::comparing {

/// Whether an effect is the rounding of sums, or none at all.
bool is_nothing(double effect);

struct ShownFlips {
  std::vector<Flip> list;
  std::size_t losses = 0, gains = 0, others = 0;  ///< of all; others do nothing to the figure
};

/// At most so many: half of them the greatest losses, half the greatest gains, more of one where
/// there are fewer of the other; then those that do nothing, if there is room. REQUIRES flips as
/// bench::flips() sorts them.
ShownFlips shown_flips(const std::vector<Flip>& flips, std::size_t most);

}  // namespace bench::comparing
