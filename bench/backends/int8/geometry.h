#pragma once
// Where a layer's windows lie in memory.

#include <cstdint>
#include <span>

#include "bench/backends/int8/convolution.h"

namespace bench::int8 {

/// A Linear is a 1 x 1 convolution.
struct Geometry {
  std::int64_t in_channels = 1, out_channels = 1;
  int kernel_h = 1, kernel_w = 1;
  Pair stride{}, dilation{};
  Padding pad{};
  int groups = 1;

  explicit Geometry(const integer::Layer& layer);
  std::int64_t taps() const { return std::int64_t{kernel_h} * kernel_w; }
  std::int64_t inputs_per_group() const { return in_channels / groups; }
  std::int64_t outputs_per_group() const { return out_channels / groups; }
  /// Lines and columns that a window spans.
  std::int64_t span_h() const { return std::int64_t{dilation.h} * (kernel_h - 1) + 1; }
  std::int64_t span_w() const { return std::int64_t{dilation.w} * (kernel_w - 1) + 1; }
  bool padded() const { return !(pad == Padding{}); }
  /// Every pixel by itself, so that it does not matter which line it is on.
  bool pointwise() const { return taps() == 1 && stride == Pair{1, 1} && !padded(); }

  Map result(const Map& input) const;
};

/// Some rows of windows of one image, with the input lines they see.
struct Band {
  const std::uint8_t* input = nullptr;  ///< the first window of the first row
  std::int64_t line = 0;                ///< bytes from one line to the next
  std::int64_t pixel = 0;               ///< bytes from one pixel to the next
  std::int64_t image = 0, row = 0, rows = 0;
};

/// Cuts an input into bands that fit a core's cache. Where there is padding, or where every channel
/// is to be there `repeat` times, a band's lines are copied, so that the inner loops know neither.
class Bands {
 public:
  Bands(const Geometry& geometry, const Map& input, int repeat = 1);

  /// Of the input, as the loops are to see it: a pointwise layer has one pixel on each line.
  const Map& input() const { return input_; }
  const Map& result() const { return result_; }
  std::int64_t rows() const { return rows_; }  ///< of every band but an image's last
  std::int64_t count() const { return input_.batch * per_image_; }
  std::int64_t line() const;   ///< Band::line
  std::int64_t pixel() const;  ///< Band::pixel
  /// For one band's copy, with slack; 0 where nothing is copied.
  std::size_t copy_bytes() const;

  /// REQUIRES copy_bytes() at `copy`. Padding is `zero_point`.
  Band band(std::int64_t index, const std::uint8_t* data, std::uint8_t zero_point,
            std::uint8_t* copy) const;

 private:
  bool copies() const { return geometry_.padded() || repeat_ > 1; }
  std::int64_t lines(std::int64_t rows) const {
    return (rows - 1) * geometry_.stride.h + geometry_.span_h();
  }
  void copy_line(const std::uint8_t* image, std::int64_t line, std::uint8_t zero_point,
                 std::uint8_t* to) const;

  Geometry geometry_;
  Map input_, result_;
  int repeat_;
  std::int64_t rows_ = 1, per_image_ = 1;
};

}  // namespace bench::int8
