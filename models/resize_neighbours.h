#pragma once
// Where the pixels of a Resize's result lie on its input.

#include <vector>

#include "models/graph.h"

namespace bench {

/// The two input pixels an output pixel lies between along one axis, and the share of the second.
/// With Mode::nearest both are the nearest one, and the share is 0.
struct Neighbours {
  std::int64_t first, second;
  double share;
};

/// For each of the `out` pixels along an axis of `in` pixels; `scale` as in the op, 0 where it
/// gives sizes. Source: ONNX Resize, coordinate_transformation_mode.
std::vector<Neighbours> neighbours(const Resize& op, std::int64_t in, std::int64_t out,
                                   float scale);

}  // namespace bench
