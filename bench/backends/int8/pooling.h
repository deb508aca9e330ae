#pragma once
// Windows over bytes, NHWC.

#include <cstdint>
#include <functional>
#include <span>

#include "bench/backends/int8/convolution.h"
#include "models/graph.h"

namespace bench::int8 {

/// The largest byte of each window; 0 where a window holds none. `rows` and `columns` are those of
/// the result.
void max_pool(const MaxPool& window, const Map& from, const std::uint8_t* bytes, std::int64_t rows,
              std::int64_t columns, std::uint8_t* result);

/// What becomes of sums of `inside` bytes each, to be divided by `divisor`: as many results as
/// sums.
using Average = std::function<void(std::int32_t inside, std::int32_t divisor,
                                   std::span<const std::int32_t> sums, std::uint8_t* results)>;

/// `sums` has room for from.channels numbers.
void average_pool(const AveragePool& window, const Map& from, const std::uint8_t* bytes,
                  std::int64_t rows, std::int64_t columns, const Average& average,
                  std::int32_t* sums, std::uint8_t* result);

}  // namespace bench::int8
