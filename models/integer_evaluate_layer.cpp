#include <limits>
#include <stdexcept>

#include "models/convolution_loops.h"
#include "models/integer_ops.h"

namespace bench::integer {
namespace {

using Sums = std::vector<std::int64_t>;

// The bits of a sum that `lower` has proved to fit.
std::int32_t narrowed(std::int64_t sum, const std::string& name) {
  using Limits = std::numeric_limits<std::int32_t>;
  if (sum < Limits::min() || sum > Limits::max()) {
    throw std::logic_error("node '" + name + "': a sum left 32 bits");
  }
  return static_cast<std::int32_t>(sum);
}

// x - its zero point: then padding is 0 and adds nothing.
std::vector<std::int32_t> from_zero(const Tensor& numbers, std::int32_t zero_point) {
  const auto data = numbers.data<std::int32_t>();
  std::vector<std::int32_t> moved(data.begin(), data.end());
  for (std::int32_t& x : moved) x -= zero_point;
  return moved;
}

std::vector<std::int64_t> weights_from_zero(const Layer& op) {
  const auto data = op.weight.data<std::int8_t>();
  const std::size_t row = data.size() / op.bias.size();
  const auto& zeros = op.weight_zero_point;
  std::vector<std::int64_t> moved(data.begin(), data.end());
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] -= zeros[zeros.size() == 1 ? 0 : i / row];
  return moved;
}

// result[i] = what becomes of sums[i], all of output o.
class Results {
 public:
  Results(const Layer& op, const Operands& operands)
      : op_(op),
        name_(operands.node.name),
        dynamic_scale_(operands.values[0]->dynamic_scale),
        tensor_(operands.shape, op.requantizer ? DType::i32 : DType::f32) {}

  void put(std::size_t i, std::int64_t sum, std::size_t o) {
    const std::int32_t fits = narrowed(sum, name_);
    if (op_.requantizer) {
      const Requantizer& by = fits < 0 && op_.negative ? *op_.negative : *op_.requantizer;
      tensor_.data<std::int32_t>()[i] = by.apply(fits, o);
      return;
    }
    const float scale = dynamic_scale_ > 0 ? op_.scale[o] * dynamic_scale_ : op_.scale[o];
    tensor_.data<float>()[i] = static_cast<float>(fits) * scale + op_.float_bias[o];
  }

  Tensor take() { return std::move(tensor_); }

 private:
  const Layer& op_;
  const std::string& name_;
  float dynamic_scale_;
  Tensor tensor_;
};

Tensor linear(const Layer& op, const Operands& operands) {
  const auto x = from_zero(operands.numbers(), operands.zero_point());
  const auto weight = weights_from_zero(op);
  const std::size_t outputs = op.bias.size(), features = weight.size() / outputs;
  Results results(op, operands);
  for (std::size_t row = 0; row < x.size() / features; ++row) {
    for (std::size_t o = 0; o < outputs; ++o) {
      std::int64_t sum = op.bias[o];
      for (std::size_t i = 0; i < features; ++i) {
        sum += weight[o * features + i] * x[row * features + i];
      }
      results.put(row * outputs + o, sum, o);
    }
  }
  return results.take();
}

Tensor convolution(const Layer& op, const Operands& operands) {
  const Shape &in = operands.numbers().shape(), &out = operands.shape;
  const loops::Plane in_size{in[2], in[3]}, out_size{out[2], out[3]};
  const std::int64_t outputs = out[1], channels = op.weight.dim(1);
  const auto x = from_zero(operands.numbers(), operands.zero_point());
  const auto weights = weights_from_zero(op);
  Sums sums(static_cast<std::size_t>(out_size.size()));
  Results results(op, operands);
  std::size_t done = 0;
  for (std::int64_t n = 0; n < out[0]; ++n) {
    const std::int64_t* weight = weights.data();
    for (std::int64_t o = 0; o < outputs; ++o) {
      sums.assign(sums.size(), op.bias[static_cast<std::size_t>(o)]);
      const std::int64_t first = o / (outputs / op.groups) * channels;  // channel of this group
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int32_t* plane = x.data() + (n * in[1] + first + c) * in_size.size();
        for (std::int64_t kh = 0; kh < op.weight.dim(2); ++kh) {
          for (std::int64_t kw = 0; kw < op.weight.dim(3); ++kw) {
            loops::add_tap(op, kh, kw, *weight++, plane, in_size, sums.data(), out_size);
          }
        }
      }
      for (const std::int64_t sum : sums) results.put(done++, sum, static_cast<std::size_t>(o));
    }
  }
  return results.take();
}

}  // namespace

Tensor compute(const Layer& op, const Operands& operands) {
  return op.linear ? linear(op, operands) : convolution(op, operands);
}

}  // namespace bench::integer
