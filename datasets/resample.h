#pragma once
// Resampling of images, to the very bit as the tools do whose figures are published. The tools
// differ: for 500 -> 256 PIL and OpenCV "bilinear" are 9/255 apart on average, because PIL widens
// its filter when shrinking (antialiasing) and OpenCV does not.

#include <string_view>

#include "models/tensor.h"

namespace bench {

enum class Resampler {
  pil_bilinear,    ///< Pillow >= 2.7, Image.BILINEAR: antialiased, fixed point of 22 bits; u8
  pil_bicubic,     ///< Pillow, Image.BICUBIC (a = -0.5): likewise
  antialiased,     ///< PIL bilinear's filter in real numbers, rounded once at the end; u8
  opencv_nearest,  ///< cv::resize INTER_NEAREST; u8
  opencv_linear,   ///< cv::resize INTER_LINEAR: not antialiased, fixed point of 11 bits; u8
  opencv_cubic,    ///< cv::resize INTER_CUBIC (a = -0.75); u8
  opencv_area,     ///< cv::resize INTER_AREA; u8
  tf1_bilinear,    ///< tf.compat.v1.image.resize_bilinear: no half-pixel centres; gives f32
};

/// "PIL bilinear", "OpenCV linear", ...
std::string_view name_of(Resampler resampler);

struct Extent {
  int width = 0, height = 0;
};

struct Window {
  int x = 0, y = 0, width = 0, height = 0;
};

/// The part of `image` (H x W x C, any element type) inside `window`. REQUIRES it to lie inside.
Tensor crop(const Tensor& image, const Window& window);

/// What crop(image resampled to `size`, window) would give; some resamplers compute only that.
/// image: H x W x 3 u8. Gives window.height x window.width x 3, u8 (f32 for tf1_bilinear).
/// REQUIRES positive sizes and the window inside `size`.
Tensor resample(const Tensor& image, const Extent& size, Resampler resampler, const Window& window);

/// The whole image.
Tensor resample(const Tensor& image, const Extent& size, Resampler resampler);

}  // namespace bench
