#include <algorithm>

#include "models/reference_ops.h"
#include "models/shapes.h"
#include "models/strides.h"

namespace bench::reference {
namespace {

// to[i-th of `destinations`] = from[i-th of `sources`]
void copy(const Tensor& from, const std::vector<std::int64_t>& sources, Tensor& to,
          const std::vector<std::int64_t>& destinations) {
  const auto in = from.data<float>();
  const auto out = to.data<float>();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    out[static_cast<std::size_t>(destinations[i])] = in[static_cast<std::size_t>(sources[i])];
  }
}

std::vector<std::int64_t> all(const Shape& shape) { return offsets(shape, strides_of(shape)); }

}  // namespace

Tensor compute(const Concat& op, Inputs inputs, const Shape& shape) {
  Tensor result(shape);
  const std::size_t axis = *resolve_axis(op.axis, shape.size());
  const Strides strides = strides_of(shape);
  std::int64_t begin = 0;
  for (const Tensor* part : inputs) {
    copy(*part, all(part->shape()), result, offsets(part->shape(), strides, begin * strides[axis]));
    begin += part->dim(axis);
  }
  return result;
}

Tensor compute(const Slice& op, Inputs inputs, const Shape& shape) {
  Tensor result(shape);
  const Shape& from = inputs[0]->shape();
  const std::size_t axis = *resolve_axis(op.axis, shape.size());
  const std::int64_t begin =
      std::clamp<std::int64_t>(op.begin < 0 ? op.begin + from[axis] : op.begin, 0, from[axis]);
  Strides strides = strides_of(from);
  const std::int64_t start = begin * strides[axis];
  if (shape[axis] > 1) strides[axis] *= op.step;
  copy(*inputs[0], offsets(shape, strides, start), result, all(shape));
  return result;
}

Tensor compute(const Transpose& op, Inputs inputs, const Shape& shape) {
  Tensor result(shape);
  const Strides from = strides_of(inputs[0]->shape());
  Strides strides;
  for (const int axis : op.order) strides.push_back(from[static_cast<std::size_t>(axis)]);
  copy(*inputs[0], offsets(shape, strides), result, all(shape));
  return result;
}

Tensor compute(const Reshape&, Inputs inputs, const Shape& shape) {
  return Tensor(*inputs[0]).reshaped(shape);
}

// The kept box starts at max(0, -before) of the input and at max(0, before) of the result.
Tensor compute(const Pad& op, Inputs inputs, const Shape& shape) {
  Tensor result(shape);
  std::ranges::fill(result.data<float>(), op.value);
  const Shape& from = inputs[0]->shape();
  const Strides from_strides = strides_of(from), to_strides = strides_of(shape);
  Shape box = from;
  std::int64_t source = 0, destination = 0;
  for (std::size_t i = 0; i < box.size(); ++i) {
    const std::int64_t cut_before = std::max<std::int64_t>(0, -op.before[i]);
    const std::int64_t cut_after = std::max<std::int64_t>(0, -op.after[i]);
    box[i] = std::max<std::int64_t>(0, from[i] - cut_before - cut_after);
    source += cut_before * from_strides[i];
    destination += std::max<std::int64_t>(0, op.before[i]) * to_strides[i];
  }
  copy(*inputs[0], offsets(box, from_strides, source), result,
       offsets(box, to_strides, destination));
  return result;
}

}  // namespace bench::reference
