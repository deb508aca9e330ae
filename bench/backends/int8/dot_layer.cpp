#include <algorithm>
#include <cstring>
#include <numeric>

#include "bench/backends/int8/layer_kinds.h"

namespace bench::int8 {
namespace {

constexpr std::int64_t most_gathered = 32;
static_assert(most_gathered <= Convolution::slack);

}  // namespace

// Where windows and the runs of a window start.
struct Table {
  std::int32_t *windows = nullptr, *runs = nullptr;
};

struct DotLayer::Plan {
  Plan(const DotLayer& layer, const Map& input, std::byte* memory) : bands(layer.geometry_, input) {
    Scratch scratch(memory);
    const auto pixels = static_cast<std::size_t>(bands.rows() * bands.result().width);
    in_band.windows = scratch.take<std::int32_t>(pixels);
    in_band.runs = scratch.take<std::int32_t>(static_cast<std::size_t>(layer.runs_in_band()));
    if (!layer.weight_zero_points_.empty()) sums = scratch.take<std::int32_t>(pixels);
    copy = scratch.take<std::uint8_t>(bands.copy_bytes());
    if (layer.gathers()) {
      gathered.windows = scratch.take<std::int32_t>(pixels);
      gathered.runs = scratch.take<std::int32_t>(1);
      const auto window = static_cast<std::size_t>(4 * layer.quads());
      patches = scratch.take<std::uint8_t>(pixels * window + most_gathered);
    }
    bytes = scratch.used();
    if (memory) fill(layer);
  }

  void fill(const DotLayer& layer) {
    const Geometry& geometry = layer.geometry_;
    std::int32_t* next = in_band.windows;
    const std::int64_t width = bands.result().width, step = geometry.stride.w * bands.pixel();
    for (std::int64_t y = 0; y < bands.rows(); ++y) {
      const std::int64_t row = y * geometry.stride.h * bands.line();
      for (std::int64_t x = 0; x < width; ++x) *next++ = static_cast<std::int32_t>(row + x * step);
    }
    const int columns = layer.merges_columns() ? 1 : geometry.kernel_w;
    for (std::int64_t r = 0; r < layer.runs_in_band(); ++r) {
      in_band.runs[r] =
          static_cast<std::int32_t>(r / columns * geometry.dilation.h * bands.line() +
                                    r % columns * geometry.dilation.w * bands.pixel());
    }
    if (!patches) return;
    gathered.runs[0] = 0;
    const std::int64_t window = 4 * layer.quads();
    for (std::int64_t p = 0; p < bands.rows() * bands.result().width; ++p) {
      gathered.windows[p] = static_cast<std::int32_t>(p * window);
    }
  }

  const Table& seen_by_kernel() const { return patches ? gathered : in_band; }

  Bands bands;
  Table in_band, gathered;
  std::int32_t* sums = nullptr;
  std::uint8_t *copy = nullptr, *patches = nullptr;
  std::size_t bytes = 0;
};

DotLayer::DotLayer(const integer::Layer& layer, const Convolution::Options& options)
    : geometry_(layer),
      channels_{geometry_.groups, geometry_.outputs_per_group()},
      zero_point_(static_cast<std::uint8_t>(options.input.zero_point +
                                            (options.input.is_signed ? 128 : 0))),
      finish_(make_finish(layer, options, channels_, largest_sum(layer, zero_point_))) {
  cut_blocks();
  pack(layer, options);
}

// The bytes of a kernel's row are neighbours, where all channels of all its columns count.
std::int64_t DotLayer::run_bytes_in_band() const {
  return geometry_.inputs_per_group() * (merges_columns() ? geometry_.kernel_w : 1);
}

std::int64_t DotLayer::runs_in_band() const {
  return merges_columns() ? geometry_.kernel_h : geometry_.taps();
}

// Many short runs (a network's first layer) cost more than their windows' copies.
bool DotLayer::gathers() const {
  return merges_columns() && geometry_.kernel_h > 1 && run_bytes_in_band() <= most_gathered;
}

std::int64_t DotLayer::run_bytes() const {
  return run_bytes_in_band() * (gathers() ? geometry_.kernel_h : 1);
}

std::int64_t DotLayer::runs() const { return gathers() ? 1 : runs_in_band(); }

// Blocks of four vectors, whose results fill a vector of bytes, and one with the rest.
void DotLayer::cut_blocks() {
  const std::int64_t vectors = channels_.padded_per_group() / lanes;
  std::size_t weights = 0;
  for (std::int64_t group = 0; group < channels_.groups; ++group) {
    for (std::int64_t first = 0; first < vectors; first += 4) {
      const std::int64_t size = std::min<std::int64_t>(4, vectors - first);
      blocks_.push_back({group, first * lanes, static_cast<int>(size), weights});
      weights += static_cast<std::size_t>(runs() * quads() * size * lanes * 4);
    }
  }
  weights_.resize(weights);
}

// Where the weight for a byte of a run is, among those of an output channel.
std::int64_t DotLayer::weight_index(std::int64_t run, std::int64_t byte) const {
  const std::int64_t inputs = geometry_.inputs_per_group();
  const std::int64_t tap = merges_columns() ? run * geometry_.kernel_w + byte / inputs : run;
  return byte % inputs * geometry_.taps() + tap;
}

void DotLayer::pack(const integer::Layer& layer, const Convolution::Options& options) {
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
    pack_block(layer, block);
    const std::int64_t end = block.group * channels_.per_group +
                             std::min(block.first + block.vectors * lanes, channels_.per_group);
    if (options.done_with) options.done_with(end);
  }
}

