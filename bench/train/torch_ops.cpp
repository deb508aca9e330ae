#include "bench/train/torch_ops.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "models/pool_window.h"
#include "models/resize_neighbours.h"
#include "models/shapes.h"

namespace bench::torch_ops {
namespace {

using Sizes = std::vector<std::int64_t>;

Sizes sizes(const Pair& pair) { return {pair.h, pair.w}; }

// How far windows reach past the input and its left padding: what has to be added on the right, so
// that libtorch, which rounds down, gives `out` of them.
std::int64_t pad_right(std::int64_t in, std::int64_t left, std::int64_t out, int kernel, int stride,
                       int dilation) {
  const std::int64_t reach = (out - 1) * stride + std::int64_t{dilation} * (kernel - 1) + 1;
  return std::max<std::int64_t>(0, reach - in - left);
}

template <class Pool>
at::Tensor padded(const Pool& op, const at::Tensor& x, const Shape& shape, Pair dilation,
                  float value) {
  const auto right =
      pad_right(x.size(3), op.pad.left, shape[3], op.kernel.w, op.stride.w, dilation.w);
  const auto bottom =
      pad_right(x.size(2), op.pad.top, shape[2], op.kernel.h, op.stride.h, dilation.h);
  const Sizes pads{op.pad.left, right, op.pad.top, bottom};
  if (std::ranges::count(pads, 0) == 4) return x;
  return at::constant_pad_nd(x, pads, value);
}

// What the sum over each window is divided by.
at::Tensor divisors(const AveragePool& op, const at::Tensor& x, const Shape& shape) {
  at::Tensor table = at::empty({shape[2], shape[3]}, at::kFloat);
  float* out = table.data_ptr<float>();
  for (std::int64_t h = 0; h < shape[2]; ++h) {
    for (std::int64_t w = 0; w < shape[3]; ++w) {
      *out++ = static_cast<float>(pool_window(op, x.size(2), x.size(3), h, w).divisor);
    }
  }
  return table.to(x.device());
}

// Output pixels along `axis` as weighted means of two input pixels.
at::Tensor resized(const at::Tensor& x, int axis, const std::vector<Neighbours>& list) {
  const auto size = static_cast<std::int64_t>(list.size());
  at::Tensor first = at::empty({size}, at::kLong), second = at::empty({size}, at::kLong);
  at::Tensor share = at::empty({size}, at::kFloat);
  for (std::size_t i = 0; i < list.size(); ++i) {
    first.data_ptr<std::int64_t>()[i] = list[i].first;
    second.data_ptr<std::int64_t>()[i] = list[i].second;
    share.data_ptr<float>()[i] = static_cast<float>(list[i].share);
  }
  const at::Tensor near = at::index_select(x, axis, first.to(x.device()));
  if (at::equal(first, second)) return near;
  if (axis == 2) share = share.reshape({size, 1});
  share = share.to(x.device());
  return near * (1 - share) + at::index_select(x, axis, second.to(x.device())) * share;
}

}  // namespace

at::Tensor convolve(const Conv2d& op, const at::Tensor& x, const at::Tensor& weight,
                    const at::Tensor& bias) {
  const Padding& pad = op.pad;
  if (pad.top == pad.bottom && pad.left == pad.right) {
    return at::conv2d(x, weight, bias, sizes(op.stride), Sizes{pad.top, pad.left},
                      sizes(op.dilation), op.groups);
  }
  const Sizes around{pad.left, pad.right, pad.top, pad.bottom};
  return at::conv2d(at::constant_pad_nd(x, around, 0), weight, bias, sizes(op.stride), Sizes{0, 0},
                    sizes(op.dilation), op.groups);
}

at::Tensor compute(const MaxPool& op, Inputs inputs, const Shape& shape) {
  constexpr float never = -std::numeric_limits<float>::infinity();
  return at::max_pool2d(padded(op, inputs[0], shape, op.dilation, never), sizes(op.kernel),
                        sizes(op.stride), Sizes{0, 0}, sizes(op.dilation));
}

at::Tensor compute(const AveragePool& op, Inputs inputs, const Shape& shape) {
  const at::Tensor sums = at::avg_pool2d(padded(op, inputs[0], shape, {1, 1}, 0), sizes(op.kernel),
                                         sizes(op.stride), Sizes{0, 0}, false, true, 1);
  return sums / divisors(op, inputs[0], shape);
}

at::Tensor compute(const Resize& op, Inputs inputs, const Shape& shape) {
  const at::Tensor& x = inputs[0];
  const float scale_w = op.scale_h > 0 ? op.scale_w : 0;
  const at::Tensor rows = resized(x, 2, neighbours(op, x.size(2), shape[2], op.scale_h));
  return resized(rows, 3, neighbours(op, x.size(3), shape[3], scale_w));
}

at::Tensor compute(const Activation& op, Inputs inputs, const Shape&) {
  using Kind = Activation::Kind;
  const at::Tensor& x = inputs[0];
  switch (op.kind) {
    case Kind::relu: return at::relu(x);
    case Kind::clip: return at::clamp(x, op.alpha, op.beta);
    case Kind::leaky_relu: return at::leaky_relu(x, op.alpha);
    case Kind::elu: return at::elu(x, op.alpha);
    case Kind::sigmoid: return at::sigmoid(x);
    case Kind::tanh: return at::tanh(x);
    case Kind::hard_sigmoid: return at::clamp(op.alpha * x + op.beta, 0, 1);
    case Kind::hard_swish: return x * at::clamp(x / 6 + 0.5f, 0, 1);
    case Kind::swish: return at::silu(x);
    case Kind::softplus: return at::softplus(x);
    case Kind::exp: return at::exp(x);
    case Kind::log: return at::log(x);
    case Kind::sqrt: return at::sqrt(x);
    case Kind::abs: return at::abs(x);
    case Kind::neg: break;
  }
  return -x;
}

at::Tensor compute(const Arithmetic& op, Inputs inputs, const Shape&) {
  const at::Tensor &a = inputs[0], &b = inputs[1];
  switch (op.kind) {
    case Arithmetic::Kind::add: return a + b;
    case Arithmetic::Kind::sub: return a - b;
    case Arithmetic::Kind::mul: return a * b;
    case Arithmetic::Kind::div: return a / b;
    case Arithmetic::Kind::pow: return at::pow(a, b);
    case Arithmetic::Kind::min: return at::minimum(a, b);
    case Arithmetic::Kind::max: break;
  }
  return at::maximum(a, b);
}

at::Tensor compute(const Softmax& op, Inputs inputs, const Shape&) {
  return at::softmax(inputs[0], op.axis);
}

at::Tensor compute(const Reduce& op, Inputs inputs, const Shape&) {
  const at::Tensor& x = inputs[0];
  const Sizes axes(op.axes.begin(), op.axes.end());
  // To libtorch no axes mean all, to us none.
  if (axes.empty()) return op.kind == Reduce::Kind::l2 ? at::abs(x) : x;
  switch (op.kind) {
    case Reduce::Kind::mean: return at::mean(x, axes, op.keep_dims);
    case Reduce::Kind::sum: return at::sum(x, axes, op.keep_dims);
    case Reduce::Kind::max: return at::amax(x, axes, op.keep_dims);
    case Reduce::Kind::min: return at::amin(x, axes, op.keep_dims);
    case Reduce::Kind::l2: break;
  }
  return at::norm(x, 2, axes, op.keep_dims);
}

at::Tensor compute(const Concat& op, Inputs inputs, const Shape&) {
  return at::cat(std::vector<at::Tensor>(inputs.begin(), inputs.end()), op.axis);
}

at::Tensor compute(const Slice& op, Inputs inputs, const Shape& shape) {
  const at::Tensor& x = inputs[0];
  const auto axis = static_cast<std::int64_t>(*resolve_axis(op.axis, shape.size()));
  const std::int64_t size = x.size(axis), kept = shape[static_cast<std::size_t>(axis)];
  const auto begin = std::clamp<std::int64_t>(op.begin < 0 ? op.begin + size : op.begin, 0, size);
  const std::int64_t end = kept > 0 ? begin + (kept - 1) * op.step + 1 : begin;
  return at::slice(x, axis, begin, end, op.step);
}

at::Tensor compute(const Transpose& op, Inputs inputs, const Shape&) {
  return inputs[0].permute(Sizes(op.order.begin(), op.order.end()));
}

at::Tensor compute(const Reshape&, Inputs inputs, const Shape& shape) {
  return inputs[0].reshape(shape);
}

at::Tensor compute(const Pad& op, Inputs inputs, const Shape&) {
  Sizes pads;  // the last axis first
  for (std::size_t i = op.before.size(); i-- > 0;) {
    pads.push_back(op.before[i]);
    pads.push_back(op.after[i]);
  }
  return at::constant_pad_nd(inputs[0], pads, op.value);
}

}  // namespace bench::torch_ops
