#pragma once
// PReLU of bytes, channels innermost.

#include <cstdint>
#include <vector>

#include "bench/backends/int8/elementwise.h"
#include "models/integer_graph.h"

namespace bench::int8 {

class PReluBytes {
 public:
  /// `zero` is the byte of 0. REQUIRES as many slopes as channels, or one.
  PReluBytes(const integer::PReluNumbers& op, std::int64_t channels, int zero, int offset_result);

  /// REQUIRES whole pixels. `result` may be `from`.
  void operator()(Bytes from, std::uint8_t* result) const;

 private:
  void fill_tables(const integer::PReluNumbers& op, int offset_result);

  std::size_t channels_;
  std::int32_t zero_;
  bool in_float_;
  TargetRange target_;
  float positive_ = 0;
  std::vector<float> negative_;    // one for each channel, with the sign of its slope
  std::vector<ByteTable> tables_;  // in the integer modes: one for each channel
};

}  // namespace bench::int8
