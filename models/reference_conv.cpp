#include <algorithm>

#include "models/reference_ops.h"

namespace bench::reference {
namespace {

// The outputs o of one axis whose tap lies inside the input: 0 <= o * stride + shift < size.
struct Range {
  std::int64_t begin, end;
  Range(std::int64_t outputs, std::int64_t stride, std::int64_t shift, std::int64_t size) {
    const auto ceil_div = [stride](std::int64_t a) { return a <= 0 ? 0 : (a - 1) / stride + 1; };
    end = std::min(outputs, ceil_div(size - shift));
    begin = std::min(end, ceil_div(-shift));
  }
};

struct Plane {
  std::int64_t h, w;
  std::int64_t size() const { return h * w; }
};

// sums += weight * (input shifted by one tap of the kernel)
void add_tap(const Conv2d& op, std::int64_t kh, std::int64_t kw, double weight, const float* in,
             Plane in_size, double* sums, Plane out_size) {
  const std::int64_t shift_h = kh * op.dilation.h - op.pad.top;
  const std::int64_t shift_w = kw * op.dilation.w - op.pad.left;
  const Range rows(out_size.h, op.stride.h, shift_h, in_size.h);
  const Range columns(out_size.w, op.stride.w, shift_w, in_size.w);
  for (std::int64_t y = rows.begin; y < rows.end; ++y) {
    const std::int64_t row = (y * op.stride.h + shift_h) * in_size.w + shift_w;
    double* sum = sums + y * out_size.w;
    if (op.stride.w == 1) {  // apart, so that it vectorises
      for (std::int64_t x = columns.begin; x < columns.end; ++x) sum[x] += weight * in[row + x];
    } else {
      for (std::int64_t x = columns.begin; x < columns.end; ++x) {
        sum[x] += weight * in[row + x * op.stride.w];
      }
    }
  }
}

}  // namespace

Tensor compute(const Conv2d& op, Inputs inputs, const Shape& shape) {
  const Tensor& x = *inputs[0];
  Tensor result(shape);
  const Plane in_size{x.dim(2), x.dim(3)}, out_size{shape[2], shape[3]};
  const std::int64_t outputs = op.weight.dim(0), channels = op.weight.dim(1);
  const std::int64_t kernel_h = op.weight.dim(2), kernel_w = op.weight.dim(3);
  std::vector<double> sums(static_cast<std::size_t>(out_size.size()));
  float* out = result.data<float>().data();
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    for (std::int64_t o = 0; o < outputs; ++o) {
      const auto bias = op.bias.empty() ? 0.0f : op.bias.data<float>()[static_cast<std::size_t>(o)];
      std::fill(sums.begin(), sums.end(), double{bias});
      const std::int64_t first = o / (outputs / op.groups) * channels;  // channel of this group
      const float* weight = op.weight.data<float>().data() + o * channels * kernel_h * kernel_w;
      for (std::int64_t c = 0; c < channels; ++c) {
        const float* in = x.data<float>().data() + (n * x.dim(1) + first + c) * in_size.size();
        for (std::int64_t kh = 0; kh < kernel_h; ++kh) {
          for (std::int64_t kw = 0; kw < kernel_w; ++kw) {
            add_tap(op, kh, kw, *weight++, in, in_size, sums.data(), out_size);
          }
        }
      }
      for (const double sum : sums) *out++ = static_cast<float>(sum);
    }
  }
  return result;
}

Tensor compute(const Linear& op, Inputs inputs, const Shape& shape) {
  Tensor result(shape);
  const std::int64_t outputs = op.weight.dim(0), features = op.weight.dim(1);
  const float* row = inputs[0]->data<float>().data();
  float* out = result.data<float>().data();
  for (std::int64_t r = 0; r < result.size() / outputs; ++r, row += features) {
    const float* weight = op.weight.data<float>().data();
    for (std::int64_t o = 0; o < outputs; ++o, weight += features) {
      double sum = op.bias.empty() ? 0.0f : op.bias.data<float>()[static_cast<std::size_t>(o)];
      for (std::int64_t i = 0; i < features; ++i) sum += double{weight[i]} * row[i];
      *out++ = static_cast<float>(sum);
    }
  }
  return result;
}

}  // namespace bench::reference
