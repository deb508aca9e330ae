#include <algorithm>
#include <cmath>
#include <limits>

#include "models/reference_ops.h"
#include "models/shapes.h"
#include "models/strides.h"

namespace bench::reference {
namespace {

double apply(const Activation& op, double x) {
  using Kind = Activation::Kind;
  const double alpha = op.alpha, beta = op.beta;
  switch (op.kind) {
    case Kind::relu: return std::max(x, 0.0);
    case Kind::clip: return std::min(std::max(x, alpha), beta);
    case Kind::leaky_relu: return x >= 0 ? x : alpha * x;
    case Kind::elu: return x >= 0 ? x : alpha * std::expm1(x);
    case Kind::sigmoid: return 1 / (1 + std::exp(-x));
    case Kind::tanh: return std::tanh(x);
    case Kind::hard_sigmoid: return std::min(std::max(alpha * x + beta, 0.0), 1.0);
    case Kind::hard_swish: return x * std::min(std::max(x / 6 + 0.5, 0.0), 1.0);
    case Kind::swish: return x / (1 + std::exp(-x));
    case Kind::softplus: return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case Kind::exp: return std::exp(x);
    case Kind::log: return std::log(x);
    case Kind::sqrt: return std::sqrt(x);
    case Kind::abs: return std::abs(x);
    case Kind::neg: break;
  }
  return -x;
}

double apply(Arithmetic::Kind kind, double a, double b) {
  switch (kind) {
    case Arithmetic::Kind::add: return a + b;
    case Arithmetic::Kind::sub: return a - b;
    case Arithmetic::Kind::mul: return a * b;
    case Arithmetic::Kind::div: return a / b;
    case Arithmetic::Kind::pow: return std::pow(a, b);
    case Arithmetic::Kind::min: return std::min(a, b);
    case Arithmetic::Kind::max: break;
  }
  return std::max(a, b);
}

// result[i] = value(x[i], channel of i), the channel being the index on axis 1.
template <class Value>
Tensor for_each_element(const Tensor& x, Value value) {
  Tensor result(x.shape());
  const auto channels = static_cast<std::size_t>(x.rank() > 1 ? x.dim(1) : 1);
  std::size_t inner = 1;
  for (std::size_t axis = 2; axis < x.rank(); ++axis)
    inner *= static_cast<std::size_t>(x.dim(axis));
  const auto in = x.data<float>();
  const auto out = result.data<float>();
  for (std::size_t i = 0; i < in.size(); ++i) {
    out[i] = static_cast<float>(value(double{in[i]}, i / inner % channels));
  }
  return result;
}

double start_of(Reduce::Kind kind) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (kind == Reduce::Kind::max) return -infinity;
  if (kind == Reduce::Kind::min) return infinity;
  return 0;
}

double accumulate(Reduce::Kind kind, double so_far, double x) {
  switch (kind) {
    case Reduce::Kind::max: return std::max(so_far, x);
    case Reduce::Kind::min: return std::min(so_far, x);
    case Reduce::Kind::l2: return so_far + x * x;
    case Reduce::Kind::sum:
    case Reduce::Kind::mean: break;
  }
  return so_far + x;
}

double finish(Reduce::Kind kind, double total, double elements) {
  if (kind == Reduce::Kind::mean) return total / elements;
  return kind == Reduce::Kind::l2 ? std::sqrt(total) : total;
}

}  // namespace

Tensor compute(const BatchNorm& op, Inputs inputs, const Shape&) {
  const auto gamma = op.gamma.data<float>(), beta = op.beta.data<float>();
  const auto mean = op.mean.data<float>(), variance = op.variance.data<float>();
  return for_each_element(*inputs[0], [&](double x, std::size_t c) {
    return gamma[c] * (x - mean[c]) / std::sqrt(double{variance[c]} + op.epsilon) + beta[c];
  });
}

Tensor compute(const Activation& op, Inputs inputs, const Shape&) {
  return for_each_element(*inputs[0], [&](double x, std::size_t) { return apply(op, x); });
}

Tensor compute(const PRelu& op, Inputs inputs, const Shape&) {
  const auto slope = op.slope.data<float>();
  return for_each_element(*inputs[0], [&](double x, std::size_t c) {
    return x >= 0 ? x : slope[slope.size() == 1 ? 0 : c] * x;
  });
}

Tensor compute(const Arithmetic& op, Inputs inputs, const Shape& shape) {
  Tensor result(shape);
  const auto a = inputs[0]->data<float>(), b = inputs[1]->data<float>();
  const auto out = result.data<float>();
  const auto from_a = offsets(shape, broadcast_strides(inputs[0]->shape(), shape));
  const auto from_b = offsets(shape, broadcast_strides(inputs[1]->shape(), shape));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float x = a[static_cast<std::size_t>(from_a[i])];
    const float y = b[static_cast<std::size_t>(from_b[i])];
    out[i] = static_cast<float>(apply(op.kind, x, y));
  }
  return result;
}

// exp(x - max) / sum, so that no exponential overflows.
Tensor compute(const Softmax& op, Inputs inputs, const Shape& shape) {
  Tensor result(shape);
  const std::size_t axis = *resolve_axis(op.axis, shape.size());
  const std::int64_t length = shape[axis], step = strides_of(shape)[axis];
  Shape lines = shape;
  lines[axis] = 1;
  const auto in = inputs[0]->data<float>();
  const auto out = result.data<float>();
  for (const std::int64_t start : offsets(lines, strides_of(shape))) {
    const auto at = [&](std::int64_t i) { return static_cast<std::size_t>(start + i * step); };
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::int64_t i = 0; i < length; ++i) largest = std::max(largest, double{in[at(i)]});
    for (std::int64_t i = 0; i < length; ++i) sum += std::exp(in[at(i)] - largest);
    for (std::int64_t i = 0; i < length; ++i) {
      out[at(i)] = static_cast<float>(std::exp(in[at(i)] - largest) / sum);
    }
  }
  return result;
}

Tensor compute(const Reduce& op, Inputs inputs, const Shape& shape) {
  const Tensor& x = *inputs[0];
  Shape kept = x.shape();
  for (const int axis : op.axes) kept[*resolve_axis(axis, kept.size())] = 1;
  Tensor result(shape);
  std::vector<double> totals(static_cast<std::size_t>(result.size()), start_of(op.kind));
  const auto in = x.data<float>();
  const auto into = offsets(x.shape(), broadcast_strides(kept, x.shape()));
  for (std::size_t i = 0; i < in.size(); ++i) {
    double& total = totals[static_cast<std::size_t>(into[i])];
    total = accumulate(op.kind, total, in[i]);
  }
  const double elements = static_cast<double>(in.size()) / static_cast<double>(totals.size());
  const auto out = result.data<float>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>(finish(op.kind, totals[i], elements));
  }
  return result;
}

Tensor compute(const FakeQuantize& op, Inputs inputs, const Shape&) {
  const Tensor& x = *inputs[0];
  if (const auto* grid = std::get_if<Grid>(&op.grid)) return fake_quantize(*grid, x, "input");
  return fake_quantize(grid_for(std::get<DynamicGrid>(op.grid), x, "input"), x, "input");
}

}  // namespace bench::reference
