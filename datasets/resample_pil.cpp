// Pillow's resize of 8-bit images: a separable filter, stretched by the scale when shrinking, its
// weights rounded to integers of 22 fractional bits, each pass rounded to 8 bits.

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstring>
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

constexpr std::int32_t half = 1 << (fraction_bits - 1);

std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> fraction_bits, 0, 255));
}

// The two inner loops, each one row. Integer sums: every instruction set gives the same bits.

// out: RGB for each of `first`.
void row_across(const std::uint8_t* row, const Weights& weights, std::uint8_t* out) {
  const std::int32_t* weight = weights.values.data();
  for (const int first : weights.first) {
    const std::uint8_t* pixel = row + 3 * static_cast<std::size_t>(first);
    std::int32_t r = half, g = half, b = half;
    for (int t = 0; t < weights.taps; ++t, pixel += 3) {
      const std::int32_t w = *weight++;
      r += w * pixel[0];
      g += w * pixel[1];
      b += w * pixel[2];
    }
    *out++ = to_byte(r);
    *out++ = to_byte(g);
    *out++ = to_byte(b);
  }
}

// out[i] from rows[i], rows[i + stride], ..., one for each weight.
[[gnu::always_inline]] inline void row_down(const std::uint8_t* rows, std::size_t stride,
                                            const std::int32_t* weight, int taps,
                                            std::int32_t* sums, std::uint8_t* out) {
  std::fill_n(sums, stride, half);
  for (int t = 0; t < taps; ++t, rows += stride) {
    const std::int32_t w = weight[t];
    for (std::size_t i = 0; i < stride; ++i) sums[i] += w * rows[i];
  }
  for (std::size_t i = 0; i < stride; ++i) out[i] = to_byte(sums[i]);
}

struct Kernels {
  decltype(&row_across) across;
  decltype(&row_down) down;
};

#ifdef __x86_64__
// Reads 4 bytes for each pixel, hence one beyond the last.
[[gnu::target("avx2")]] void row_across_avx2(const std::uint8_t* row, const Weights& weights,
                                             std::uint8_t* out) {
  const std::int32_t* weight = weights.values.data();
  for (const int first : weights.first) {
    const std::uint8_t* pixel = row + 3 * static_cast<std::size_t>(first);
    __m128i sums = _mm_set1_epi32(half);
    for (int t = 0; t < weights.taps; ++t, pixel += 3) {
      const __m128i rgbx = _mm_cvtepu8_epi32(_mm_loadu_si32(pixel));
      sums = _mm_add_epi32(sums, _mm_mullo_epi32(rgbx, _mm_set1_epi32(*weight++)));
    }
    sums = _mm_srai_epi32(sums, fraction_bits);
    sums = _mm_packus_epi16(_mm_packs_epi32(sums, sums), sums);  // clamps to 0..255
    const int bytes = _mm_cvtsi128_si32(sums);
    std::memcpy(out, &bytes, 3);
    out += 3;
  }
}

[[gnu::target("avx2")]] void row_down_avx2(const std::uint8_t* rows, std::size_t stride,
                                           const std::int32_t* weight, int taps, std::int32_t* sums,
                                           std::uint8_t* out) {
  row_down(rows, stride, weight, taps, sums, out);
}
#endif

Kernels kernels() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) return {row_across_avx2, row_down_avx2};
#endif
  return {row_across, row_down};
}

// Rows [from, from + rows) of `image`, each filtered along x.
Tensor filter_rows(const Tensor& image, int from, int rows, const Weights& weights) {
  Tensor out({rows, std::ssize(weights.first), 3}, DType::u8);
  const auto stride = static_cast<std::ptrdiff_t>(3 * image.dim(1));
  const auto across = kernels().across;
  const std::uint8_t* row = image.data<std::uint8_t>().data() + from * stride;
  std::uint8_t* to = out.data<std::uint8_t>().data();
  for (int y = 0; y + 1 < rows; ++y, row += stride, to += 3 * out.dim(1)) {
    across(row, weights, to);
  }
  std::vector<std::uint8_t> last(row, row + stride);  // a copy that may be read beyond
  last.push_back(0);
  across(last.data(), weights, to);
  return out;
}

// Every column of `image`, whose first row is row `from` of the whole, filtered along y.
Tensor filter_columns(const Tensor& image, int from, const Weights& weights) {
  Tensor out({std::ssize(weights.first), image.dim(1), 3}, DType::u8);
  const auto stride = static_cast<std::size_t>(3 * image.dim(1));
  const auto down = kernels().down;
  std::vector<std::int32_t> sums(stride);
  const std::int32_t* weight = weights.values.data();
  std::uint8_t* to = out.data<std::uint8_t>().data();
  for (const int first : weights.first) {
    const std::size_t row = static_cast<std::size_t>(first - from);
    down(image.data<std::uint8_t>().data() + row * stride, stride, weight, weights.taps,
         sums.data(), to);
    weight += weights.taps;
    to += stride;
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
