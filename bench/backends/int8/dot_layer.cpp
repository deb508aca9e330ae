#include <algorithm>
#include <numeric>

#include "bench/backends/int8/layer_kinds.h"

namespace bench::int8 {

struct DotLayer::Plan {
  Plan(const DotLayer& layer, const Map& input, std::byte* memory) : bands(layer.geometry_, input) {
    Scratch scratch(memory);
    const auto pixels = static_cast<std::size_t>(bands.rows() * bands.result().width);
    offsets = scratch.take<std::int32_t>(pixels);
    runs = scratch.take<std::int32_t>(static_cast<std::size_t>(layer.runs()));
    if (!layer.weight_zero_points_.empty()) sums = scratch.take<std::int32_t>(pixels);
    copy = scratch.take<std::uint8_t>(bands.copy_bytes());
    bytes = scratch.used();
    if (memory) fill(layer);
  }

  void fill(const DotLayer& layer) {
    const Geometry& geometry = layer.geometry_;
    std::int32_t* next = offsets;
    for (std::int64_t y = 0; y < bands.rows(); ++y) {
      for (std::int64_t x = 0; x < bands.result().width; ++x) {
        *next++ = static_cast<std::int32_t>(y * geometry.stride.h * bands.line() +
                                            x * geometry.stride.w * bands.pixel());
      }
    }
    const int columns = layer.merges_columns() ? 1 : geometry.kernel_w;
    for (std::int64_t r = 0; r < layer.runs(); ++r) {
      runs[r] = static_cast<std::int32_t>(r / columns * geometry.dilation.h * bands.line() +
                                          r % columns * geometry.dilation.w * bands.pixel());
    }
  }

  Bands bands;
  std::int32_t *offsets = nullptr, *runs = nullptr, *sums = nullptr;
  std::uint8_t* copy = nullptr;
  std::size_t bytes = 0;
};

DotLayer::DotLayer(const integer::Layer& layer, const Convolution::Options& options)
    : geometry_(layer),
      channels_{geometry_.groups, geometry_.outputs_per_group()},
      zero_point_(static_cast<std::uint8_t>(options.input.zero_point +
                                            (options.input.is_signed ? 128 : 0))),
      finish_(make_finish(layer, options, channels_, largest_sum(layer, zero_point_))) {
  cut_blocks();
  pack(layer);
}

// The bytes of a kernel's row are neighbours, where all channels of all its columns count.
std::int64_t DotLayer::run_bytes() const {
  return geometry_.inputs_per_group() * (merges_columns() ? geometry_.kernel_w : 1);
}

std::int64_t DotLayer::runs() const {
  return merges_columns() ? geometry_.kernel_h : geometry_.taps();
}

// As few blocks as there can be, of nearly one size.
void DotLayer::cut_blocks() {
  const std::int64_t vectors = channels_.padded_per_group() / lanes;
  const std::int64_t count = (vectors + 3) / 4;
  std::size_t weights = 0;
  for (std::int64_t group = 0; group < channels_.groups; ++group) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t first = vectors * i / count;
      const std::int64_t size = vectors * (i + 1) / count - first;
      blocks_.push_back({group, first * lanes, static_cast<int>(size), weights});
      weights += static_cast<std::size_t>(runs() * quads() * size * lanes * 4);
    }
  }
  weights_.resize(weights);
}

std::int8_t DotLayer::weight_at(const integer::Layer& layer, std::int64_t channel, std::int64_t run,
                                std::int64_t byte) const {
  const std::int64_t inputs = geometry_.inputs_per_group();
  const std::int64_t tap = merges_columns() ? run * geometry_.kernel_w + byte / inputs : run;
  const std::int64_t at = (channel * inputs + byte % inputs) * geometry_.taps() + tap;
  return layer.weight.data<std::int8_t>()[static_cast<std::size_t>(at)];
}

