#include "datasets/resample.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "datasets/resamplers.h"

namespace bench {

std::string_view name_of(Resampler resampler) {
  switch (resampler) {
    case Resampler::pil_bilinear: return "PIL bilinear";
    case Resampler::pil_bicubic: return "PIL bicubic";
    case Resampler::antialiased: return "antialiased bilinear";
    case Resampler::opencv_nearest: return "OpenCV nearest";
    case Resampler::opencv_linear: return "OpenCV linear";
    case Resampler::opencv_cubic: return "OpenCV cubic";
    case Resampler::opencv_area: return "OpenCV area";
    case Resampler::tf1_bilinear: return "TF1 bilinear";
  }
  return "?";
}

Tensor crop(const Tensor& image, const Window& window) {
  const auto channels = image.dim(2);
  Tensor out({window.height, window.width, channels}, image.type());
  const std::size_t pixel = static_cast<std::size_t>(channels) * size_of(image.type());
  const std::size_t row = pixel * static_cast<std::size_t>(window.width);
  const std::size_t stride = pixel * static_cast<std::size_t>(image.dim(1));
  const std::byte* from = image.bytes().data() + stride * static_cast<std::size_t>(window.y) +
                          pixel * static_cast<std::size_t>(window.x);
  std::byte* to = out.bytes().data();
  for (int y = 0; y < window.height; ++y, from += stride, to += row) std::memcpy(to, from, row);
  return out;
}

Tensor resample(const Tensor& image, const Extent& size, Resampler resampler,
                const Window& window) {
  switch (resampler) {
    case Resampler::pil_bilinear: return resample_pil(image, size, window, false);
    case Resampler::pil_bicubic: return resample_pil(image, size, window, true);
    case Resampler::antialiased: return resample_antialiased(image, size, window);
    case Resampler::tf1_bilinear: return resample_tf1(image, size, window);
    default: return resample_opencv(image, size, window, resampler);
  }
}

Tensor resample(const Tensor& image, const Extent& size, Resampler resampler) {
  return resample(image, size, resampler, {0, 0, size.width, size.height});
}

}  // namespace bench
