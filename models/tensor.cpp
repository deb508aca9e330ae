#include "models/tensor.h"

#include <stdexcept>

#include "models/error.h"

namespace bench {

std::size_t size_of(DType type) {
  switch (type) {
    case DType::f32:
    case DType::i32: return 4;
    case DType::i64: return 8;
    case DType::u8:
    case DType::i8: return 1;
  }
  throw std::logic_error("size_of: no such element type");
}

std::string_view name_of(DType type) {
  switch (type) {
    case DType::f32: return "f32";
    case DType::i32: return "i32";
    case DType::i64: return "i64";
    case DType::u8: return "u8";
    case DType::i8: return "i8";
  }
  throw std::logic_error("name_of: no such element type");
}

std::string to_string(const Shape& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += 'x';
    text += shape[i] < 0 ? "?" : std::to_string(shape[i]);
  }
  return text;
}

std::int64_t count(const Shape& shape) {
  constexpr std::int64_t limit = std::int64_t{1} << 48;
  std::int64_t product = 1;
  bool zero = false;
  for (const std::int64_t d : shape) {
    if (d < 0) throw Error(Fault::bad_data, "shape " + to_string(shape) + " has an unknown size");
    if (d == 0) {
      zero = true;
      continue;
    }
    if (d > limit / product) {
      throw Error(Fault::bad_data, "shape " + to_string(shape) + " has over 2^48 elements");
    }
    product *= d;
  }
  return zero ? 0 : product;
}

Tensor::Tensor(Shape shape, DType type)
    : type_(type), shape_(std::move(shape)), size_(count(shape_)) {
  bytes_.resize(static_cast<std::size_t>(size_) * size_of(type_));
}

Tensor Tensor::without_elements(const Tensor& tensor) {
  Tensor left;
  left.type_ = tensor.type_;
  left.shape_ = tensor.shape_;
  return left;
}

Tensor Tensor::reshaped(Shape shape) && {
  if (count(shape) != size_) {
    throw std::logic_error("reshaped: " + to_string(shape_) + " to " + to_string(shape));
  }
  shape_ = std::move(shape);
  return std::move(*this);
}

void Tensor::check(DType wanted) const {
  if (wanted != type_) {
    throw std::logic_error("tensor " + to_string(shape_) + " of " + std::string(name_of(type_)) +
                           " used as another type or with another number of values");
  }
}

}  // namespace bench
