// Pillow's resize of 8-bit images: a separable filter, stretched by the scale when shrinking, its
// weights rounded to integers of 22 fractional bits, each pass rounded to 8 bits.

#include <algorithm>
#include <cmath>
#include <vector>

#include "datasets/resamplers.h"

namespace bench {
namespace {

constexpr int fraction_bits = 22;  // 32 - 8 bits of the pixel - 2 bits for overshoot and sign

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

double cubic(double x) {  // Keys 1981, equation 8 with a = -1/2
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
  return 0;
}

/// Which input pixels make each output pixel, and with which weights: `taps` of them from first[i].
struct Weights {
  int taps = 0;
  std::vector<int> first;
  std::vector<std::int32_t> values;  // taps for each output pixel
};

// For `count` output pixels from `start`, of an axis resampled from `in` to `out` pixels.
Weights make_weights(int in, int out, int start, int count, bool bicubic) {
  const double scale = static_cast<double>(in) / out;
  const double stretch = std::max(scale, 1.0);
  const double support = (bicubic ? 2.0 : 1.0) * stretch;
  const double shrink = 1.0 / stretch;
  std::vector<int> begin, end;
  Weights weights;
  for (int i = start; i < start + count; ++i) {
    const double centre = (i + 0.5) * scale;
    begin.push_back(std::max(0, static_cast<int>(centre - support + 0.5)));
    end.push_back(std::min(in, static_cast<int>(centre + support + 0.5)));
    weights.taps = std::max(weights.taps, end.back() - begin.back());
  }
  weights.values.resize(static_cast<std::size_t>(count) * static_cast<std::size_t>(weights.taps));
  std::vector<double> exact;
  for (std::size_t i = 0; i < begin.size(); ++i) {
    const double centre = (start + static_cast<int>(i) + 0.5) * scale;
    exact.clear();
    double sum = 0;
    for (int x = begin[i]; x < end[i]; ++x) {
      const double at = (x - centre + 0.5) * shrink;
      exact.push_back(bicubic ? cubic(at) : triangle(at));
      sum += exact.back();
    }
    // Rows of equal length: near the far edge the window moves left and starts with zero weights.
    weights.first.push_back(std::min(begin[i], in - weights.taps));
    std::int32_t* value = weights.values.data() + i * static_cast<std::size_t>(weights.taps) +
                          (begin[i] - weights.first[i]);
    for (const double w : exact) {
      const double scaled = (sum != 0 ? w / sum : w) * (1 << fraction_bits);
      *value++ = static_cast<std::int32_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
    }
  }
  return weights;
}

std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> fraction_bits, 0, 255));
}

constexpr std::int32_t half = 1 << (fraction_bits - 1);

// Rows [from, from + rows) of `image`, each filtered along x.
Tensor filter_rows(const Tensor& image, int from, int rows, const Weights& weights) {
  const auto width = static_cast<std::int64_t>(weights.first.size());
  const auto taps = static_cast<std::size_t>(weights.taps);
  Tensor out({rows, width, 3}, DType::u8);
  const std::size_t stride = 3 * static_cast<std::size_t>(image.dim(1));
  const std::uint8_t* row =
      image.data<std::uint8_t>().data() + static_cast<std::size_t>(from) * stride;
  std::uint8_t* to = out.data<std::uint8_t>().data();
  for (int y = 0; y < rows; ++y, row += stride) {
    const std::int32_t* weight = weights.values.data();
    for (const int first : weights.first) {
      const std::uint8_t* pixel = row + 3 * static_cast<std::size_t>(first);
      std::int32_t r = half, g = half, b = half;
      for (std::size_t t = 0; t < taps; ++t, pixel += 3) {
        const std::int32_t w = *weight++;
        r += w * pixel[0];
        g += w * pixel[1];
        b += w * pixel[2];
      }
      *to++ = to_byte(r);
      *to++ = to_byte(g);
      *to++ = to_byte(b);
    }
  }
  return out;
}

// Every column of `image`, whose first row is row `from` of the whole, filtered along y.
Tensor filter_columns(const Tensor& image, int from, const Weights& weights) {
  const auto taps = static_cast<std::size_t>(weights.taps);
  Tensor out({static_cast<std::int64_t>(weights.first.size()), image.dim(1), 3}, DType::u8);
  const std::size_t stride = 3 * static_cast<std::size_t>(image.dim(1));
  std::vector<std::int32_t> sums(stride);
  std::uint8_t* to = out.data<std::uint8_t>().data();
  const std::int32_t* weight = weights.values.data();
  for (const int first : weights.first) {
    const std::uint8_t* row =
        image.data<std::uint8_t>().data() + static_cast<std::size_t>(first - from) * stride;
    std::fill(sums.begin(), sums.end(), half);
    for (std::size_t t = 0; t < taps; ++t, row += stride) {
      const std::int32_t w = *weight++;
      for (std::size_t i = 0; i < stride; ++i) sums[i] += w * row[i];
    }
    for (const std::int32_t sum : sums) *to++ = to_byte(sum);
  }
  return out;
}

}  // namespace

Tensor resample_pil(const Tensor& image, const Extent& size, const Window& window, bool bicubic) {
  const int width = static_cast<int>(image.dim(1)), height = static_cast<int>(image.dim(0));
  const bool same_width = width == size.width, same_height = height == size.height;
  if (same_height) {
    if (same_width) return crop(image, window);
    return filter_rows(image, window.y, window.height,
                       make_weights(width, size.width, window.x, window.width, bicubic));
  }
  const Weights down = make_weights(height, size.height, window.y, window.height, bicubic);
  const auto [first, last] = std::minmax_element(down.first.begin(), down.first.end());
  const int from = *first, rows = *last + down.taps - *first;
  if (same_width) {
    return filter_columns(crop(image, {window.x, from, window.width, rows}), from, down);
  }
  const Weights across = make_weights(width, size.width, window.x, window.width, bicubic);
  return filter_columns(filter_rows(image, from, rows, across), from, down);
}

}  // namespace bench
