#pragma once
// Arrays. Tensor owns its elements, TensorView looks at somebody's. Row-major ("C") order.
// Conventions: activations NCHW, convolution weights OIHW, images HWC u8 RGB.

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class DType : std::uint8_t { f32, u8, i8, i32, i64 };

std::size_t size_of(DType type);
std::string_view name_of(DType type);

template <class T>
constexpr DType dtype_of();
template <>
constexpr DType dtype_of<float>() {
  return DType::f32;
}
template <>
constexpr DType dtype_of<std::uint8_t>() {
  return DType::u8;
}
template <>
constexpr DType dtype_of<std::int8_t>() {
  return DType::i8;
}
template <>
constexpr DType dtype_of<std::int32_t>() {
  return DType::i32;
}
template <>
constexpr DType dtype_of<std::int64_t>() {
  return DType::i64;
}

using Shape = std::vector<std::int64_t>;

/// "1x3x224x224"; "scalar" for an empty shape.
std::string to_string(const Shape& shape);

/// Number of elements. Throws Error{bad_data} on a negative dimension or on overflow of 2^48
/// elements.
std::int64_t count(const Shape& shape);

/// Memory on 64-byte boundaries, as vector units and oneDNN like it.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64}));
  }
  void deallocate(T* p, std::size_t) { ::operator delete (p, std::align_val_t{64}); }
  friend bool operator==(AlignedAllocator, AlignedAllocator) { return true; }
};

class Tensor {
 public:
  Tensor() = default;

  /// All elements zero. Throws as `count`.
  explicit Tensor(Shape shape, DType type = DType::f32);

  /// A copy of `values`. REQUIRES values.size() == count(shape).
  template <class T>
  static Tensor of(Shape shape, std::span<const T> values);
  static Tensor of(Shape shape, std::vector<float> values) {
    return of<float>(std::move(shape), std::span<const float>(values));
  }

  /// What is left of a tensor whose elements are held elsewhere, in another form: its type and its
  /// shape. It is empty.
  static Tensor without_elements(const Tensor& tensor);

  DType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  std::size_t rank() const { return shape_.size(); }
  /// Size along `axis`. REQUIRES 0 <= axis < rank().
  std::int64_t dim(std::size_t axis) const { return shape_[axis]; }
  /// Number of elements; 0 for a default-constructed Tensor.
  std::int64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// The elements. REQUIRES T to be the element type.
  template <class T>
  std::span<T> data() {
    check(dtype_of<T>());
    return {reinterpret_cast<T*>(bytes_.data()), static_cast<std::size_t>(size_)};
  }
  template <class T>
  std::span<const T> data() const {
    check(dtype_of<T>());
    return {reinterpret_cast<const T*>(bytes_.data()), static_cast<std::size_t>(size_)};
  }
  std::span<std::byte> bytes() { return bytes_; }
  std::span<const std::byte> bytes() const { return bytes_; }

  /// The same elements under another shape. REQUIRES count(shape) == size().
  Tensor reshaped(Shape shape) &&;

 private:
  void check(DType wanted) const;

  DType type_ = DType::f32;
  Shape shape_;
  std::int64_t size_ = 0;
  std::vector<std::byte, AlignedAllocator<std::byte>> bytes_;
};

struct TensorView {
  DType type = DType::f32;
  Shape shape;
  std::span<const std::byte> bytes;
};

template <class T>
Tensor Tensor::of(Shape shape, std::span<const T> values) {
  Tensor t(std::move(shape), dtype_of<T>());
  const auto out = t.data<T>();
  if (out.size() != values.size()) t.check(DType{255});  // always throws
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = values[i];
  return t;
}

}  // namespace bench