void DotLayer::pack(const integer::Layer& layer) {
  bias_.resize(static_cast<std::size_t>(channels_.padded()));
  weight_zero_points_.resize(bias_.size());
  for (std::int64_t c = 0; c < geometry_.out_channels; ++c) {
    const auto to = static_cast<std::size_t>(channels_.padded_channel(c));
    bias_[to] = folded_bias(layer, c, zero_point_);
    weight_zero_points_[to] = weight_zero_point(layer, c);
  }
  if (std::ranges::all_of(weight_zero_points_, [](auto z) { return z == 0; })) {
    weight_zero_points_ = {};
  }
  for (const Block& block : blocks_) {
    std::int8_t* to = weights_.data() + block.weights;
    const std::int64_t count = std::min(block.vectors * lanes, channels_.per_group - block.first);
    const std::int64_t first = block.group * channels_.per_group + block.first;
    for (std::int64_t r = 0; r < runs(); ++r) {
      for (std::int64_t byte = 0; byte < run_bytes(); ++byte) {
        std::int8_t* quad = to + (r * quads() + byte / 4) * block.vectors * lanes * 4;
        for (std::int64_t c = 0; c < count; ++c) {
          quad[c * 4 + byte % 4] = weight_at(layer, first + c, r, byte);
        }
      }
    }
  }
}

std::size_t DotLayer::scratch_bytes(const Map& input) const {
  return Plan(*this, input, nullptr).bytes;
}

std::int64_t DotLayer::weight_bytes() const {
  return static_cast<std::int64_t>(weights_.size() +
                                   4 * (bias_.size() + weight_zero_points_.size())) +
         finish_.bytes();
}

void DotLayer::sum_windows(const Band& band, const Plan& plan, std::int64_t group) const {
  const std::uint8_t* input = band.input + group * geometry_.inputs_per_group();
  for (std::int64_t p = 0; p < band.rows * plan.bands.result().width; ++p) {
    std::uint32_t sum = 0;
    for (std::int64_t r = 0; r < runs(); ++r) {
      const std::uint8_t* run = input + plan.offsets[p] + plan.runs[r];
      sum = std::accumulate(run, run + run_bytes(), sum);
    }
    plan.sums[p] = static_cast<std::int32_t>(sum);
  }
}

void DotLayer::run_band(const Band& band, const Plan& plan, const Convolution::Tensors& tensors,
                        const Kernels& kernels) const {
  const Map& result = plan.bands.result();
  const Target whole{.stride = result.channels,
                     .result = tensors.result,
                     .float_result = tensors.float_result,
                     .other = tensors.other,
                     .dynamic_scale = tensors.dynamic_scale};
  const Target rows = whole.after((band.image * result.height + band.row) * result.width);
  for (const Block& block : blocks_) {
    if (plan.sums && block.first == 0) sum_windows(band, plan, block.group);
    const std::int64_t padded = block.group * channels_.padded_per_group() + block.first;
    Target target = rows.from_channel(block.group * channels_.per_group + block.first);
    target.first = padded;
    target.count = std::min(block.vectors * lanes, channels_.per_group - block.first);
    kernels.dot({.input = band.input + block.group * geometry_.inputs_per_group(),
                 .offsets = plan.offsets,
                 .pixels = band.rows * result.width,
                 .runs = plan.runs,
                 .run_count = runs(),
                 .quads = quads(),
                 .weights = weights_.data() + block.weights,
                 .vectors = block.vectors,
                 .bias = bias_.data() + padded,
                 .weight_zero_points = plan.sums ? weight_zero_points_.data() + padded : nullptr,
                 .window_sums = plan.sums,
                 .finish = &finish_,
                 .target = target});
  }
}

void DotLayer::run(const Map& input, const Convolution::Tensors& tensors,
                   const Kernels& kernels) const {
  const Plan plan(*this, input, tensors.scratch);
  for (std::int64_t i = 0; i < plan.bands.count(); ++i) {
    run_band(plan.bands.band(i, tensors.input, zero_point_, plan.copy), plan, tensors, kernels);
  }
}

}  // namespace bench::int8
