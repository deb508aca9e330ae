#include <algorithm>
#include <cmath>
#include <limits>

#include "models/reference_ops.h"

namespace bench::reference {
namespace {

// The part of a pooling window that lies on the input, along one axis.
struct Window {
  std::int64_t begin, end;
  std::int64_t size() const { return end - begin; }
  Window within(std::int64_t size) const {
    return {std::max<std::int64_t>(begin, 0), std::min(end, size)};
  }
};

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

// The two input pixels an output pixel lies between, and the share of the second.
struct Neighbours {
  std::int64_t first, second;
  double share;
};

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

// With ceil_mode the last window may hang over the padding as well; what hangs over never counts in
// the divisor, as in PyTorch.
Tensor compute(const AveragePool& op, Inputs inputs, const Shape& shape) {
  const std::int64_t rows = inputs[0]->dim(2), columns = inputs[0]->dim(3);
  return for_each_pixel(*inputs[0], shape, [&](const float* plane, std::int64_t h, std::int64_t w) {
    const std::int64_t top = h * op.stride.h - op.pad.top, left = w * op.stride.w - op.pad.left;
    const Window padded_y{top, std::min(top + op.kernel.h, rows + op.pad.bottom)};
    const Window padded_x{left, std::min(left + op.kernel.w, columns + op.pad.right)};
    const Window ys = padded_y.within(rows), xs = padded_x.within(columns);
    double sum = 0;
    for (std::int64_t y = ys.begin; y < ys.end; ++y) {
      for (std::int64_t x = xs.begin; x < xs.end; ++x) sum += plane[y * columns + x];
    }
    const std::int64_t divisor =
        op.count_include_pad ? padded_y.size() * padded_x.size() : ys.size() * xs.size();
    return static_cast<float>(sum / static_cast<double>(divisor));
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
