#include "bench/train/box_matching.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/decoders/nms.h"

namespace bench {
namespace {

/// The best there is so far.
struct Best {
  double overlap = 0;
  int index = background;

  void offer(double other, std::size_t from) {
    if (other > overlap) *this = {other, static_cast<int>(from)};
  }
};

}  // namespace

std::vector<int> match_anchors(std::span<const Box> anchors, std::span<const Box> boxes,
                               double overlap) {
  std::vector<Best> of_anchors(anchors.size()), of_boxes(boxes.size());
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    for (std::size_t a = 0; a < anchors.size(); ++a) {
      const double shared = intersection_over_union(anchors[a], boxes[b], 0);
      of_anchors[a].offer(shared, b);
      of_boxes[b].offer(shared, a);
    }
  }
  std::vector<int> matches;
  for (const Best& best : of_anchors) {
    matches.push_back(best.overlap >= overlap ? best.index : background);
  }
  for (std::size_t b = 0; b < boxes.size(); ++b) {
    if (of_boxes[b].index == background) continue;
    matches[static_cast<std::size_t>(of_boxes[b].index)] = static_cast<int>(b);
  }
  return matches;
}

std::vector<std::size_t> hardest_negatives(std::span<const int> matches,
                                           std::span<const float> losses, std::size_t count) {
  std::vector<std::size_t> negatives;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (matches[i] == background) negatives.push_back(i);
  }
  const auto loss = [&](std::size_t i) {
    return std::isnan(losses[i]) ? std::numeric_limits<float>::infinity() : losses[i];
  };
  std::ranges::stable_sort(negatives,
                           [&](std::size_t a, std::size_t b) { return loss(a) > loss(b); });
  negatives.resize(std::min(count, negatives.size()));
  std::ranges::sort(negatives);
  return negatives;
}

}  // namespace bench
