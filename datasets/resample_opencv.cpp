// OpenCV's own resize. Its plain C++ and SIMD paths agree to the bit on 8-bit images; Debian builds
// it without IPP, and OpenCL is only ever used for cv::UMat.

#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>
#include <opencv2/imgproc.hpp>

#include "datasets/resamplers.h"

namespace bench {
namespace {

int flag(Resampler resampler) {
  switch (resampler) {
    case Resampler::opencv_nearest: return cv::INTER_NEAREST;
    case Resampler::opencv_cubic: return cv::INTER_CUBIC;
    case Resampler::opencv_area: return cv::INTER_AREA;
    default: return cv::INTER_LINEAR;
  }
}

// A Mat that looks at the tensor's memory.
cv::Mat mat_of(const Tensor& image) {
  return cv::Mat(static_cast<int>(image.dim(0)), static_cast<int>(image.dim(1)), CV_8UC3,
                 const_cast<std::uint8_t*>(image.data<std::uint8_t>().data()));
}

}  // namespace

Tensor resample_opencv(const Tensor& image, const Extent& size, const Window& window,
                       Resampler resampler) {
  // Work is parallel over images; OpenCV's own threads (for the whole process) would only disturb.
  static const bool once = [] {
    cv::setNumThreads(1);
    return true;
  }();
  static_cast<void>(once);
  Tensor out({size.height, size.width, 3}, DType::u8);
  cv::Mat target = mat_of(out);
  cv::resize(mat_of(image), target, target.size(), 0, 0, flag(resampler));
  if (window.width == size.width && window.height == size.height) return out;
  return crop(out, window);
}

}  // namespace bench
