#pragma once
// The arrays of an MXNet network: a list of records, then a list of their names, little-endian.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "models/tensor.h"

namespace bench {

/// One array as it lies in the file.
struct MxnetArray {
  enum class Type { f32, f64, f16, u8, i32, i8, i64 };  // in the order of their numbers
  Type type = Type::f32;
  Shape shape;
  std::string_view bytes;
};

/// By name, without "arg:" or "aux:".
using MxnetArrays = std::map<std::string, MxnetArray, std::less<>>;

/// Reads records of all versions (MXNet 0.5 to 1.9, numpy shapes). `bytes` must outlive the result.
/// Throws Error{bad_data} naming record and offset; Error{unsupported} for sparse arrays and
/// unknown types.
MxnetArrays parse_mxnet_params(std::string_view bytes);

/// Every element as f32. Throws Error{bad_data} if one is not finite.
Tensor to_floats(const MxnetArray& array);

/// How many signs a word of packed weights holds: 32, or 64. Throws Error{bad_data} if an element
/// has neither size.
int bits_of_word(const MxnetArray& array);

/// Bit `number` of the array, counted from each word's least significant one.
inline bool bit_of(const MxnetArray& array, std::uint64_t number) {
  return (static_cast<unsigned char>(array.bytes[number / 8]) >> (number % 8)) & 1;
}

}  // namespace bench
