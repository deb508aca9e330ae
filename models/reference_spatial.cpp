#include <algorithm>
#include <limits>

#include "models/pool_window.h"
#include "models/reference_ops.h"
#include "models/resize_neighbours.h"

namespace bench::reference {
namespace {

// result[n][c][y][x] = value(plane, y, x) for every plane of an NCHW tensor.
template <class Value>
Tensor for_each_pixel(const Tensor& x, const Shape& shape, Value value) {
  Tensor result(shape);
  const float* plane = x.data<float>().data();
  float* out = result.data<float>().data();
  for (std::int64_t p = 0; p < shape[0] * shape[1]; ++p, plane += x.dim(2) * x.dim(3)) {
    for (std::int64_t h = 0; h < shape[2]; ++h) {
      for (std::int64_t w = 0; w < shape[3]; ++w) *out++ = value(plane, h, w);
    }
  }
  return result;
}

}  // namespace

Tensor compute(const MaxPool& op, Inputs inputs, const Shape& shape) {
  const std::int64_t rows = inputs[0]->dim(2), columns = inputs[0]->dim(3);
  return for_each_pixel(*inputs[0], shape, [&](const float* plane, std::int64_t h, std::int64_t w) {
    float best = -std::numeric_limits<float>::infinity();
    for (int i = 0; i < op.kernel.h; ++i) {
      const std::int64_t y = h * op.stride.h - op.pad.top + std::int64_t{i} * op.dilation.h;
      if (y < 0 || y >= rows) continue;
      for (int j = 0; j < op.kernel.w; ++j) {
        const std::int64_t x = w * op.stride.w - op.pad.left + std::int64_t{j} * op.dilation.w;
        if (x >= 0 && x < columns) best = std::max(best, plane[y * columns + x]);
      }
    }
    return best;
  });
}

Tensor compute(const AveragePool& op, Inputs inputs, const Shape& shape) {
  const std::int64_t rows = inputs[0]->dim(2), columns = inputs[0]->dim(3);
  return for_each_pixel(*inputs[0], shape, [&](const float* plane, std::int64_t h, std::int64_t w) {
    const PoolWindow window = pool_window(op, rows, columns, h, w);
    double sum = 0;
    for (std::int64_t y = window.y_begin; y < window.y_end; ++y) {
      for (std::int64_t x = window.x_begin; x < window.x_end; ++x) sum += plane[y * columns + x];
    }
    return static_cast<float>(sum / static_cast<double>(window.divisor));
  });
}

Tensor compute(const Resize& op, Inputs inputs, const Shape& shape) {
  const std::int64_t columns = inputs[0]->dim(3);
  const auto ys = neighbours(op, inputs[0]->dim(2), shape[2], op.scale_h);
  const auto xs = neighbours(op, columns, shape[3], op.scale_h > 0 ? op.scale_w : 0);
  return for_each_pixel(*inputs[0], shape, [&](const float* plane, std::int64_t h, std::int64_t w) {
    const Neighbours y = ys[static_cast<std::size_t>(h)], x = xs[static_cast<std::size_t>(w)];
    const auto row = [&](std::int64_t r) {
      const float* pixels = plane + r * columns;
      return pixels[x.first] * (1 - x.share) + pixels[x.second] * x.share;
    };
    return static_cast<float>(row(y.first) * (1 - y.share) + row(y.second) * y.share);
  });
}

}  // namespace bench::reference
