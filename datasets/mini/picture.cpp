#include "datasets/mini/picture.h"

#include <algorithm>
#include <cmath>

namespace bench::mini {
namespace {

// Turns pixels into the drawing's coordinates, and knows which pixels can be touched.
class Placing {
 public:
  Placing(const Pose& pose, int width, int height)
      : pose_(pose), cosine_(std::cos(pose.angle)), sine_(std::sin(pose.angle)) {
    const float reach = pose.size * 1.2f * std::max(1.f, std::abs(pose.narrow)) + pose.softness;
    const auto first = [&](float c) {
      return std::max(0, static_cast<int>(std::floor(c - reach)));
    };
    const auto last = [&](float c, int n) {
      return std::min(n, static_cast<int>(std::ceil(c + reach)) + 1);
    };
    x0 = first(pose.centre.x);
    y0 = first(pose.centre.y);
    x1 = last(pose.centre.x, width);
    y1 = last(pose.centre.y, height);
  }

  Point local(int x, int y) const {
    const float dx = static_cast<float>(x) - pose_.centre.x,
                dy = static_cast<float>(y) - pose_.centre.y;
    return {(cosine_ * dx + sine_ * dy) / (pose_.size * pose_.narrow),
            (cosine_ * dy - sine_ * dx) / pose_.size};
  }

  float coverage(float distance) const {
    const float pixels = distance * pose_.size * std::sqrt(std::abs(pose_.narrow));
    return std::clamp(0.5f - pixels / std::max(1.f, pose_.softness), 0.f, 1.f);
  }

  /// visit(x, y, local place, distance) for all pixels that the outline may touch. Blocks far
  /// from it are left out; by a factor of two, as some distances are approximate.
  template <class Visit>
  void visit(const Outline& outline, const Visit& visit_pixel) const {
    constexpr int block = 8;
    const float scale = pose_.size * std::min(1.f, std::abs(pose_.narrow));
    for (int top = y0; top < y1; top += block) {
      for (int left = x0; left < x1; left += block) {
        const float middle = outline(local(left + block / 2, top + block / 2)) * scale;
        if (middle > 2 * block + pose_.softness) continue;
        for (int y = top; y < std::min(top + block, y1); ++y) {
          for (int x = left; x < std::min(left + block, x1); ++x) {
            const Point p = local(x, y);
            visit_pixel(x, y, p, outline(p));
          }
        }
      }
    }
  }

 private:
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  Pose pose_;
  float cosine_, sine_;
};

std::vector<float> bell(float sigma) {
  const int reach = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
  std::vector<float> weights;
  float sum = 0;
  for (int i = -reach; i <= reach; ++i) {
    const float t = static_cast<float>(i) / sigma;
    weights.push_back(std::exp(-t * t / 2));
    sum += weights.back();
  }
  for (float& w : weights) w /= sum;
  return weights;
}

void blur_along(Picture& picture, const std::vector<float>& weights, int dx, int dy) {
  Picture source = picture;
  const int reach = static_cast<int>(weights.size() / 2);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      Colour sum;
      for (int i = -reach; i <= reach; ++i) {
        const Colour c = source.at(std::clamp(x + i * dx, 0, picture.width - 1),
                                   std::clamp(y + i * dy, 0, picture.height - 1));
        const float w = weights[static_cast<std::size_t>(i + reach)];
        sum = {sum.r + w * c.r, sum.g + w * c.g, sum.b + w * c.b};
      }
      picture.at(x, y) = sum;
    }
  }
}

}  // namespace

Colour mix(Colour a, Colour b, float t) {
  return {a.r + t * (b.r - a.r), a.g + t * (b.g - a.g), a.b + t * (b.b - a.b)};
}

Colour hsv(float hue, float saturation, float value) {
  const float h = 6 * (hue - std::floor(hue));
  const auto channel = [&](float n) {
    const float k = std::fmod(n + h, 6.f);
    return value * (1 - saturation * std::clamp(std::min(k, 4 - k), 0.f, 1.f));
  };
  return {channel(5), channel(3), channel(1)};
}

Colour any_colour(Random& random) {
  const float hue = random.uniform(0, 1), saturation = random.uniform(0, 0.9f);
  return hsv(hue, saturation, random.uniform(0.2f, 1));
}

void paint(Picture& picture, const Drawing& drawing, const Pose& pose, float opacity) {
  const Placing place(pose, picture.width, picture.height);
  for (const Part& part : drawing) {
    place.visit(part.outline, [&](int x, int y, Point p, float distance) {
      const float alpha = opacity * place.coverage(distance);
      if (alpha > 0) picture.at(x, y) = mix(picture.at(x, y), part.texture(p), alpha);
    });
  }
}

std::vector<bool> silhouette(const Drawing& drawing, const Pose& pose, int width, int height) {
  const Placing place(pose, width, height);
  std::vector<bool> covered(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (const Part& part : drawing) {
    place.visit(part.outline, [&](int x, int y, Point, float distance) {
      if (distance < 0) covered[static_cast<std::size_t>(y * width + x)] = true;
    });
  }
  return covered;
}

int whole_pixels(const Drawing& drawing, Pose pose) {
  const int side = static_cast<int>(3.2f * pose.size) + 4;
  pose.centre = {static_cast<float>(side) / 2, static_cast<float>(side) / 2};
  const auto covered = silhouette(drawing, pose, side, side);
  return static_cast<int>(std::count(covered.begin(), covered.end(), true));
}

void blur(Picture& picture, float sigma) {
  if (sigma < 0.2f) return;
  const auto weights = bell(sigma);
  blur_along(picture, weights, 1, 0);
  blur_along(picture, weights, 0, 1);
}

Tensor to_pixels(const Picture& picture) {
  Tensor pixels({picture.height, picture.width, 3}, DType::u8);
  auto out = pixels.data<std::uint8_t>().begin();
  const auto byte = [](float v) {
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp(v, 0.f, 1.f)));
  };
  for (const Colour& c : picture.pixels) {
    for (const float v : {c.r, c.g, c.b}) *out++ = byte(v);
  }
  return pixels;
}

}  // namespace bench::mini
