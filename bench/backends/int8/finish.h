#pragma once
// What happens to the 32-bit sums of a layer: requantisation, a residual add, or f32. For the
// kernels of this folder. Channels are padded to full vectors (each group by itself), and so
// are all arrays here; numbers are in their stored form (see convolution.h), zero points too.

#include <cstdint>
#include <optional>
#include <vector>

#include "bench/backends/int8/convolution.h"

namespace bench::int8 {

/// Lanes of one vector: output channels come in packs of this.
constexpr std::int64_t lanes = 16;

/// Where numbers go, as they are stored.
struct Range {
  std::int32_t zero_point = 0, lowest = 0, highest = 255;
};

/// RescaledAdd with its numbers stored: `layer` is the layer's own operand, `other` the other.
struct StoredAdd {
  Requantization mode{};
  std::int32_t layer_zero_point = 0, other_zero_point = 0;
  FixedMultiplier layer_fixed{}, other_fixed{}, sum_fixed{};
  float layer_ratio = 0, other_ratio = 0;
  Range range{};
};

struct Finish {
  enum class Kind {
    float_scale,  ///< to numbers; nothing can leave 31 bits, so that the quick conversion is exact
    any_mode,     ///< to numbers, in whatever mode
    real,         ///< to f32
  };
  /// What sums are multiplied by: a scale in float-scale and to f32, else the other two.
  struct Multipliers {
    std::vector<float> scale;
    std::vector<std::int32_t> mantissa, shift;
    std::size_t size() const { return scale.size() + mantissa.size() + shift.size(); }
  };
  Kind kind = Kind::any_mode;
  Requantization mode{};
  Range range{};
  Multipliers by;
  bool leaky = false;    ///< sums below 0 have multipliers of their own:
  Multipliers negative;  ///< else empty
  std::vector<float> float_bias;
  bool shifts_left = false;  ///< some shift (of the add too) is above 0
  std::optional<StoredAdd> add;
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(4 * (by.size() + negative.size() + float_bias.size()));
  }
};

/// The sums' channels: `padded_channel(c)` of the arrays for channel c.
struct Channels {
  std::int64_t groups = 1, per_group = 1;
  std::int64_t unit = lanes;  ///< what a group is padded to
  std::int64_t padded_per_group() const { return (per_group + unit - 1) / unit * unit; }
  std::int64_t padded() const { return groups * padded_per_group(); }
  std::int64_t padded_channel(std::int64_t c) const {
    return c / per_group * padded_per_group() + c % per_group;
  }
};

/// REQUIRES |sum| <= largest_sum for every sum to come.
Finish make_finish(const integer::Layer& layer, const Convolution::Options& options,
                   const Channels& channels, std::int64_t largest_sum);

/// Where the results of some pixels go: `count` channels of each, the first of them being
/// `first` in the arrays of a Finish. Results (and others) of neighbouring pixels are `stride`
/// elements apart.
struct Target {
  std::int64_t first = 0, count = 0, stride = 0;
  std::uint8_t* result = nullptr;
  float* float_result = nullptr;
  const std::uint8_t* other = nullptr;
  float dynamic_scale = 1;

  /// `pixels` further on.
  Target after(std::int64_t pixels) const { return moved(pixels * stride); }
  /// `channels` further on.
  Target from_channel(std::int64_t channels) const {
    Target target = moved(channels);
    target.first += channels;
    return target;
  }

 private:
  Target moved(std::int64_t elements) const {
    Target target = *this;
    if (result) target.result += elements;
    if (float_result) target.float_result += elements;
    if (other) target.other += elements;
    return target;
  }
};

/// The definition, for any kind. Sums of neighbouring pixels are `sum_stride` apart.
void finish_pixels(const Finish& finish, const std::int32_t* sums, std::int64_t sum_stride,
                   std::int64_t pixels, const Target& target);

}  // namespace bench::int8
