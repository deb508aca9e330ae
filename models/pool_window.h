#pragma once
// Where a window of AveragePool lies.

#include <algorithm>

#include "models/graph.h"

namespace bench {

/// The pixels [y_begin, y_end) x [x_begin, x_end) of the input a window sees, and what their sum is
/// divided by.
struct PoolWindow {
  std::int64_t y_begin, y_end, x_begin, x_end, divisor;
};

/// The window of output pixel (h, w) on an input of rows x columns. With ceil_mode the last window
/// may hang over the padding as well; what hangs over never counts in the divisor, as in PyTorch.
inline PoolWindow pool_window(const AveragePool& op, std::int64_t rows, std::int64_t columns,
                              std::int64_t h, std::int64_t w) {
  const std::int64_t top = h * op.stride.h - op.pad.top, left = w * op.stride.w - op.pad.left;
  const std::int64_t bottom = std::min(top + op.kernel.h, rows + op.pad.bottom);
  const std::int64_t right = std::min(left + op.kernel.w, columns + op.pad.right);
  PoolWindow window{std::max<std::int64_t>(top, 0), std::min(bottom, rows),
                    std::max<std::int64_t>(left, 0), std::min(right, columns), 0};
  window.divisor = op.count_include_pad
                       ? (bottom - top) * (right - left)
                       : (window.y_end - window.y_begin) * (window.x_end - window.x_begin);
  return window;
}

}  // namespace bench
