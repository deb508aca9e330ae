#include "evaluators/scale_crop.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace bench {
namespace {

/// Which source row or column each of `to` ones is taken from. PIL adds the step up instead of
/// multiplying, and its rounding errors decide who is taken where a centre lies on an edge.
std::vector<int> nearest(int from, int to) {
  const double step = static_cast<double>(from) / to;
  double at = step * 0.5;
  std::vector<int> sources(static_cast<std::size_t>(to));
  for (int& source : sources) {
    source = std::min(static_cast<int>(at), from - 1);
    at += step;
  }
  return sources;
}

/// int(1.0 * longer * size / shorter)
int scaled(int longer, int shorter, int size) {
  return static_cast<int>(1.0 * longer * size / shorter);
}

/// int(round((length - size) / 2)), halves to even.
std::size_t offset(int length, int size) {
  return static_cast<std::size_t>(std::nearbyint((length - size) / 2.0));
}

}  // namespace

LabelMap scale_and_crop(const LabelMap& map, int size) {
  const bool wide = map.width > map.height;
  const int height = wide ? size : scaled(map.height, map.width, size);
  const int width = wide ? scaled(map.width, map.height, size) : size;
  const std::vector<int> rows = nearest(map.height, height), columns = nearest(map.width, width);
  LabelMap crop{size, size, {}};
  crop.labels.reserve(static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
  for (int y = 0; y < size; ++y) {
    const auto row =
        static_cast<std::size_t>(rows[offset(height, size) + static_cast<std::size_t>(y)]);
    for (int x = 0; x < size; ++x) {
      const int column = columns[offset(width, size) + static_cast<std::size_t>(x)];
      crop.labels.push_back(
          map.labels[row * static_cast<std::size_t>(map.width) + static_cast<std::size_t>(column)]);
    }
  }
  return crop;
}

}  // namespace bench
