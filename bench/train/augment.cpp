#include "bench/train/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace bench {
namespace {

// One pixel of the result along one axis: (256 - share) of `low` and `share` of `low + 1`.
struct Tap {
  int low = 0, high = 0, share = 0;
};

// x = (x' - offset) / scale at the middles of pixels, the border repeated.
std::vector<Tap> taps(int size, double scale, double offset) {
  std::vector<Tap> list(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i) {
    const double at = (i + 0.5 - offset) / scale - 0.5;
    const double low = std::floor(at);
    Tap& tap = list[static_cast<std::size_t>(i)];
    tap.share = static_cast<int>(std::lround((at - low) * 256));
    tap.low = static_cast<int>(std::clamp(low, 0.0, size - 1.0));
    tap.high = static_cast<int>(std::clamp(low + 1, 0.0, size - 1.0));
  }
  return list;
}

Tensor move(const Tensor& image, const Placement& p) {
  const auto columns = taps(p.image_width, p.scale_x, p.offset_x);
  const auto rows = taps(p.image_height, p.scale_y, p.offset_y);
  Tensor moved(image.shape(), DType::u8);
  const auto width = static_cast<std::size_t>(3 * p.image_width);
  const std::uint8_t* const from = image.data<std::uint8_t>().data();
  std::uint8_t* to = moved.data<std::uint8_t>().data();
  std::vector<int> row(width);  // in 256ths
  for (const Tap& tap : rows) {
    const std::uint8_t* const a = from + static_cast<std::size_t>(tap.low) * width;
    const std::uint8_t* const b = from + static_cast<std::size_t>(tap.high) * width;
    for (std::size_t x = 0; x < width; ++x) row[x] = a[x] * (256 - tap.share) + b[x] * tap.share;
    for (const Tap& column : columns) {
      const int* const left = row.data() + 3 * column.low;
      const int* const right = row.data() + 3 * column.high;
      for (int c = 0; c < 3; ++c) {
        const int sum = left[c] * (256 - column.share) + right[c] * column.share;
        *to++ = static_cast<std::uint8_t>((sum + (1 << 15)) >> 16);
      }
    }
  }
  return moved;
}

void brighten(Tensor& image, int by) {
  std::array<std::uint8_t, 256> table;
  for (int i = 0; i < 256; ++i) {
    table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::clamp(i + by, 0, 255));
  }
  for (std::uint8_t& x : image.data<std::uint8_t>()) x = table[x];
}

}  // namespace

Augmented augment(const Tensor& image, const TrainingRecipe::Augment& options, Random random) {
  const auto up_to = [&random](double most) {
    return most * static_cast<double>(random.uniform(-1, 1));
  };
  const bool flip = random.uniform(0, 1) < 0.5f && options.flip;
  const double zoom = 1 + up_to(options.zoom);
  const double right = up_to(options.shift), down = up_to(options.shift);
  const int brighter = static_cast<int>(std::lround(255 * up_to(options.brightness)));

  Placement p;
  p.image_width = p.input_width = static_cast<int>(image.dim(1));
  p.image_height = p.input_height = static_cast<int>(image.dim(0));
  // About the middle: x' = zoom (x - W / 2) + W / 2 + shift W; mirrored: W - x'.
  const double width = p.image_width, height = p.image_height;
  p.scale_x = p.scale_y = zoom;
  p.offset_x = width / 2 - zoom * width / 2 + right * width;
  p.offset_y = height / 2 - zoom * height / 2 + down * height;
  if (flip) {
    p.scale_x = -zoom;
    p.offset_x = width - p.offset_x;
  }
  const bool moves = flip || zoom != 1 || right != 0 || down != 0;
  Augmented result{moves ? move(image, p) : image, p};
  if (brighter != 0) brighten(result.image, brighter);
  return result;
}

}  // namespace bench
