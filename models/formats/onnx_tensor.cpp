#include "models/formats/onnx_tensor.h"

#include <bit>
#include <cstring>
#include <limits>

#include "models/error.h"
#include "models/formats/half.h"
#include "models/formats/onnx.pb.h"
#include "models/formats/onnx_external.h"

namespace bench {
namespace {

// The numbers of TensorProto.DataType.
enum : int { kFloat = 1, kUint8 = 2, kInt8 = 3, kInt32 = 6, kInt64 = 7, kBool = 9 };
enum : int { kFloat16 = 10, kDouble = 11, kBfloat16 = 16 };

float from_bfloat(std::uint16_t value) { return std::bit_cast<float>(std::uint32_t{value} << 16); }

/// The i-th Raw of `bytes`, which may lie on any address.
template <class Raw>
Raw load(std::string_view bytes, std::size_t i) {
  Raw value;
  std::memcpy(&value, bytes.data() + i * sizeof(Raw), sizeof(Raw));
  return value;
}

template <class Out, class Raw, class Convert>
Tensor from_raw(const Shape& shape, std::string_view bytes, Convert convert) {
  Tensor result(shape, dtype_of<Out>());
  const auto out = result.data<Out>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = convert(load<Raw>(bytes, i));
  return result;
}

template <class Out, class List, class Convert>
Tensor from_list(const Shape& shape, const List& list, Convert convert) {
  Tensor result(shape, dtype_of<Out>());
  const auto out = result.data<Out>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<Out>(convert(list.Get(static_cast<int>(i))));
  }
  return result;
}

constexpr auto as_is = [](auto x) { return x; };
constexpr auto narrowed = [](double x) { return static_cast<float>(x); };

std::size_t element_bytes(int type) {
  switch (type) {
    case kUint8:
    case kInt8:
    case kBool: return 1;
    case kFloat16:
    case kBfloat16: return 2;
    case kFloat:
    case kInt32: return 4;
    case kInt64:
    case kDouble: return 8;
    default:
      throw Error(Fault::unsupported,
                  "element type " + std::to_string(type) + " (TensorProto.DataType)");
  }
}

Tensor from_bytes(int type, const Shape& shape, std::string_view bytes) {
  const std::size_t needed = static_cast<std::size_t>(count(shape)) * element_bytes(type);
  if (bytes.size() != needed) {
    throw Error(Fault::bad_data, "holds " + std::to_string(bytes.size()) + " bytes, its dims " +
                                     to_string(shape) + " need " + std::to_string(needed));
  }
  switch (type) {
    case kUint8:
    case kBool: return from_raw<std::uint8_t, std::uint8_t>(shape, bytes, as_is);
    case kInt8: return from_raw<std::int8_t, std::int8_t>(shape, bytes, as_is);
    case kFloat16: return from_raw<float, std::uint16_t>(shape, bytes, from_half);
    case kBfloat16: return from_raw<float, std::uint16_t>(shape, bytes, from_bfloat);
    case kInt32: return from_raw<std::int32_t, std::int32_t>(shape, bytes, as_is);
    case kInt64: return from_raw<std::int64_t, std::int64_t>(shape, bytes, as_is);
    case kDouble: return from_raw<float, double>(shape, bytes, narrowed);
    default: return from_raw<float, float>(shape, bytes, as_is);
  }
}

std::int64_t typed_values(const bench_onnx::TensorProto& proto) {
  switch (proto.data_type()) {
    case kFloat: return proto.float_data_size();
    case kDouble: return proto.double_data_size();
    case kInt64: return proto.int64_data_size();
    default: return proto.int32_data_size();
  }
}

Tensor from_typed(const bench_onnx::TensorProto& proto, const Shape& shape) {
  if (typed_values(proto) != count(shape)) {
    throw Error(Fault::bad_data, "holds " + std::to_string(typed_values(proto)) +
                                     " values, its dims " + to_string(shape) + " need " +
                                     std::to_string(count(shape)));
  }
  const auto& narrow = proto.int32_data();
  const auto half = [](std::int32_t x) { return from_half(static_cast<std::uint16_t>(x)); };
  const auto bfloat = [](std::int32_t x) { return from_bfloat(static_cast<std::uint16_t>(x)); };
  switch (proto.data_type()) {
    case kUint8:
    case kBool: return from_list<std::uint8_t>(shape, narrow, as_is);
    case kInt8: return from_list<std::int8_t>(shape, narrow, as_is);
    case kFloat16: return from_list<float>(shape, narrow, half);
    case kBfloat16: return from_list<float>(shape, narrow, bfloat);
    case kInt32: return from_list<std::int32_t>(shape, narrow, as_is);
    case kInt64: return from_list<std::int64_t>(shape, proto.int64_data(), as_is);
    case kDouble: return from_list<float>(shape, proto.double_data(), narrowed);
    default: return from_list<float>(shape, proto.float_data(), as_is);
  }
}

}  // namespace

Tensor tensor_from_onnx(const bench_onnx::TensorProto& proto, OnnxFiles& files) {
  const Shape shape(proto.dims().begin(), proto.dims().end());
  for (const std::int64_t d : shape) {
    if (d < 0) throw Error(Fault::bad_data, "has the negative dimension " + std::to_string(d));
  }
  const std::size_t width = element_bytes(proto.data_type());
  if (proto.data_location() == 1) {
    std::map<std::string, std::string> entries;
    for (const auto& entry : proto.external_data()) entries[entry.key()] = entry.value();
    const auto needed = static_cast<std::uint64_t>(count(shape)) * width;
    return from_bytes(proto.data_type(), shape, read_onnx_external(entries, needed, files));
  }
  if (!proto.has_raw_data() || (proto.raw_data().empty() && typed_values(proto) > 0)) {
    return from_typed(proto, shape);
  }
  if (typed_values(proto) > 0) throw Error(Fault::bad_data, "holds both raw and typed data");
  return from_bytes(proto.data_type(), shape, proto.raw_data());
}

}  // namespace bench
