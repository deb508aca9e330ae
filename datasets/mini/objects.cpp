#include "datasets/mini/objects.h"

#include <cmath>

#include "datasets/mini/shapes.h"
#include "datasets/mini/textures.h"

namespace bench::mini {
namespace {

Texture grey(float value) { return plain({value, value, value}); }

// Paint of some hue: plain, with a slope of light, or cloudy.
Texture coat(Random& random) {
  const Colour a = any_colour(random);
  const Colour b = mix(a, {}, random.uniform(0.1f, 0.5f));
  const int kind = random.integer(0, 3);
  if (kind == 0) return plain(a);
  if (kind == 1) return clouds(a, b, 0.4f, random.next());
  return slope(a, b);
}

Texture skin(Random& random) {
  const float depth = random.uniform(0, 1);
  return plain(mix({0.98f, 0.84f, 0.72f}, {0.35f, 0.21f, 0.13f}, depth));
}

Drawing aeroplane(Random& random) {
  const float value = random.uniform(0.6f, 1);
  const Texture body = slope({value, value, value}, {0.6f * value, 0.6f * value, 0.7f * value});
  const Texture mark = coat(random);
  return {{polygon({{-0.1f, 0}, {0.25f, 0}, {-0.25f, 0.75f}, {-0.42f, 0.75f}}), body},
          {polygon({{-0.1f, 0}, {0.2f, 0}, {-0.15f, -0.5f}, {-0.28f, -0.5f}}), grey(0.6f * value)},
          {polygon({{-0.95f, -0.45f}, {-0.8f, -0.45f}, {-0.55f, 0}, {-0.85f, 0}}), mark},
          {ellipse({0, 0}, 0.95f, 0.15f), body},
          {ellipse({0.75f, -0.05f}, 0.1f, 0.05f), grey(0.15f)},
          {stroke({-0.5f, -0.03f}, {0.55f, -0.03f}, 0.025f), mark}};
}

Drawing boat(Random& random) {
  const Texture hull = coat(random), sail = coat(random);
  Drawing drawing = {
      {polygon({{-0.9f, 0.35f}, {0.95f, 0.35f}, {0.65f, 0.75f}, {-0.65f, 0.75f}}), hull},
      {stroke({-0.05f, 0.35f}, {-0.05f, -0.9f}, 0.03f), grey(0.25f)},
      {polygon({{0.02f, -0.85f}, {0.75f, 0.22f}, {0.02f, 0.22f}}), sail}};
  if (random.integer(0, 1)) {
    drawing.push_back({polygon({{-0.12f, -0.7f}, {-0.12f, 0.22f}, {-0.65f, 0.22f}}), grey(0.95f)});
  }
  return drawing;
}

Drawing bottle(Random& random) {
  const float hue = random.uniform(0.05f, 0.45f), value = random.uniform(0.25f, 0.8f);
  const Colour glass = hsv(hue, 0.6f, value);
  const Texture label = coat(random);
  return {
      {box({0, 0.3f}, 0.33f, 0.65f, 0.12f), slope(mix(glass, {1, 1, 1}, 0.3f), glass)},
      {polygon({{-0.12f, -0.5f}, {0.12f, -0.5f}, {0.32f, -0.2f}, {-0.32f, -0.2f}}), plain(glass)},
      {box({0, -0.65f}, 0.12f, 0.3f, 0.03f), plain(glass)},
      {box({0, -0.9f}, 0.14f, 0.08f, 0.02f), label},
      {box({0, 0.35f}, 0.33f, 0.22f), label},
      {stroke({-0.2f, -0.1f}, {-0.2f, 0.8f}, 0.03f), plain(mix(glass, {1, 1, 1}, 0.6f))}};
}

Drawing car(Random& random) {
  const Texture paint = coat(random);
  const float roof = random.uniform(-0.55f, -0.35f), back = random.uniform(-0.75f, -0.5f);
  return {
      {polygon({{back, -0.02f}, {back + 0.2f, roof}, {0.3f, roof}, {0.6f, -0.02f}}), paint},
      {box({0, 0.17f}, 0.95f, 0.24f, 0.12f), paint},
      {polygon({{back + 0.12f, -0.03f},
                {back + 0.26f, roof + 0.09f},
                {-0.05f, roof + 0.09f},
                {-0.05f, -0.03f}}),
       grey(0.2f)},
      {polygon({{0.03f, -0.03f}, {0.03f, roof + 0.09f}, {0.26f, roof + 0.09f}, {0.47f, -0.03f}}),
       grey(0.25f)},
      {circle({-0.55f, 0.38f}, 0.22f), grey(0.08f)},
      {circle({0.55f, 0.38f}, 0.22f), grey(0.08f)},
      {circle({-0.55f, 0.38f}, 0.1f), grey(0.7f)},
      {circle({0.55f, 0.38f}, 0.1f), grey(0.7f)},
      {ellipse({0.88f, 0.12f}, 0.06f, 0.07f), plain({1, 0.95f, 0.6f})}};
}

Drawing cat(Random& random) {
  const float hue = random.uniform(0.03f, 0.12f), value = random.uniform(0.15f, 0.95f);
  const Colour light = hsv(hue, random.uniform(0, 0.7f), value), dark = mix(light, {}, 0.5f);
  const Texture fur = random.integer(0, 1) ? stripes(light, dark, 0.28f)
                                           : clouds(light, dark, 0.35f, random.next());
  const Texture eye = plain(hsv(random.uniform(0.15f, 0.4f), 0.8f, 0.9f));
  return {{stroke({0.4f, 0.75f}, {0.85f, 0.1f}, 0.08f), fur},
          {ellipse({0, 0.45f}, 0.52f, 0.5f), fur},
          {polygon({{-0.48f, -0.3f}, {-0.45f, -0.95f}, {-0.05f, -0.6f}}), fur},
          {polygon({{0.48f, -0.3f}, {0.45f, -0.95f}, {0.05f, -0.6f}}), fur},
          {ellipse({0, -0.3f}, 0.5f, 0.4f), fur},
          {ellipse({-0.2f, -0.35f}, 0.1f, 0.08f), eye},
          {ellipse({0.2f, -0.35f}, 0.1f, 0.08f), eye},
          {ellipse({-0.2f, -0.35f}, 0.03f, 0.08f), grey(0)},
          {ellipse({0.2f, -0.35f}, 0.03f, 0.08f), grey(0)},
          {polygon({{-0.08f, -0.2f}, {0.08f, -0.2f}, {0, -0.1f}}), plain({0.85f, 0.5f, 0.5f})}};
}

Drawing person(Random& random) {
  const Texture face = skin(random), shirt = coat(random), trousers = coat(random);
  const Texture hair = plain(hsv(random.uniform(0.02f, 0.12f), 0.6f, random.uniform(0.05f, 0.7f)));
  const float lift = random.uniform(-0.35f, 0.35f), step = random.uniform(0.05f, 0.25f);
  return {{stroke({-0.1f, 0.2f}, {-step - 0.05f, 0.88f}, 0.1f), trousers},
          {stroke({0.1f, 0.2f}, {step + 0.05f, 0.88f}, 0.1f), trousers},
          {stroke({-0.22f, -0.38f}, {-0.45f, lift}, 0.07f), shirt},
          {stroke({0.22f, -0.38f}, {0.45f, -lift * 0.6f}, 0.07f), shirt},
          {circle({-0.45f, lift}, 0.08f), face},
          {circle({0.45f, -lift * 0.6f}, 0.08f), face},
          {box({0, -0.12f}, 0.26f, 0.36f, 0.1f), shirt},
          {circle({0, -0.7f}, 0.23f), hair},
          {ellipse({0, -0.66f}, 0.18f, 0.2f), face},
          {circle({-0.07f, -0.68f}, 0.025f), grey(0.1f)},
          {circle({0.07f, -0.68f}, 0.025f), grey(0.1f)}};
}

Drawing pottedplant(Random& random) {
  const Texture pot =
      plain(hsv(random.uniform(0, 0.09f), random.uniform(0.3f, 0.8f), random.uniform(0.4f, 0.9f)));
  Drawing drawing;
  const int leaves = random.integer(5, 9);
  for (int i = 0; i < leaves; ++i) {
    const float angle = -1.3f + 2.6f * (static_cast<float>(i) + random.uniform(0, 0.6f)) /
                                    static_cast<float>(leaves);
    const float length = random.uniform(0.8f, 1.15f);
    const Point tip = {0.8f * length * std::sin(angle), 0.3f - length * std::cos(angle)};
    const Texture leaf = plain(hsv(random.uniform(0.22f, 0.4f), 0.7f, random.uniform(0.25f, 0.8f)));
    drawing.push_back({stroke({0, 0.3f}, tip, random.uniform(0.05f, 0.11f)), leaf});
  }
  drawing.push_back(
      {polygon({{-0.42f, 0.25f}, {0.42f, 0.25f}, {0.3f, 0.92f}, {-0.3f, 0.92f}}), pot});
  drawing.push_back({box({0, 0.28f}, 0.47f, 0.09f, 0.02f), pot});
  return drawing;
}

Drawing tvmonitor(Random& random) {
  const float frame = random.uniform(0.05f, 0.35f);
  const Colour a = any_colour(random), b = any_colour(random);
  const Texture shown = random.integer(0, 1) ? clouds(a, b, 0.5f, random.next()) : slope(a, b);
  return {{box({0, -0.15f}, 0.92f, 0.6f, 0.06f), grey(frame)},
          {box({0, -0.15f}, 0.8f, 0.48f), shown},
          {box({0, 0.55f}, 0.1f, 0.16f), grey(frame)},
          {box({0, 0.73f}, 0.42f, 0.07f, 0.03f), grey(frame)}};
}

}  // namespace

const std::vector<ObjectKind>& object_kinds() {
  static const std::vector<ObjectKind> kinds = {{"aeroplane", aeroplane, 0.8f, 1},
                                                {"boat", boat, 0.7f, 1},
                                                {"bottle", bottle, 0.7f, 1.2f},
                                                {"car", car, 0.7f, 1},
                                                {"cat", cat, 0.75f, 1},
                                                {"person", person, 0.7f, 1.1f},
                                                {"pottedplant", pottedplant, 0.7f, 1},
                                                {"tvmonitor", tvmonitor, 0.7f, 1}};
  return kinds;
}

}  // namespace bench::mini