void DotLayer::pack_block(const integer::Layer& layer, const Block& block) {
  const std::int64_t channel_size = geometry_.inputs_per_group() * geometry_.taps();
  const std::int64_t first = block.group * channels_.per_group + block.first;
  const std::int64_t count = std::min(block.vectors * lanes, channels_.per_group - block.first);
  const std::int8_t* from = layer.weight.data<std::int8_t>().data() + first * channel_size;
  const std::int64_t bytes = run_bytes(), quad_size = block.vectors * lanes * 4;
  std::int8_t* run = weights_.data() + block.weights;
  for (std::int64_t r = 0; r < runs(); ++r, run += quads() * quad_size) {
    std::int64_t byte = 0;
    // Of pointwise layers, whole quads: they hold nearly all weights of the largest networks.
    for (; geometry_.taps() == 1 && byte + 4 <= bytes; byte += 4) {
      std::int8_t* to = run + byte * block.vectors * lanes;
      for (std::int64_t c = 0; c < count; ++c) {
        std::memcpy(to + c * 4, from + c * channel_size + byte, 4);
      }
    }
    for (; byte < bytes; ++byte) {
      const std::int8_t* weight = from + weight_index(r, byte);
      std::int8_t* to = run + byte / 4 * quad_size + byte % 4;
      for (std::int64_t c = 0; c < count; ++c) to[c * 4] = weight[c * channel_size];
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

// Each run's copy is longer than the run; the next one's covers what is too much.
void DotLayer::gather(const Band& band, const Plan& plan) const {
  const std::int64_t pixels = band.rows * plan.bands.result().width;
  const std::int64_t count = runs_in_band(), bytes = run_bytes_in_band(), window = 4 * quads();
  const Table& table = plan.in_band;
  for (std::int64_t p = 0; p < pixels; ++p) {
    const std::uint8_t* from = band.input + table.windows[p];
    std::uint8_t* to = plan.patches + p * window;
    for (std::int64_t r = 0; r < count; ++r) {
      std::memcpy(to + r * bytes, from + table.runs[r], most_gathered);
    }
  }
}

void DotLayer::sum_windows(const std::uint8_t* input, std::int64_t pixels, const Plan& plan) const {
  const Table& table = plan.seen_by_kernel();
  const std::int64_t count = runs(), bytes = run_bytes();
  for (std::int64_t p = 0; p < pixels; ++p) {
    std::uint32_t sum = 0;
    for (std::int64_t r = 0; r < count; ++r) {
      const std::uint8_t* run = input + table.windows[p] + table.runs[r];
      sum = std::accumulate(run, run + bytes, sum);
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
  const std::int64_t pixels = band.rows * result.width;
  const Table& table = plan.seen_by_kernel();
  if (plan.patches) gather(band, plan);
  for (const Block& block : blocks_) {
    const std::uint8_t* input =
        (plan.patches ? plan.patches : band.input) + block.group * geometry_.inputs_per_group();
    if (plan.sums && block.first == 0) sum_windows(input, pixels, plan);
    const std::int64_t padded = block.group * channels_.padded_per_group() + block.first;
    Target target = rows.from_channel(block.group * channels_.per_group + block.first);
    target.first = padded;
    target.count = std::min(block.vectors * lanes, channels_.per_group - block.first);
    kernels.dot({.input = input,
                 .offsets = table.windows,
                 .pixels = pixels,
                 .runs = table.runs,
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
