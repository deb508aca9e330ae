#include "bench/backends/int8/geometry.h"

#include <algorithm>
#include <cstring>

namespace bench::int8 {
namespace {

// A band's lines, its results and a block of weights share the second-level cache, of 1 MiB or
// more. Where each channel is alone, little is computed for each line, and lines at a band's seams
// are computed with twice.
std::int64_t band_bytes(const Geometry& geometry) {
  return (geometry.inputs_per_group() == 1 ? 256 : 128) * std::int64_t{1024};
}

std::int64_t windows(std::int64_t size, std::int64_t span, std::int64_t stride) {
  return (size - span) / stride + 1;
}

}  // namespace

Geometry::Geometry(const integer::Layer& layer) : out_channels(layer.weight.dim(0)) {
  if (layer.linear) {
    in_channels = layer.weight.dim(1);
    return;
  }
  in_channels = layer.weight.dim(1) * layer.groups;
  kernel_h = static_cast<int>(layer.weight.dim(2));
  kernel_w = static_cast<int>(layer.weight.dim(3));
  stride = layer.stride;
  dilation = layer.dilation;
  pad = layer.pad;
  groups = layer.groups;
}

Map Geometry::result(const Map& input) const {
  return {input.batch, windows(input.height + pad.top + pad.bottom, span_h(), stride.h),
          windows(input.width + pad.left + pad.right, span_w(), stride.w), out_channels};
}

Bands::Bands(const Geometry& geometry, const Map& input, int repeat)
    : geometry_(geometry), input_(input), repeat_(repeat) {
  if (geometry.pointwise()) input_ = {1, input.pixels(), 1, input.channels};
  result_ = geometry_.result(input_);
  const std::int64_t first_row = geometry_.span_h() * line();
  const std::int64_t row = geometry_.stride.h * line() + result_.width * result_.channels;
  rows_ = std::clamp<std::int64_t>((band_bytes(geometry) - first_row) / row, 1, result_.height);
  per_image_ = (result_.height + rows_ - 1) / rows_;
  rows_ = (result_.height + per_image_ - 1) / per_image_;  // bands of one size
}

std::int64_t Bands::pixel() const { return input_.channels * repeat_; }

std::int64_t Bands::line() const {
  return (input_.width + geometry_.pad.left + geometry_.pad.right) * pixel();
}

std::size_t Bands::copy_bytes() const {
  if (!copies()) return 0;
  return static_cast<std::size_t>(lines(rows_) * line()) + Convolution::slack;
}

void Bands::copy_line(const std::uint8_t* image, std::int64_t line, std::uint8_t zero_point,
                      std::uint8_t* to) const {
  const auto left = static_cast<std::size_t>(geometry_.pad.left * pixel());
  const auto right = static_cast<std::size_t>(geometry_.pad.right * pixel());
  const auto middle = static_cast<std::size_t>(input_.width * pixel());
  const std::int64_t from = line - geometry_.pad.top;
  if (from < 0 || from >= input_.height) {
    std::memset(to, zero_point, left + middle + right);
    return;
  }
  const std::uint8_t* pixels = image + from * input_.width * input_.channels;
  std::memset(to, zero_point, left);
  if (repeat_ == 1) {
    std::memcpy(to + left, pixels, middle);
  } else {
    std::uint8_t* next = to + left;
    for (std::int64_t i = 0; i < input_.width * input_.channels; ++i, next += repeat_) {
      std::memset(next, pixels[i], static_cast<std::size_t>(repeat_));
    }
  }
  std::memset(to + left + middle, zero_point, right);
}

Band Bands::band(std::int64_t index, const std::uint8_t* data, std::uint8_t zero_point,
                 std::uint8_t* copy) const {
  Band band{.line = line(), .pixel = pixel(), .image = index / per_image_};
  band.row = index % per_image_ * rows_;
  band.rows = std::min(rows_, result_.height - band.row);
  const std::uint8_t* image = data + band.image * input_.height * input_.width * input_.channels;
  const std::int64_t first = band.row * geometry_.stride.h;
  if (!copies()) {
    band.input = image + first * line();
    return band;
  }
  for (std::int64_t i = 0; i < lines(band.rows); ++i) {
    copy_line(image, first + i, zero_point, copy + i * line());
  }
  band.input = copy;
  return band;
}

}  // namespace bench::int8
