#pragma once
// The two ways a convolution is computed: dot products over input channels, and every channel by
// itself. For convolution.cpp.

#include <cstdint>
#include <vector>

#include "bench/backends/int8/geometry.h"
#include "bench/backends/int8/kernels.h"
#include "bench/backends/int8/zeroed.h"

namespace bench::int8 {

template <class T>
using Aligned = std::vector<T, AlignedAllocator<T>>;

/// Hands out pieces of a run's scratch memory, on 64-byte boundaries; counts them where there is
/// none yet.
class Scratch {
 public:
  explicit Scratch(std::byte* memory = nullptr) : memory_(memory) {}
  template <class T>
  T* take(std::size_t count) {
    const std::size_t at = used_;
    used_ += (count * sizeof(T) + 63) / 64 * 64;
    return memory_ ? reinterpret_cast<T*>(memory_ + at) : nullptr;
  }
  std::size_t used() const { return used_; }

 private:
  std::byte* memory_;
  std::size_t used_ = 0;
};

/// Any convolution.
class DotLayer {
 public:
  DotLayer(const integer::Layer& layer, const Convolution::Options& options);
  std::size_t scratch_bytes(const Map& input) const;
  void run(const Map& input, const Convolution::Tensors& tensors, const Kernels& kernels) const;
  std::int64_t weight_bytes() const;
  const Geometry& geometry() const { return geometry_; }

 private:
  struct Plan;  // where the scratch lies
  struct Block {
    std::int64_t group, first;  // of the group's channels
    int vectors;
    std::size_t weights;  // where they start
  };
  bool merges_columns() const { return geometry_.groups == 1 && geometry_.dilation.w == 1; }
  std::int64_t run_bytes_in_band() const;
  std::int64_t runs_in_band() const;
  bool gathers() const;  // windows are copied, to be one run each
  std::int64_t run_bytes() const;
  std::int64_t runs() const;
  std::int64_t quads() const { return (run_bytes() + 3) / 4; }
  void cut_blocks();
  void pack(const integer::Layer& layer, const Convolution::Options& options);
  void pack_block(const integer::Layer& layer, const Block& block);
  std::int64_t weight_index(std::int64_t run, std::int64_t byte) const;
  void run_band(const Band& band, const Plan& plan, const Convolution::Tensors& tensors,
                const Kernels& kernels) const;
  void gather(const Band& band, const Plan& plan) const;
  void sum_windows(const std::uint8_t* input, std::int64_t pixels, const Plan& plan) const;

  Geometry geometry_;
  Channels channels_;
  std::uint8_t zero_point_;
  ZeroedBytes weights_;
  Aligned<std::int32_t> bias_, weight_zero_points_;  // the latter empty where all are 0
  std::vector<Block> blocks_;
  Finish finish_;
};

/// One input channel for each group, and one or more output channels.
class DepthwiseLayer {
 public:
  DepthwiseLayer(const integer::Layer& layer, const Convolution::Options& options);
  std::size_t scratch_bytes(const Map& input) const;
  void run(const Map& input, const Convolution::Tensors& tensors, const Kernels& kernels) const;
  std::int64_t weight_bytes() const;
  const Geometry& geometry() const { return geometry_; }

 private:
  int multiplier() const { return static_cast<int>(geometry_.outputs_per_group()); }
  bool three_by_three() const;
  std::int64_t tap_count() const { return (geometry_.taps() + 3) / 4 * 4; }
  std::int64_t byte_tap_count() const { return (halved_ ? 2 : 1) * tap_count(); }
  std::int64_t slot(std::int64_t tap) const;  // of a tap, among tap_count()
  void pack(const integer::Layer& layer);
  void pack_bytes();

  Geometry geometry_;
  Channels channels_;
  std::uint8_t zero_point_;
  Aligned<std::int8_t> weights_;  // empty where they do not fit into two bytes either
  bool halved_ = false;           // each weight is the sum of two bytes, for two taps
  Aligned<std::int16_t> wide_weights_;
  Aligned<std::int32_t> bias_;
  Finish finish_;
};

/// Whether DepthwiseLayer is the one for it.
bool is_depthwise(const integer::Layer& layer);

/// layer.weight_zero_point of channel c.
std::int32_t weight_zero_point(const integer::Layer& layer, std::int64_t channel);

/// bias - zero point of the input * sum of (w - zero point of w), modulo 2^32; and the largest
/// |sum| that the layer can come to. `zero_point` as stored.
std::int32_t folded_bias(const integer::Layer& layer, std::int64_t channel,
                         std::int32_t zero_point);
std::int64_t largest_sum(const integer::Layer& layer, std::int32_t zero_point);

}  // namespace bench::int8
