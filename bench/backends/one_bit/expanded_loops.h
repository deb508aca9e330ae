#pragma once
// The loops around oneDNN's convolution of bytes: from bits to bytes, and from sums to bits.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bench/backends/one_bit/bits.h"
#include "bench/backends/one_bit/targets.h"
#include "bench/backends/one_bit/thresholds.h"

namespace bench::one_bit {

/// Every bit as a byte, its sign + 1: 2 or 0. REQUIRES room for 32 * `words` bytes and 32 more,
/// which may be written too.
void expand(const Word* bits, std::size_t words, std::uint8_t* bytes, Target target);

/// Which numbers become which signs: thresholds in a form without branches,
/// (x ^ flip) > bound, where flip is 0 or -1.
class SignRule {
 public:
  /// For numbers that are larger than the thresholds' by `offsets`, one for each. REQUIRES numbers
  /// and offsets between -2^28 and 2^28.
  SignRule(std::span<const Threshold<std::int32_t>> thresholds,
           std::span<const std::int32_t> offsets);

  /// The signs of `pixels` times as many numbers as there are thresholds.
  void apply(const std::int32_t* numbers, std::size_t pixels, Word* bits, Target target) const;

  std::int64_t bytes() const {
    return static_cast<std::int64_t>((flips_.size() + bounds_.size()) * sizeof(std::int32_t));
  }

 private:
  std::size_t channels_;
  std::vector<std::int32_t> flips_, bounds_;  // as many as the words have bits
};

}  // namespace bench::one_bit
