#include "models/roi_bins.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "models/error.h"

namespace bench {
namespace {

struct Span {
  std::int64_t begin, end;
};

// Bins along one axis: of a region from pixel `first` to pixel `last` of a map of `size` pixels.
std::vector<Span> bins_along(std::int64_t first, std::int64_t last, int bins, std::int64_t size) {
  const std::int64_t length = std::max<std::int64_t>(last - first + 1, 1);
  std::vector<Span> spans;
  for (std::int64_t i = 0; i < bins; ++i) {
    const std::int64_t begin = i * length / bins, end = ((i + 1) * length + bins - 1) / bins;
    spans.push_back({std::clamp<std::int64_t>(first + begin, 0, size),
                     std::clamp<std::int64_t>(first + end, 0, size)});
  }
  return spans;
}

[[noreturn]] void fail(std::size_t region, const std::string& why) {
  throw Error(Fault::bad_data, "RoiPool: region " + std::to_string(region) + " " + why);
}

std::int64_t scaled(float coordinate, float scale, std::size_t region) {
  const float pixel = std::round(coordinate * scale);
  if (!(std::abs(pixel) < 0x1p30f)) fail(region, "has no finite coordinates");
  return static_cast<std::int64_t>(pixel);
}

}  // namespace

std::vector<RoiBin> roi_bins(const RoiPool& op, const Shape& features,
                             std::span<const float> regions) {
  std::vector<RoiBin> bins;
  for (std::size_t r = 0; r < regions.size() / 5; ++r) {
    const float* region = &regions[5 * r];
    if (!(region[0] >= 0 && region[0] < static_cast<float>(features[0]))) {
      fail(r, "is of image " + std::to_string(region[0]) + " of a batch of " +
                  std::to_string(features[0]));
    }
    const auto pixel = [&](int i) { return scaled(region[i], op.scale, r); };
    const auto rows = bins_along(pixel(2), pixel(4), op.size.h, features[2]);
    const auto columns = bins_along(pixel(1), pixel(3), op.size.w, features[3]);
    for (const Span& y : rows) {
      for (const Span& x : columns) {
        bins.push_back({static_cast<std::int64_t>(region[0]), y.begin, y.end, x.begin, x.end});
      }
    }
  }
  return bins;
}

}  // namespace bench
