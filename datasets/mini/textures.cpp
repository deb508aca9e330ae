#include "datasets/mini/textures.h"

#include <algorithm>
#include <cmath>

#include "datasets/mini/shapes.h"

namespace bench::mini {
namespace {

float fraction(float v) { return v - std::floor(v); }

// 0..1 at each knot of a lattice.
float knot(int x, int y, std::uint64_t seed) {
  const auto key = seed ^ (static_cast<std::uint64_t>(static_cast<std::uint32_t>(x)) << 32 |
                           static_cast<std::uint32_t>(y));
  return Random(key).uniform(0, 1);
}

float smooth(float t) { return t * t * (3 - 2 * t); }

float lattice_noise(float x, float y, std::uint64_t seed) {
  const int ix = static_cast<int>(std::floor(x)), iy = static_cast<int>(std::floor(y));
  const float u = smooth(x - std::floor(x)), v = smooth(y - std::floor(y));
  const float top = knot(ix, iy, seed) * (1 - u) + knot(ix + 1, iy, seed) * u;
  const float bottom = knot(ix, iy + 1, seed) * (1 - u) + knot(ix + 1, iy + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

// Nearly normal: four uniform numbers.
float noise(Random& random) {
  float sum = 0;
  for (int i = 0; i < 4; ++i) sum += random.uniform(-1, 1);
  return sum * 0.866f;  // variance of a uniform number is 1/3
}

Texture any_backdrop(Random& random) {
  const Colour a = any_colour(random), b = any_colour(random);
  const Colour near = mix(a, b, random.uniform(0.1f, 0.45f));
  const float period = random.uniform(0.12f, 0.6f);
  switch (random.integer(0, 5)) {
    case 0: return slope(a, b);
    case 1: return stripes(a, near, period);
    case 2: return checks(a, near, period);
    case 3: return [=](Point p) { return p.y < period - 0.3f ? a : b; };
    default: return clouds(a, b, period, random.next());
  }
}

Outline any_scrap(Random& random) {
  switch (random.integer(0, 3)) {
    case 0: return ellipse({}, random.uniform(0.3f, 1), random.uniform(0.3f, 0.9f));
    case 1: return stroke({-0.9f, 0}, {0.9f, 0}, random.uniform(0.05f, 0.2f));
    case 2: return star(random.integer(3, 7), random.uniform(0.3f, 0.9f));
    default: return box({}, random.uniform(0.2f, 0.8f), random.uniform(0.2f, 0.6f));
  }
}

}  // namespace

Texture plain(Colour colour) {
  return [=](Point) { return colour; };
}

Texture stripes(Colour a, Colour b, float period, float phase) {
  return [=](Point p) { return fraction(p.x / period + phase) < 0.5f ? a : b; };
}

Texture checks(Colour a, Colour b, float period) {
  return [=](Point p) {
    return (fraction(p.x / period) < 0.5f) == (fraction(p.y / period) < 0.5f) ? a : b;
  };
}

Texture slope(Colour top, Colour bottom) {
  return [=](Point p) { return mix(top, bottom, std::clamp(0.5f + 0.5f * p.y, 0.f, 1.f)); };
}

Texture clouds(Colour a, Colour b, float grain, std::uint64_t seed) {
  return [=](Point p) {
    const float coarse = lattice_noise(p.x / grain, p.y / grain, seed);
    const float fine = lattice_noise(3 * p.x / grain, 3 * p.y / grain, seed + 1);
    return mix(a, b, 0.7f * coarse + 0.3f * fine);
  };
}

Texture rounded(Texture texture, Point light, float strength) {
  return [=, texture = std::move(texture)](Point p) {
    const float lit = 1 - strength * std::hypot(p.x - light.x, p.y - light.y);
    const Colour c = texture(p);
    return Colour{c.r * lit, c.g * lit, c.b * lit};
  };
}

Picture backdrop(int width, int height, Random& random) {
  Picture picture(width, height);
  const float w = static_cast<float>(width), h = static_cast<float>(height);
  const Drawing all = {{[](Point) { return -1.f; }, any_backdrop(random)}};
  const float tilt = random.uniform(-0.6f, 0.6f);
  paint(picture, all, {{w / 2, h / 2}, std::max(w, h), tilt});
  return picture;
}

void clutter(Picture& picture, int scraps, float largest, Random& random) {
  for (int i = 0; i < scraps; ++i) {
    Pose pose;
    pose.centre.x = random.uniform(0, static_cast<float>(picture.width));
    pose.centre.y = random.uniform(0, static_cast<float>(picture.height));
    pose.size = random.uniform(0.3f, 1) * largest;
    pose.angle = random.uniform(0, 6.28f);
    const Outline outline = any_scrap(random);
    const Colour a = any_colour(random), b = any_colour(random);
    const Texture texture =
        random.integer(0, 2) == 0 ? stripes(a, b, random.uniform(0.2f, 0.6f)) : plain(a);
    paint(picture, {{outline, texture}}, pose, random.uniform(0.4f, 1));
  }
}

void fade(Picture& picture, float share, Random& random) {
  const Colour grey = hsv(0, 0, random.uniform(0.2f, 0.8f));
  for (Colour& c : picture.pixels) c = mix(c, grey, share);
}

float any_hardness(Random& random) {
  const float u = random.uniform(0, 1);
  return u * u;
}

Conditions any_conditions(Random& random, float strength) {
  const auto around = [&](float reach) { return random.uniform(-reach, reach) * strength; };
  Conditions c;
  c.gain = 1 - random.uniform(0, 0.5f) * strength + around(0.15f);
  c.contrast = 1 - random.uniform(0, 0.5f) * strength;
  c.slope = {around(0.4f), around(0.4f)};
  c.cast = {1 + around(0.15f), 1 + around(0.08f), 1 + around(0.15f)};
  c.blur = std::max(0.f, random.uniform(-0.6f, 1.2f)) * strength;
  c.noise = random.uniform(0, 0.07f) * strength;
  return c;
}

void take(Picture& picture, const Conditions& conditions, Random& random) {
  blur(picture, conditions.blur);
  const float w = static_cast<float>(picture.width), h = static_cast<float>(picture.height);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      Colour& c = picture.at(x, y);
      const float light =
          conditions.gain * (1 + conditions.slope.x * (2 * static_cast<float>(x) / w - 1) +
                             conditions.slope.y * (2 * static_cast<float>(y) / h - 1));
      const auto taken = [&](float v, float cast) {
        return 0.45f + conditions.contrast * (v * light * cast - 0.45f) +
               conditions.noise * noise(random);
      };
      c = {taken(c.r, conditions.cast.r), taken(c.g, conditions.cast.g),
           taken(c.b, conditions.cast.b)};
    }
  }
}

}  // namespace bench::mini
