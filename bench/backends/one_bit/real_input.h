#pragma once
// Layers of which only the weights are binary: signs times real numbers (BinaryConnect, Courbariaux
// et al. 2015; the binary-weight networks of Rastegari et al. 2016).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "bench/backends/one_bit/convolution.h"

namespace bench::one_bit {

/// An f32 feature map, NHWC.
struct FloatMap {
  std::int64_t batch = 1, height = 1, width = 1, channels = 0;
};

class BoundRealInput {
 public:
  struct Arguments {
    const float* input = nullptr;  ///< without padding
    float* result = nullptr;       ///< NHWC
    std::span<const float* const> operands{};
    std::byte* scratch = nullptr;
  };
  virtual ~BoundRealInput() = default;
  virtual std::size_t scratch_bytes() const = 0;
  virtual std::string implementation() const = 0;  ///< "binary-weight:AVX3"
  virtual void run(const Arguments& arguments) const = 0;
};

class RealInputConvolution {
 public:
  virtual ~RealInputConvolution() = default;
  virtual std::unique_ptr<const BoundRealInput> bind(const FloatMap& input) const = 0;
  virtual std::int64_t weight_bytes() const = 0;
};

/// REQUIRES layer.result to be ToFloat. Weights stay packed in memory; layer.pad is around `input`,
/// of layer.pad_value. Sums are f32, in an order that is the same on every instruction set only up
/// to rounding.
std::unique_ptr<RealInputConvolution> make_real_input_convolution(BinaryLayer layer);

}  // namespace bench::one_bit
