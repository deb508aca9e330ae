#pragma once
// Linear interpolation of bytes, NHWC.

#include <span>

#include "bench/backends/int8/convolution.h"
#include "models/integer_graph.h"

namespace bench::int8 {

/// As integer::ResizeLinear, for every pixel of the result. `offset` is that of byte_offset().
/// `scratch` holds two rows of the result of 32-bit numbers: 2 * x.size() * channels.
void resize_linear(std::span<const integer::LinearTap> y, std::span<const integer::LinearTap> x,
                   const Map& from, const std::uint8_t* bytes, int offset, std::int32_t* scratch,
                   std::uint8_t* result);

}  // namespace bench::int8
