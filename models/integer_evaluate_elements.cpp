#include <algorithm>
#include <limits>

#include "models/integer_ops.h"
#include "models/reference.h"
#include "models/shapes.h"
#include "models/strides.h"

namespace bench::integer {
namespace {

using Numbers = std::span<const std::int32_t>;

Numbers data(const Operands& operands, std::size_t i = 0) {
  return operands.numbers(i).data<std::int32_t>();
}

// result[i] = value(a[i], b[i]), the inputs stretched to the result's shape.
template <class Value>
Tensor for_each_pair(const Operands& operands, Value value) {
  const Shape& shape = operands.shape;
  Tensor result(shape, DType::i32);
  const auto from_a = offsets(shape, broadcast_strides(operands.numbers(0).shape(), shape));
  const auto from_b = offsets(shape, broadcast_strides(operands.numbers(1).shape(), shape));
  const Numbers a = data(operands, 0), b = data(operands, 1);
  const auto out = result.data<std::int32_t>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = value(a[static_cast<std::size_t>(from_a[i])], b[static_cast<std::size_t>(from_b[i])]);
  }
  return result;
}

// An op that only picks values, as the graph's meaning has it: floats hold 8-bit numbers exactly.
Tensor pick(const bench::Op& op, const Operands& operands) {
  std::vector<Tensor> floats;
  for (const IntegerValue* value : operands.values) {
    floats.emplace_back(value->numbers.shape());
    if (value->numbers.type() == DType::i32) {
      std::ranges::copy(value->numbers.data<std::int32_t>(), floats.back().data<float>().begin());
    }
  }
  std::vector<const Tensor*> inputs;
  for (const Tensor& tensor : floats) inputs.push_back(&tensor);
  const Tensor picked = evaluate_node(op, inputs, operands.shape);
  Tensor result(picked.shape(), DType::i32);
  std::ranges::transform(picked.data<float>(), result.data<std::int32_t>().begin(),
                         [](float x) { return static_cast<std::int32_t>(x); });
  return result;
}

}  // namespace

Tensor compute(const Add& op, const Operands& operands) {
  return for_each_pair(operands,
                       [&](std::int32_t a, std::int32_t b) { return op.rule.apply(a, b); });
}

Tensor compute(const Multiply& op, const Operands& operands) {
  const std::int32_t za = operands.zero_point(0), zb = operands.zero_point(1);
  return for_each_pair(operands, [&](std::int32_t a, std::int32_t b) {
    return op.requantizer.apply((a - za) * (b - zb), 0);
  });
}

Tensor compute(const Max& op, const Operands& operands) { return pick(op.window, operands); }
Tensor compute(const Move& op, const Operands& operands) { return pick(op.op, operands); }

Tensor compute(const Lookup& op, const Operands& operands) {
  Tensor result(operands.shape, DType::i32);
  const std::int32_t low = lowest(*operands.nodes[0]->grid);
  std::ranges::transform(data(operands), result.data<std::int32_t>().begin(), [&](std::int32_t x) {
    return op.table[static_cast<std::size_t>(x - low)];
  });
  return result;
}

Tensor compute(const PReluNumbers& op, const Operands& operands) {
  Tensor result(operands.shape, DType::i32);
  const Shape& shape = operands.shape;
  const auto inner = static_cast<std::size_t>(shape.size() > 1 ? strides_of(shape)[1] : 1);
  const Numbers x = data(operands);
  const auto out = result.data<std::int32_t>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::int32_t from_zero = x[i] - operands.zero_point();
    const std::size_t c = i / inner % op.sign.size();
    out[i] = from_zero >= 0 ? op.positive.apply(from_zero, 0)
                            : op.negative.apply(op.sign[c] * from_zero, c);
  }
  return result;
}

Tensor compute(const SoftmaxNumbers& op, const Operands& operands) {
  const Shape& shape = operands.shape;
  const std::size_t axis = *resolve_axis(op.axis, shape.size());
  const std::int64_t length = shape[axis], step = strides_of(shape)[axis];
  Shape lines = shape;
  lines[axis] = 1;
  Tensor result(shape, DType::i32);
  const Numbers x = data(operands);
  const auto out = result.data<std::int32_t>();
  for (const std::int64_t start : offsets(lines, strides_of(shape))) {
    const auto at = [&](std::int64_t i) { return static_cast<std::size_t>(start + i * step); };
    std::int32_t largest = std::numeric_limits<std::int32_t>::min();
    for (std::int64_t i = 0; i < length; ++i) largest = std::max(largest, x[at(i)]);
    const auto exponential = [&](std::int64_t i) {
      return std::int64_t{op.exponentials[static_cast<std::size_t>(largest - x[at(i)])]};
    };
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < length; ++i) sum += exponential(i) << 16;
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t number = (2 * exponential(i) * op.inverse + sum) / (2 * sum);
      out[at(i)] = static_cast<std::int32_t>(std::clamp<std::int64_t>(
          number + op.target.zero_point, op.target.lowest, op.target.highest));
    }
  }
  return result;
}

}  // namespace bench::integer
