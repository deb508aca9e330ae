#include <algorithm>
#include <cstdlib>

#include "models/integer_ops.h"
#include "models/pool_window.h"
#include "models/resize_neighbours.h"
#include "models/roi_bins.h"

namespace bench::integer {
namespace {

std::int64_t half_away(std::int64_t sum, std::int64_t divisor) {
  const std::int64_t magnitude = (std::abs(sum) + divisor / 2) / divisor;
  return sum < 0 ? -magnitude : magnitude;
}

// From the sum over one window to its average, for windows of any number of pixels.
class Averages {
 public:
  Averages(const Average& op, const Operands& operands) : op_(op), operands_(operands) {}

  std::int32_t operator()(std::int64_t sum, std::int64_t count) {
    const auto n = static_cast<std::int32_t>(count), s = static_cast<std::int32_t>(sum);
    if (op_.own_grid) {
      return std::clamp(average_on_own_grid(s + n * operands_.zero_point(), n), op_.target.lowest,
                        op_.target.highest);
    }
    if (!rule_ || n != count_) {
      const Grid &from = *operands_.nodes[0]->grid, &to = *operands_.node.grid;
      rule_ = averager(op_.mode, {from.scale[0], from.zero_point[0]}, n, to.scale[0], op_.target,
                       operands_.node.name);
      count_ = n;
    }
    return rule_->apply(s, 0);
  }

 private:
  const Average& op_;
  const Operands& operands_;
  std::int32_t count_ = 0;
  std::optional<Requantizer> rule_;
};

}  // namespace

Tensor compute(const Average& op, const Operands& operands) {
  const Tensor& x = operands.numbers();
  const std::int64_t rows = x.dim(2), columns = x.dim(3);
  AveragePool window = op.window;
  if (window.kernel.h == 0) window.kernel = {static_cast<int>(rows), static_cast<int>(columns)};
  const bool all = op.window.kernel.h == 0;
  const std::int64_t out_h = all ? 1 : operands.shape[2], out_w = all ? 1 : operands.shape[3];
  Tensor result(operands.shape, DType::i32);
  std::int32_t* out = result.data<std::int32_t>().data();
  const std::int32_t* plane = operands.numbers().data<std::int32_t>().data();
  Averages average(op, operands);
  for (std::int64_t p = 0; p < x.dim(0) * x.dim(1); ++p, plane += rows * columns) {
    for (std::int64_t h = 0; h < out_h; ++h) {
      for (std::int64_t w = 0; w < out_w; ++w) {
        const PoolWindow seen = pool_window(window, rows, columns, h, w);
        std::int64_t sum = 0;
        for (std::int64_t i = seen.y_begin; i < seen.y_end; ++i) {
          for (std::int64_t j = seen.x_begin; j < seen.x_end; ++j) {
            sum += plane[i * columns + j] - operands.zero_point();
          }
        }
        *out++ = average(sum, seen.divisor);
      }
    }
  }
  return result;
}

Tensor compute(const MaxOfRegions& regions, const Operands& operands) {
  const RoiPool& op = regions.op;
  const Shape& features = operands.numbers().shape();
  const auto bins = roi_bins(op, features, operands.numbers(1).data<float>());
  Tensor result(operands.shape, DType::i32);
  roi_pool(bins, static_cast<std::size_t>(op.size.h) * static_cast<std::size_t>(op.size.w),
           features, operands.numbers().data<std::int32_t>().data(),
           quantize(*operands.node.grid, 0), result.data<std::int32_t>().data());
  return result;
}

std::vector<LinearTap> linear_taps(const Resize& op, std::int64_t in, std::int64_t out,
                                   float scale) {
  std::vector<LinearTap> taps;
  for (const Neighbours& n : neighbours(op, in, out, scale)) {
    taps.push_back({n.first, n.second, static_cast<std::int32_t>(n.share * 1024 + 0.5)});
  }
  return taps;
}

Tensor compute(const ResizeLinear& resize, const Operands& operands) {
  const Resize& op = resize.op;
  const Tensor& x = operands.numbers();
  const Shape& shape = operands.shape;
  const std::int64_t columns = x.dim(3);
  const auto ys = linear_taps(op, x.dim(2), shape[2], op.scale_h);
  const auto xs = linear_taps(op, columns, shape[3], op.scale_h > 0 ? op.scale_w : 0);
  Tensor result(shape, DType::i32);
  std::int32_t* out = result.data<std::int32_t>().data();
  const std::int32_t* plane = operands.numbers().data<std::int32_t>().data();
  for (std::int64_t p = 0; p < shape[0] * shape[1]; ++p, plane += x.dim(2) * columns) {
    for (const LinearTap& y : ys) {
      for (const LinearTap& t : xs) {
        const auto row = [&](std::int64_t r) {
          const std::int32_t* pixels = plane + r * columns;
          return std::int64_t{pixels[t.first]} * (1024 - t.second_weight) +
                 std::int64_t{pixels[t.second]} * t.second_weight;
        };
        const std::int64_t sum =
            row(y.first) * (1024 - y.second_weight) + row(y.second) * y.second_weight;
        *out++ = static_cast<std::int32_t>(half_away(sum, 1 << 20));
      }
    }
  }
  return result;
}

}  // namespace bench::integer
