#include <algorithm>

#include "models/passes/calibrate_data_free.h"

namespace bench {
namespace {

double minimum_of(const FoundStatistics& found) {
  return found.behind_relu ? std::max(0.0f, found.range.min) : found.range.min;
}

}  // namespace

Range document_range(std::vector<FoundStatistics> found) {
  if (found.size() == 1) {
    return {found[0].behind_relu ? 0.0f : found[0].range.min, found[0].range.max};
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, &FoundStatistics::depth);
  double min = minimum_of(found[0]), max = found[0].range.max;
  std::size_t next = 1;
  while (found.size() - next > 1) {
    const std::size_t first = next;
    // What was averaged so far weighs as much as one at this depth.
    for (; next < found.size() && found[next].depth == found[first].depth; ++next) {
      min += minimum_of(found[next]);
      max += found[next].range.max;
    }
    const auto n = static_cast<double>(next - first + 1);
    min /= n;
    max /= n;
  }
  return {static_cast<float>(min), static_cast<float>(max)};
}

}  // namespace bench
