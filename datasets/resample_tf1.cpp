#include <algorithm>
#include <vector>

#include "datasets/resamplers.h"

namespace bench {
namespace {

// Output pixel i lies at input position i * in / out, pixel 0 on pixel 0: the picture is shifted
// by up to half a pixel against what other tools do. All in float, as TensorFlow.
struct Position {
  std::size_t low, high;
  float share;  // of high
};

std::vector<Position> positions(int in, int out, int start, int count) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  std::vector<Position> list;
  for (int i = start; i < start + count; ++i) {
    const float at = static_cast<float>(i) * scale;
    const int low = std::min(static_cast<int>(at), in - 1);
    list.push_back({static_cast<std::size_t>(low),
                    static_cast<std::size_t>(std::min(low + 1, in - 1)),
                    at - static_cast<float>(low)});
  }
  return list;
}

float mix(float a, float b, float share) { return a + (b - a) * share; }

}  // namespace

Tensor resample_tf1(const Tensor& image, const Extent& size, const Window& window) {
  const auto across = positions(static_cast<int>(image.dim(1)), size.width, window.x, window.width);
  const auto down = positions(static_cast<int>(image.dim(0)), size.height, window.y, window.height);
  const std::size_t stride = 3 * static_cast<std::size_t>(image.dim(1));
  const std::uint8_t* const pixels = image.data<std::uint8_t>().data();
  Tensor out({window.height, window.width, 3});
  float* to = out.data<float>().data();
  for (const Position& y : down) {
    const std::uint8_t* const top = pixels + y.low * stride;
    const std::uint8_t* const bottom = pixels + y.high * stride;
    for (const Position& x : across) {
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t left = 3 * x.low + c, right = 3 * x.high + c;
        *to++ = mix(mix(top[left], top[right], x.share), mix(bottom[left], bottom[right], x.share),
                    y.share);
      }
    }
  }
  return out;
}

}  // namespace bench
