#include <algorithm>

#include "bench/backends/int8/layer_kinds.h"

namespace bench::int8 {

DepthwiseLayer::DepthwiseLayer(const integer::Layer& layer, const Convolution::Options& options)
    : geometry_(layer),
      channels_{1, geometry_.out_channels, 64},
      zero_point_(static_cast<std::uint8_t>(options.input.zero_point +
                                            (options.input.is_signed ? 128 : 0))),
      finish_(make_finish(layer, options, channels_, largest_sum(layer, zero_point_))) {
  pack(layer);
}

bool DepthwiseLayer::three_by_three() const {
  return geometry_.kernel_h == 3 && geometry_.kernel_w == 3 && geometry_.dilation == Pair{1, 1} &&
         geometry_.stride.h == geometry_.stride.w;
}

std::int64_t DepthwiseLayer::slot(std::int64_t tap) const {
  return three_by_three() ? tap / 3 * 4 + tap % 3 : tap;
}

void DepthwiseLayer::pack(const integer::Layer& layer) {
  const std::int64_t padded = channels_.padded();
  const auto weights = layer.weight.data<std::int8_t>();
  bias_.resize(static_cast<std::size_t>(padded));
  wide_weights_.resize(static_cast<std::size_t>(padded * tap_count()));
  for (std::int64_t c = 0; c < geometry_.out_channels; ++c) {
    bias_[static_cast<std::size_t>(c)] = folded_bias(layer, c, zero_point_);
    for (std::int64_t tap = 0; tap < geometry_.taps(); ++tap) {
      const std::int32_t weight = weights[static_cast<std::size_t>(c * geometry_.taps() + tap)];
      const std::int64_t to = (slot(tap) / 4 * padded + c) * 4 + slot(tap) % 4;
      wide_weights_[static_cast<std::size_t>(to)] =
          static_cast<std::int16_t>(weight - weight_zero_point(layer, c));
    }
  }
  pack_bytes();
}

void DepthwiseLayer::pack_bytes() {
  const auto within = [this](int least, int most) {
    return std::ranges::all_of(wide_weights_,
                               [=](std::int16_t w) { return w >= least && w <= most; });
  };
  if (within(-128, 127)) {
    weights_.assign(wide_weights_.begin(), wide_weights_.end());
  } else if (within(-256, 254)) {
    halved_ = true;
    for (const std::int16_t w : wide_weights_) weights_.push_back(static_cast<std::int8_t>(w / 2));
    for (const std::int16_t w : wide_weights_) {
      weights_.push_back(static_cast<std::int8_t>(w - w / 2));
    }
  }
}

std::size_t DepthwiseLayer::scratch_bytes(const Map& input) const {
  Scratch scratch;
  scratch.take<std::int32_t>(static_cast<std::size_t>(byte_tap_count()));
  scratch.take<std::uint8_t>(Bands(geometry_, input, multiplier()).copy_bytes());
  return scratch.used();
}

std::int64_t DepthwiseLayer::weight_bytes() const {
  return static_cast<std::int64_t>(weights_.size() + 2 * wide_weights_.size() + 4 * bias_.size()) +
         finish_.bytes();
}

void DepthwiseLayer::run(const Map& input, const Convolution::Tensors& tensors,
                         const Kernels& kernels) const {
  const Bands bands(geometry_, input, multiplier());
  Scratch scratch(tensors.scratch);
  auto* taps = scratch.take<std::int32_t>(static_cast<std::size_t>(byte_tap_count()));
  auto* copy = scratch.take<std::uint8_t>(bands.copy_bytes());
  std::fill_n(taps, tap_count(), 0);
  for (std::int64_t tap = 0; tap < geometry_.taps(); ++tap) {
    const std::int64_t y = tap / geometry_.kernel_w * geometry_.dilation.h;
    const std::int64_t x = tap % geometry_.kernel_w * geometry_.dilation.w;
    taps[slot(tap)] = static_cast<std::int32_t>(y * bands.line() + x * bands.pixel());
  }
  if (halved_) std::copy_n(taps, tap_count(), taps + tap_count());
  const Map& result = bands.result();
  const Target whole{.count = result.channels,
                     .stride = result.channels,
                     .result = tensors.result,
                     .float_result = tensors.float_result,
                     .other = tensors.other,
                     .dynamic_scale = tensors.dynamic_scale};
  for (std::int64_t i = 0; i < bands.count(); ++i) {
    const Band band = bands.band(i, tensors.input, zero_point_, copy);
    kernels.depthwise(
        {.input = band.input,
         .rows = band.rows,
         .columns = result.width,
         .row_step = band.line * geometry_.stride.h,
         .column_step = band.pixel * geometry_.stride.w,
         .taps = taps,
         .tap_count = tap_count(),
         .byte_tap_count = byte_tap_count(),
         .three_by_three = three_by_three() && !halved_,
         .stride = geometry_.stride.h,
         .channels = result.channels,
         .weights = weights_.empty() ? nullptr : weights_.data(),
         .wide_weights = wide_weights_.data(),
         .bias = bias_.data(),
         .finish = &finish_,
         .target = whole.after((band.image * result.height + band.row) * result.width),
         .result_row = result.width});
  }
}

}  // namespace bench::int8
