#pragma once
// Which anchor learns which box.

#include <span>
#include <vector>

#include "models/answer.h"

namespace bench {

constexpr int background = -1;

/// For each anchor the number of the box it learns, or `background`. An anchor learns the box it
/// overlaps most (the first of equals) if their IoU is at least `overlap`; and whatever it is, a
/// box is learnt by the anchor that overlaps it most (the first of equals): where several boxes
/// want the same anchor, by the last of these. A box that no anchor touches is not learnt. Source:
/// Liu et al. 2016 (SSD), section 2.2; qfgaohao/pytorch-ssd, assign_priors.
std::vector<int> match_anchors(std::span<const Box> anchors, std::span<const Box> boxes,
                               double overlap);

/// Of the anchors that learn the background, the `count` with the largest losses (the first of
/// equals), by ascending number. A NaN counts as infinite.
std::vector<std::size_t> hardest_negatives(std::span<const int> matches,
                                           std::span<const float> losses, std::size_t count);

}  // namespace bench
