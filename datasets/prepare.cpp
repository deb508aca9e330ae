// The interpreter of preprocessing profiles.

#include "datasets/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "datasets/preparation.h"
#include "models/error.h"

namespace bench {
namespace {

Extent extent_of(const Tensor& image) {
  return {static_cast<int>(image.dim(1)), static_cast<int>(image.dim(0))};
}

Tensor central_part(const Tensor& image, double fraction) {
  const Extent size = extent_of(image);
  const auto cut = [fraction](int n) { return static_cast<int>((n - fraction * n) / 2); };
  const int x = cut(size.width), y = cut(size.height);
  return crop(image, {x, y, size.width - 2 * x, size.height - 2 * y});
}

// int(target * side / other), at least 1.
int follow(int target, int side, int other) {
  return std::max(1, static_cast<int>(std::int64_t{target} * side / other));
}

Extent resized(const Preparation& p, const Extent& size) {
  if (p.fit == Fit::none) return size;
  if (p.fit == Fit::exact) return {p.width, p.height};
  const bool width_leads = (p.fit == Fit::shorter_side) == (size.width <= size.height);
  if (width_leads) return {p.width, follow(p.width, size.height, size.width)};
  return {follow(p.width, size.width, size.height), p.width};
}

Window crop_window(const Preparation& p, const Extent& size) {
  if (p.crop == 0) return {0, 0, size.width, size.height};
  const int width = p.crop_width > 0 ? p.crop_width : p.crop;
  const auto offset = [&p](int n, int kept) {
    const int half = (n - kept) / 2, odd = (n - kept) % 2;
    return half + (odd != 0 && (p.crop_up || half % 2 != 0) ? 1 : 0);
  };
  return {offset(size.width, width), offset(size.height, p.crop), width, p.crop};
}

Extent padded(const Preparation& p, const Extent& size) {
  const auto up = [&p](int n) { return (n + p.multiple - 1) / p.multiple * p.multiple; };
  return {up(std::max(size.width, p.padded_width)), up(std::max(size.height, p.padded_height))};
}

float value(const Preparation& p, std::size_t channel, float x) {
  return (x / p.divisor - p.mean[channel]) / p.deviation[channel];
}

// Fills the left upper part of the network's input from H x W x 3 pixels.
template <class Pixel, class ValueOf>
void copy_values(const Tensor& pixels, const Preparation& p, Tensor& input, ValueOf value_of) {
  const auto width = static_cast<std::size_t>(pixels.dim(1));
  const auto height = static_cast<std::size_t>(pixels.dim(0));
  const auto stride = static_cast<std::size_t>(input.dim(3));
  const auto plane = stride * static_cast<std::size_t>(input.dim(2));
  const Pixel* const all = pixels.data<Pixel>().data();
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t from = p.order == ChannelOrder::rgb ? c : 2 - c;
    float* const to = input.data<float>().data() + c * plane;
    for (std::size_t y = 0; y < height; ++y) {
      const Pixel* const row = all + 3 * width * y + from;
      for (std::size_t x = 0; x < width; ++x) to[y * stride + x] = value_of(c, row[3 * x]);
    }
  }
}

Tensor input_of(const Preparation& p, const Tensor& pixels) {
  const Extent size = padded(p, extent_of(pixels));
  Tensor input({1, 3, size.height, size.width});
  if (size.width != pixels.dim(1) || size.height != pixels.dim(0)) {
    const auto plane = static_cast<std::ptrdiff_t>(size.width) * size.height;
    for (std::size_t c = 0; c < 3; ++c) {
      std::fill_n(input.data<float>().begin() + static_cast<std::ptrdiff_t>(c) * plane, plane,
                  value(p, c, p.fill));
    }
  }
  if (pixels.type() == DType::f32) {
    copy_values<float>(pixels, p, input, [&p](std::size_t c, float x) { return value(p, c, x); });
    return input;
  }
  std::array<std::array<float, 256>, 3> table;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t x = 0; x < 256; ++x) table[c][x] = value(p, c, static_cast<float>(x));
  }
  copy_values<std::uint8_t>(pixels, p, input,
                            [&table](std::size_t c, std::uint8_t x) { return table[c][x]; });
  return input;
}

// input_x' = input_width - input_x
View mirrored(const View& view) {
  View mirror{Tensor(view.input.shape()), view.geometry};
  const auto width = static_cast<std::ptrdiff_t>(view.input.dim(3));
  const auto from = view.input.data<float>();
  const auto to = mirror.input.data<float>();
  for (std::ptrdiff_t row = 0; row < std::ssize(from); row += width) {
    std::reverse_copy(from.begin() + row, from.begin() + row + width, to.begin() + row);
  }
  mirror.geometry.scale_x = -view.geometry.scale_x;
  mirror.geometry.offset_x = view.geometry.input_width - view.geometry.offset_x;
  return mirror;
}

void check(const Preparation& p, const Extent& image, const Extent& size) {
  const auto refuse = [&](std::string_view why) {
    throw Error(Fault::unsupported, fmt::format("preparation {}: an image of {} x {} pixels {}",
                                                p.name, image.width, image.height, why));
  };
  if (std::int64_t{size.width} * size.height > std::int64_t{1} << 26) {
    refuse("is too elongated to be resized with its aspect kept");
  }
  if (std::max(p.crop, p.crop_width) > size.width || p.crop > size.height)
    refuse("is smaller than the crop");
}

}  // namespace

std::vector<View> prepare(const Preparation& p, const Tensor& image) {
  if (image.rank() != 3 || image.dim(2) != 3 || image.type() != DType::u8 || image.empty()) {
    throw Error(Fault::bad_data, fmt::format("preparation {}: not an image but {} {}", p.name,
                                             name_of(image.type()), to_string(image.shape())));
  }
  const Tensor* source = &image;
  Tensor part;
  if (p.central_fraction != 1) source = &(part = central_part(image, p.central_fraction));
  const Extent before = extent_of(*source), after = resized(p, before);
  check(p, extent_of(image), after);
  const Window window = crop_window(p, after);
  const bool untouched = p.fit == Fit::none && p.crop == 0;
  View view;
  view.input = input_of(p, untouched ? *source : resample(*source, after, p.resampler, window));

  Geometry& g = view.geometry;
  g.image_width = static_cast<int>(image.dim(1));
  g.image_height = static_cast<int>(image.dim(0));
  g.input_width = static_cast<int>(view.input.dim(3));
  g.input_height = static_cast<int>(view.input.dim(2));
  g.scale_x = static_cast<double>(after.width) / before.width;
  g.scale_y = static_cast<double>(after.height) / before.height;
  // The central part starts (image - part) / 2 from the image's edge.
  g.offset_x = -g.scale_x * ((g.image_width - before.width) / 2) - window.x;
  g.offset_y = -g.scale_y * ((g.image_height - before.height) / 2) - window.y;
  std::vector<View> views;
  views.push_back(std::move(view));
  if (p.flip) views.push_back(mirrored(views.front()));
  return views;
}

}  // namespace bench
