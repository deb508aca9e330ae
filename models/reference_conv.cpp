#include <algorithm>

#include "models/convolution_loops.h"
#include "models/reference_ops.h"

namespace bench::reference {
Tensor compute(const Conv2d& op, Inputs inputs, const Shape& shape) {
  const Tensor& x = *inputs[0];
  Tensor result(shape);
  const loops::Plane in_size{x.dim(2), x.dim(3)}, out_size{shape[2], shape[3]};
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
            loops::add_tap(op, kh, kw, double{*weight++}, in, in_size, sums.data(), out_size);
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
