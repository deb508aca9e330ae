#include "models/resize_neighbours.h"

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

// Where output pixel `o` of one axis lies on the input. Source: ONNX Resize,
// coordinate_transformation_mode. Nearest neighbours are chosen in float as runtimes do, so that
// a scale such as 0.6, which no float hits, rounds to the same pixel.
template <class Real>
Real source_position(Resize::Coordinates rule, std::int64_t o, std::int64_t in, std::int64_t out,
                     float scale) {
  const Real index = static_cast<Real>(o);
  const Real ratio =
      scale > 0 ? static_cast<Real>(scale) : static_cast<Real>(out) / static_cast<Real>(in);
  const Real half = static_cast<Real>(0.5);
  switch (rule) {
    case Resize::Coordinates::half_pixel: return (index + half) / ratio - half;
    case Resize::Coordinates::pytorch_half_pixel:
      return out > 1 ? (index + half) / ratio - half : Real{0};
    case Resize::Coordinates::align_corners:
      return out > 1 ? index * static_cast<Real>(in - 1) / static_cast<Real>(out - 1) : Real{0};
    case Resize::Coordinates::asymmetric: break;
  }
  return index / ratio;
}

float round_by(Resize::Rounding rounding, float x) {
  switch (rounding) {
    case Resize::Rounding::round_prefer_floor: return std::ceil(x - 0.5f);
    case Resize::Rounding::round_prefer_ceil: return std::floor(x + 0.5f);
    case Resize::Rounding::floor: return std::floor(x);
    case Resize::Rounding::ceil: break;
  }
  return std::ceil(x);
}

}  // namespace

std::vector<Neighbours> neighbours(const Resize& op, std::int64_t in, std::int64_t out,
                                   float scale) {
  std::vector<Neighbours> list;
  for (std::int64_t o = 0; o < out; ++o) {
    if (op.mode == Resize::Mode::nearest) {
      const float at = source_position<float>(op.coordinates, o, in, out, scale);
      const auto nearest =
          std::clamp<std::int64_t>(static_cast<std::int64_t>(round_by(op.rounding, at)), 0, in - 1);
      list.push_back({nearest, nearest, 0});
    } else {
      const double at = std::clamp(source_position<double>(op.coordinates, o, in, out, scale), 0.0,
                                   static_cast<double>(in - 1));
      const auto first = static_cast<std::int64_t>(at);
      list.push_back({first, std::min(first + 1, in - 1), at - static_cast<double>(first)});
    }
  }
  return list;
}

}  // namespace bench
