// PIL's filter as it is meant, in real numbers: rounded to 8 bits once, at the end.

#include <algorithm>
#include <cmath>
#include <vector>

#include "datasets/resamplers.h"

namespace bench {
namespace {

/// Which input pixels make an output pixel, from `first` on, and with which weights.
struct Filter {
  std::size_t first = 0;
  std::vector<double> weights;
};

/// For `length` output pixels from `start`, of an axis resampled from `in` to `out` pixels.
std::vector<Filter> make_filters(int in, int out, int start, int length) {
  const double scale = static_cast<double>(in) / out, reach = std::max(scale, 1.0);
  std::vector<Filter> filters;
  for (int i = start; i < start + length; ++i) {
    const double centre = (i + 0.5) * scale;
    const int begin = std::max(0, static_cast<int>(std::floor(centre - reach + 0.5)));
    const int end = std::min(in, static_cast<int>(std::floor(centre + reach + 0.5)));
    Filter filter{static_cast<std::size_t>(begin), {}};
    double sum = 0;
    for (int x = begin; x < end; ++x) {
      filter.weights.push_back(std::max(0.0, 1 - std::abs(x + 0.5 - centre) / reach));
      sum += filter.weights.back();
    }
    for (double& weight : filter.weights) weight /= sum;
    filters.push_back(std::move(filter));
  }
  return filters;
}

}  // namespace

Tensor resample_antialiased(const Tensor& image, const Extent& size, const Window& window) {
  const auto width = static_cast<std::size_t>(image.dim(1));
  const auto height = static_cast<std::size_t>(image.dim(0));
  const auto across = make_filters(static_cast<int>(width), size.width, window.x, window.width);
  const auto down = make_filters(static_cast<int>(height), size.height, window.y, window.height);
  const std::uint8_t* pixels = image.data<std::uint8_t>().data();
  const std::size_t row = 3 * across.size();
  std::vector<double> rows(height * row);
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t i = 0; i < row; ++i) {
      const Filter& filter = across[i / 3];
      const std::uint8_t* pixel = pixels + 3 * (y * width + filter.first) + i % 3;
      for (std::size_t t = 0; t < filter.weights.size(); ++t) {
        rows[y * row + i] += filter.weights[t] * pixel[3 * t];
      }
    }
  }
  Tensor out({window.height, window.width, 3}, DType::u8);
  std::uint8_t* to = out.data<std::uint8_t>().data();
  for (const Filter& filter : down) {
    for (std::size_t i = 0; i < row; ++i) {
      double sum = 0.5;
      for (std::size_t t = 0; t < filter.weights.size(); ++t) {
        sum += filter.weights[t] * rows[(filter.first + t) * row + i];
      }
      *to++ = static_cast<std::uint8_t>(std::min(sum, 255.0));
    }
  }
  return out;
}

}  // namespace bench
