#pragma once
// The plain loops of a convolution, for sums of doubles and of integers.

#include <algorithm>
#include <cstdint>

#include "models/graph.h"

namespace bench::loops {

/// The outputs o of one axis whose tap lies inside the input: 0 <= o * stride + shift < size.
struct OutputRange {
  std::int64_t begin, end;
  OutputRange(std::int64_t outputs, std::int64_t stride, std::int64_t shift, std::int64_t size) {
    const auto ceil_div = [stride](std::int64_t a) { return a <= 0 ? 0 : (a - 1) / stride + 1; };
    end = std::min(outputs, ceil_div(size - shift));
    begin = std::min(end, ceil_div(-shift));
  }
};

struct Plane {
  std::int64_t h, w;
  std::int64_t size() const { return h * w; }
};

/// sums += weight * (input shifted by one tap of the kernel); padding adds nothing. Layer: whatever
/// has a stride, pad and dilation.
template <class Layer, class X, class Sum>
void add_tap(const Layer& op, std::int64_t kh, std::int64_t kw, Sum weight, const X* in,
             Plane in_size, Sum* sums, Plane out_size) {
  const std::int64_t shift_h = kh * op.dilation.h - op.pad.top;
  const std::int64_t shift_w = kw * op.dilation.w - op.pad.left;
  const OutputRange rows(out_size.h, op.stride.h, shift_h, in_size.h);
  const OutputRange columns(out_size.w, op.stride.w, shift_w, in_size.w);
  for (std::int64_t y = rows.begin; y < rows.end; ++y) {
    const std::int64_t row = (y * op.stride.h + shift_h) * in_size.w + shift_w;
    Sum* sum = sums + y * out_size.w;
    if (op.stride.w == 1) {  // apart, so that it vectorises
      for (std::int64_t x = columns.begin; x < columns.end; ++x) sum[x] += weight * in[row + x];
    } else {
      for (std::int64_t x = columns.begin; x < columns.end; ++x) {
        sum[x] += weight * in[row + x * op.stride.w];
      }
    }
  }
}

}  // namespace bench::loops
