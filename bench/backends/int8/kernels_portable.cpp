#include <array>

#include "bench/backends/int8/kernels.h"

namespace bench::int8 {
namespace {

// In unsigned arithmetic: only the whole sum is sure to fit into 32 bits.
std::uint32_t dot_quad(const std::uint8_t* x, const std::int8_t* w) {
  return static_cast<std::uint32_t>(x[0] * w[0] + x[1] * w[1] + x[2] * w[2] + x[3] * w[3]);
}

std::uint32_t start_sum(const Panel& panel, std::int64_t pixel, std::size_t channel) {
  const auto bias = static_cast<std::uint32_t>(panel.bias[channel]);
  if (!panel.weight_zero_points) return bias;
  return bias - static_cast<std::uint32_t>(panel.weight_zero_points[channel]) *
                    static_cast<std::uint32_t>(panel.window_sums[pixel]);
}

void dot(const Panel& panel) {
  const auto channels = static_cast<std::size_t>(lanes * panel.vectors);
  std::array<std::uint32_t, 4 * lanes> sums;
  std::array<std::int32_t, 4 * lanes> signed_sums;
  for (std::int64_t p = 0; p < panel.pixels; ++p) {
    for (std::size_t c = 0; c < channels; ++c) sums[c] = start_sum(panel, p, c);
    const std::int8_t* weights = panel.weights;
    for (std::int64_t r = 0; r < panel.run_count; ++r) {
      const std::uint8_t* run = panel.input + panel.offsets[p] + panel.runs[r];
      for (std::int64_t quad = 0; quad < panel.quads; ++quad, run += 4) {
        for (std::size_t c = 0; c < channels; ++c, weights += 4) sums[c] += dot_quad(run, weights);
      }
    }
    for (std::size_t c = 0; c < channels; ++c) signed_sums[c] = static_cast<std::int32_t>(sums[c]);
    finish_pixels(*panel.finish, signed_sums.data(), 0, 1, panel.target.after(p));
  }
}

void depthwise_pixel(const Depthwise& work, const std::uint8_t* window, const Target& target) {
  const std::int64_t padded = (work.channels + 63) / 64 * 64;
  for (std::int64_t c = 0; c < work.channels; ++c) {
    std::int32_t sum = work.bias[c];
    for (std::int64_t tap = 0; tap < work.tap_count; ++tap) {
      sum += window[work.taps[tap] + c] * work.wide_weights[(tap / 4 * padded + c) * 4 + tap % 4];
    }
    Target one = target.from_channel(c);
    one.count = 1;
    finish_pixels(*work.finish, &sum, 0, 1, one);
  }
}

void depthwise(const Depthwise& work) {
  for (std::int64_t y = 0; y < work.rows; ++y) {
    for (std::int64_t x = 0; x < work.columns; ++x) {
      depthwise_pixel(work, work.input + y * work.row_step + x * work.column_step,
                      work.target.after(y * work.result_row + x));
    }
  }
}

}  // namespace

Kernels portable_kernels() { return {dot, depthwise}; }

}  // namespace bench::int8
