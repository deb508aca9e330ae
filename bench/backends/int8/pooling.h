#pragma once
// Windows over bytes, NHWC.

#include <cstdint>
#include <functional>
#include <span>

#include "bench/backends/int8/convolution.h"
#include "models/graph.h"

namespace bench::int8 {

/// Where the windows of a pooling lie.
struct Windows {
  Pair kernel{}, stride{}, dilation{};
  int top = 0, left = 0;               ///< padding
  std::int64_t rows = 0, columns = 0;  ///< of the result
};

/// The largest byte of each window; 0 where a window holds none.
void max_pool(const Windows& windows, const Map& from, const std::uint8_t* bytes,
              std::uint8_t* result);

/// What becomes of sums of `inside` bytes each: as many results as sums.
using Average = std::function<void(std::int32_t inside, std::span<const std::int32_t> sums,
                                   std::uint8_t* results)>;

/// `sums` has room for from.channels numbers.
void average_pool(const Windows& windows, const Map& from, const std::uint8_t* bytes,
                  const Average& average, std::int32_t* sums, std::uint8_t* result);

}  // namespace bench::int8
