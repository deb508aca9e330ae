#include "models/strides.h"

namespace bench {

Strides strides_of(const Shape& shape) {
  Strides strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

Strides broadcast_strides(const Shape& from, const Shape& to) {
  const Strides own = strides_of(from);
  Strides strides(to.size(), 0);
  const std::size_t missing = to.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] != 1) strides[missing + i] = own[i];
  }
  return strides;
}

std::vector<std::int64_t> offsets(const Shape& shape, const Strides& strides, std::int64_t start) {
  const auto total = static_cast<std::size_t>(count(shape));
  std::vector<std::int64_t> result;
  result.reserve(total);
  if (total > 0) result.push_back(start);
  // Grown from the last axis outwards, each axis repeating what is there at its own steps.
  for (std::size_t axis = shape.size(); axis-- > 0 && total > 0;) {
    const std::size_t block = result.size();
    for (std::int64_t index = 1; index < shape[axis]; ++index) {
      for (std::size_t i = 0; i < block; ++i) result.push_back(result[i] + index * strides[axis]);
    }
  }
  return result;
}

}  // namespace bench
