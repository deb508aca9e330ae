#pragma once
// The families of resamplers behind datasets/resample.h, which is what to include elsewhere. Each
// gives the pixels of `window` of `image` resampled to `size`.

#include "datasets/resample.h"

namespace bench {

/// Source: Pillow 9.4, Image.resize on 8-bit images.
Tensor resample_pil(const Tensor& image, const Extent& size, const Window& window, bool bicubic);

/// A triangle filter, widened when shrinking, in double; half up.
Tensor resample_antialiased(const Tensor& image, const Extent& size, const Window& window);

/// interpolation: cv::InterpolationFlags. Source: OpenCV 4.6, by calling it.
Tensor resample_opencv(const Tensor& image, const Extent& size, const Window& window,
                       Resampler resampler);

/// Source: TensorFlow 1, resize_bilinear with align_corners and half_pixel_centers both false.
Tensor resample_tf1(const Tensor& image, const Extent& size, const Window& window);

}  // namespace bench
