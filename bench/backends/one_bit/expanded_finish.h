#pragma once
// From oneDNN's sums to a layer's result.

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "bench/backends/one_bit/convolution.h"
#include "bench/backends/one_bit/expanded_loops.h"

namespace bench::one_bit {

/// The sums come as those of (sign + 1) * weight, which are larger than the layer's by the sum of
/// an output's weights: `offsets`, one for each output.
class ExpandedFinish {
 public:
  ExpandedFinish(Result result, std::vector<std::int32_t> offsets);

  /// The sums of some neighbouring pixels, whose first is number `pixel` of the result.
  void apply(const std::int32_t* sums, std::size_t pixels, std::size_t pixel,
             const BoundConvolution::Arguments& arguments) const;

  std::int64_t bytes() const;

 private:
  std::vector<std::int32_t> offsets_;
  std::variant<ToSums, ToFloat, SignRule> result_;
};

}  // namespace bench::one_bit
