#pragma once
// Layers of which only the weights are binary: signs times real numbers (BinaryConnect, Courbariaux
// et al. 2015; the binary-weight networks of Rastegari et al. 2016).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "bench/backends/one_bit/convolution.h"

namespace bench::one_bit {

/// An f32 feature map, NHWC.
struct FloatMap {
  std::int64_t batch = 1, height = 1, width = 1, channels = 0;
};

/// For maps of one size. Immutable.
class BoundRealInput {
 public:
  struct Arguments {
    const float* input = nullptr;  ///< without padding
    float* result = nullptr;       ///< NHWC
    std::span<const float* const> operands{};
    std::byte* scratch = nullptr;  ///< scratch_bytes(), on a 64-byte boundary
  };
  virtual ~BoundRealInput() = default;
  virtual std::size_t scratch_bytes() const = 0;
  virtual std::string implementation() const = 0;  ///< "binary-weight:AVX3_DL"
  virtual void run(const Arguments& arguments) const = 0;
};

/// Thread-safe.
class RealInputConvolution {
 public:
  virtual ~RealInputConvolution() = default;
  /// Throws Error{bad_data} where no window fits.
  virtual std::unique_ptr<const BoundRealInput> bind(const FloatMap& input) const = 0;
  virtual std::int64_t weight_bytes() const = 0;  ///< as held in memory
};

/// REQUIRES what make_xnor_convolution does, and layer.result to be ToFloat. Weights stay packed in
/// memory (the outputs of a group filled up to a multiple of 16); layer.pad is around `input`, of
/// layer.pad_value.
///
/// Sums are f32 and have the same bits on every instruction set, for every size of map and batch:
/// one accumulator for each output, which goes from 0 over kernel rows, kernel columns and fours of
/// the group's channels, and adds the sum of each four, ((+-x0 +- x1) +- x2) +- x3, with zeros past
/// the last channel.
std::unique_ptr<RealInputConvolution> make_real_input_convolution(BinaryLayer layer,
                                                                  Target target = best_target());

}  // namespace bench::one_bit
