#pragma once
// The steps of a preprocessing profile, as data. They are taken in the order of the fields.

#include <array>
#include <span>
#include <string_view>

#include "datasets/resample.h"

namespace bench {

/// What resizing aims at. A free side is int(other target * side / other side), cut, not rounded,
/// as torchvision, MXNet and DeepLab do.
enum class Fit {
  none,          ///< keep the size
  exact,         ///< width x height, whatever the aspect
  shorter_side,  ///< the shorter side becomes `width`, the aspect stays
  longer_side,   ///< the longer side becomes `width`, the aspect stays
};

enum class ChannelOrder { rgb, bgr };

struct Preparation {
  std::string_view name;
  int version = 1;

  // 1. Keep the central part of each side: int((n - fraction * n) / 2) pixels are cut off each end.
  double central_fraction = 1;

  // 2. Resize.
  Fit fit = Fit::none;
  int width = 0, height = 0;
  Resampler resampler = Resampler::opencv_linear;

  // 3. Cut out the central crop x crop pixels (0: all), or crop_width x crop if that is given, from
  //    (n - crop) / 2, where an odd n - crop rounds to the even neighbour (Python's round, hence
  //    torchvision's CenterCrop).
  int crop = 0, crop_width = 0;
  bool crop_up = false;  ///< an odd n - crop rounds up

  // 4. Values, channel by channel in the network's order, in float arithmetic:
  //    (value / divisor - mean) / deviation.
  ChannelOrder order = ChannelOrder::rgb;
  float divisor = 1;
  std::array<float, 3> mean{0, 0, 0}, deviation{1, 1, 1};

  // 5. Fill up to the right and below with `fill` (a value before step 4): to at least
  //    padded_width x padded_height, then to a multiple of `multiple`.
  int padded_width = 0, padded_height = 0, multiple = 1;
  float fill = 0;

  // 6. A second view, mirrored left to right.
  bool flip = false;
};

/// All profiles, in the order in which they are listed.
std::span<const Preparation> all_preparations();

}  // namespace bench
