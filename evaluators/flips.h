#pragma once
// Which images two runs answered otherwise.

#include <string>
#include <vector>

#include "evaluators/tally.h"

namespace bench {

/// An image (or pair) that the two runs answered otherwise.
struct Flip {
  std::string item;
  double effect = 0;  ///< by how much the figure moves if this image alone takes the new answer
};

/// Every item whose numbers are others, those that the figure loses most by first; of equal ones in
/// the order of items. Nothing for a figure that is not there. REQUIRES as compare_tallies().
std::vector<Flip> flips(const Tally& before, const Tally& after, const std::string& metric);

}  // namespace bench
