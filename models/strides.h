#pragma once
// Where the elements of a row-major tensor lie: the one loop behind all data movement and
// broadcasting.

#include <vector>

#include "models/tensor.h"

namespace bench {

using Strides = std::vector<std::int64_t>;

/// Elements from one index to the next, per axis of a row-major tensor.
Strides strides_of(const Shape& shape);

/// The strides by which a tensor of shape `from` is read when it stretches to `to` as in numpy: 0
/// along stretched axes. REQUIRES that it broadcasts.
Strides broadcast_strides(const Shape& from, const Shape& to);

/// For each index of `shape` in row-major order: start + sum over axes of index * stride.
std::vector<std::int64_t> offsets(const Shape& shape, const Strides& strides,
                                  std::int64_t start = 0);

}  // namespace bench
