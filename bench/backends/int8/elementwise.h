#pragma once
// Functions of bytes, element by element: the same integers as evaluate_node, in loops that become
// vectors.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/requantize.h"
#include "models/rescale.h"

namespace bench::int8 {

using Bytes = std::span<const std::uint8_t>;

/// For every byte its successor.
using ByteTable = std::array<std::uint8_t, 256>;

/// to[i] = table[from[i]]; may be the same memory.
void look_up(const ByteTable& table, Bytes from, std::uint8_t* to);

/// a + b of two tensors. The offsets are those of byte_offset().
class AddBytes {
 public:
  AddBytes(const RescaledAdd& rule, int offset_a, int offset_b, int offset_sum);
  /// REQUIRES equal sizes; `sum` may be one of them.
  void operator()(Bytes a, Bytes b, std::uint8_t* sum) const;

 private:
  bool in_float_;
  std::array<std::int32_t, 256> term_a_, term_b_;
  std::int32_t zero_a_, zero_b_;
  float scale_a_, scale_b_;
  Requantizer output_;
};

/// a * b, b one number or as many as a. The zeros are the bytes of 0.
class MultiplyBytes {
 public:
  MultiplyBytes(const Requantizer& requantizer, int zero_a, int zero_b, int offset_product);
  /// REQUIRES b of one element or as many as a.
  void operator()(Bytes a, Bytes b, std::uint8_t* product) const;

 private:
  std::int32_t zero_a_, zero_b_;
  Requantizer output_;
};

/// requantizer.apply(sums[i], 0) as bytes. The requantizer's range has been moved to bytes.
void requantize(const Requantizer& requantizer, std::span<const std::int32_t> sums,
                std::uint8_t* bytes);

}  // namespace bench::int8
