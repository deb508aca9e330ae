#pragma once
// Which pixels each bin of a RoiPool is over.

#include <cstdint>
#include <span>
#include <vector>

#include "models/graph.h"

namespace bench {

/// Rows and columns of one image's features; none if an end is not above its begin.
struct RoiBin {
  std::int64_t image = 0, y_begin = 0, y_end = 0, x_begin = 0, x_end = 0;
};

/// size.h x size.w bins of each of the regions (five numbers each), row by row. Throws
/// Error{bad_data} if a region is of no image of the batch or has no finite coordinates.
std::vector<RoiBin> roi_bins(const RoiPool& op, const Shape& features,
                             std::span<const float> regions);

/// RoiPool on numbers of any kind: result R x C x size.h x size.w; `nothing` where a bin is empty.
template <class T>
void roi_pool(std::span<const RoiBin> bins, std::size_t bins_per_region, const Shape& features,
              const T* values, T nothing, T* result) {
  const std::int64_t pixels = features[2] * features[3];
  for (std::size_t r = 0; r < bins.size(); r += bins_per_region) {
    const T* plane = values + bins[r].image * features[1] * pixels;
    for (std::int64_t c = 0; c < features[1]; ++c, plane += pixels) {
      for (const RoiBin& bin : bins.subspan(r, bins_per_region)) {
        const bool empty = bin.y_begin >= bin.y_end || bin.x_begin >= bin.x_end;
        T best = empty ? nothing : plane[bin.y_begin * features[3] + bin.x_begin];
        for (std::int64_t y = bin.y_begin; y < bin.y_end; ++y) {
          for (std::int64_t x = bin.x_begin; x < bin.x_end; ++x) {
            const T value = plane[y * features[3] + x];
            best = best < value ? value : best;
          }
        }
        *result++ = best;
      }
    }
  }
}

}  // namespace bench
