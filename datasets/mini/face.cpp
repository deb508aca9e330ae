#include "datasets/mini/face.h"

#include <algorithm>
#include <cmath>

#include "datasets/mini/shapes.h"
#include "datasets/mini/textures.h"

namespace bench::mini {
namespace {

Colour any_skin(Random& random) {
  const float depth = random.uniform(0, 1), red = random.uniform(-0.04f, 0.04f);
  const Colour c = mix({0.98f, 0.83f, 0.71f}, {0.32f, 0.19f, 0.12f}, depth);
  return {c.r + red, c.g, c.b - red};
}

Colour any_hair(Random& random) {
  const float kind = random.uniform(0, 1), value = random.uniform(0.05f, 0.8f);
  const float grey = random.uniform(0.6f, 0.95f);
  if (kind < 0.15f) return {grey, grey, grey};
  if (kind < 0.2f) return hsv(random.uniform(0, 1), 0.7f, 0.8f);
  return hsv(random.uniform(0.02f, 0.12f), random.uniform(0.3f, 0.8f), value);
}

// Where features of a flat face come to lie on a turned head.
class Turned {
 public:
  Turned(const FaceTraits& traits, const FaceView& view) : traits_(traits), view_(view) {}

  Point at(float x, float y) const {
    const float nod = 0.35f * std::sin(view_.pitch);
    return {traits_.head_width * std::sin(angle(x)), y * std::cos(view_.pitch) + nod};
  }
  /// How much narrower a feature at x looks.
  float narrow(float x) const { return std::max(0.25f, std::cos(angle(x))); }

 private:
  float angle(float x) const {
    return std::clamp(std::asin(std::clamp(x / traits_.head_width, -1.f, 1.f)) + view_.yaw, -1.45f,
                      1.45f);
  }

  const FaceTraits& traits_;
  const FaceView& view_;
};

void add_hair_behind(Drawing& d, const FaceTraits& t, float shift) {
  const Texture hair = clouds(t.hair, mix(t.hair, {}, 0.35f), 0.2f, 7);
  const float w = t.head_width;
  if (t.hair_style == 3) d.push_back({box({shift, 0.12f}, w + 0.14f, 0.8f, 0.3f), hair});
  if (t.hair_style == 4) {
    for (int i = 0; i < 11; ++i) {
      const float a = -2.3f + 0.46f * static_cast<float>(i);
      d.push_back(
          {circle({shift + (w + 0.04f) * std::sin(a), -0.15f - 0.62f * std::cos(a)}, 0.21f), hair});
    }
  }
  if (t.hair_style == 5) {
    for (int i = 0; i < 9; ++i) {
      const float a = -1.4f + 0.35f * static_cast<float>(i);
      d.push_back(
          {stroke({shift, -0.2f},
                  {shift + 0.85f * w * 1.5f * std::sin(a), -0.15f - 0.8f * std::cos(a)}, 0.09f),
           hair});
    }
  }
  if (t.hair_style > 0) d.push_back({ellipse({shift, -0.22f}, w + 0.07f, 0.66f), hair});
}

// The fringe, over the forehead.
void add_fringe(Drawing& d, const FaceTraits& t, const Outline& oval, float shift) {
  const Texture hair = clouds(t.hair, mix(t.hair, {}, 0.35f), 0.2f, 7);
  const float line = t.hair_style == 1 ? -0.55f : -0.42f;
  if (t.hair_style == 2 || t.hair_style == 3) {
    const Outline side = ellipse({shift + 0.35f, -0.75f}, 0.62f, 0.42f);
    d.push_back({both(oval, either(side, ellipse({shift - 0.5f, -0.65f}, 0.3f, 0.4f))), hair});
  } else if (t.hair_style > 0) {
    d.push_back({both(oval, box({0, line - 0.5f}, 1, 0.5f)), hair});
  }
}

// All of it within the oval: on a head turned far, features reach its border.
void add_eyes(Drawing& d, const FaceTraits& t, const FaceView& v, const Outline& oval,
              const Turned& turned) {
  for (const float side : {-1.f, 1.f}) {
    const float x = side * t.eye_distance, wide = turned.narrow(x);
    const Point eye = turned.at(x, t.eye_height);
    const float rx = t.eye_size * wide, ry = t.eye_size * (v.blink ? 0.12f : 0.55f);
    const Outline white = both(oval, ellipse(eye, rx, ry));
    d.push_back({white, plain(v.blink ? mix(t.skin, {}, 0.6f) : Colour{0.95f, 0.95f, 0.95f})});
    if (!v.blink) {
      const Point look = {eye.x + 0.02f * std::sin(v.yaw), eye.y};
      d.push_back({both(white, circle(look, t.eye_size * 0.5f)), plain(t.iris)});
      d.push_back({both(white, circle(look, t.eye_size * 0.25f)), plain({0.03f, 0.03f, 0.03f})});
    }
    const float brow = t.eye_height - t.eye_size - 0.06f;
    const Point inner = turned.at(x - side * t.eye_size * 1.1f, brow + t.brow_tilt);
    const Point outer = turned.at(x + side * t.eye_size * 1.2f, brow - t.brow_tilt);
    d.push_back({both(oval, stroke(inner, outer, t.brow_thickness)), plain(mix(t.hair, {}, 0.3f))});
  }
}

void add_mouth(Drawing& d, const FaceTraits& t, const FaceView& v, const Outline& oval,
               const Turned& turned) {
  const Point left = turned.at(-t.mouth_width, t.mouth_height - 0.06f * v.smile);
  const Point right = turned.at(t.mouth_width, t.mouth_height - 0.06f * v.smile);
  const Point middle = turned.at(0, t.mouth_height + 0.04f * v.smile);
  const Texture lips = plain(t.lips);
  if (v.open <= 0.2f) {
    const Outline line =
        either(stroke(left, middle, t.lip_thickness), stroke(middle, right, t.lip_thickness));
    d.push_back({both(oval, line), lips});
    return;
  }
  const float rx = t.mouth_width * 0.8f * turned.narrow(0), ry = 0.14f * v.open;
  const Outline hole = both(oval, ellipse(middle, rx, ry));
  d.push_back({both(oval, ellipse(middle, rx + t.lip_thickness, ry + t.lip_thickness)), lips});
  d.push_back({hole, plain({0.25f, 0.05f, 0.05f})});
  const Outline teeth = box({middle.x, middle.y - ry}, rx, ry * 0.5f);
  d.push_back({both(hole, teeth), plain({0.95f, 0.95f, 0.9f})});
}

void add_nose(Drawing& d, const FaceTraits& t, const Turned& turned) {
  const Texture shade = plain(mix(t.skin, {0.1f, 0.02f, 0}, 0.3f));
  const float bottom = t.eye_height + 0.1f + t.nose_length;
  const Point top = turned.at(0.02f, t.eye_height + 0.05f), tip = turned.at(0, bottom);
  const Point wing = {tip.x + 0.1f * (tip.x - top.x), tip.y};
  d.push_back({stroke(top, wing, 0.018f), shade});
  d.push_back({ellipse(wing, t.nose_width, 0.035f), shade});
}

void add_beard(Drawing& d, const FaceTraits& t, const Outline& oval, const Turned& turned) {
  const Texture hair = plain(mix(t.skin, t.hair, std::max(t.beard, t.moustache)));
  const Point mouth = turned.at(0, t.mouth_height);
  const float line = mouth.y - (t.beard > 0 ? 0.06f : -0.02f);
  const Outline lower = without(box({0, line + 0.5f}, 1, 0.5f),
                                ellipse({mouth.x, mouth.y - 0.02f}, t.mouth_width + 0.05f, 0.08f));
  if (t.beard > 0) d.push_back({both(oval, lower), hair});
  if (t.moustache > 0)
    d.push_back({ellipse({mouth.x, mouth.y - 0.1f}, t.mouth_width, 0.045f), hair});
}

void add_worn(Drawing& d, const FaceTraits& t, const FaceView& v, const Turned& turned,
              float shift) {
  const Texture dark = plain({0.08f, 0.08f, 0.1f});
  if (v.glasses > 0) {
    for (const float side : {-1.f, 1.f}) {
      const float x = side * t.eye_distance;
      const Point eye = turned.at(x, t.eye_height);
      const float r = t.eye_size * 1.5f, rx = r * turned.narrow(x);
      const Outline lens = ellipse(eye, rx, r);
      const Outline rim = without(lens, ellipse(eye, rx - 0.035f * turned.narrow(x), r - 0.035f));
      d.push_back({v.glasses == 2 ? lens : rim, dark});
    }
    d.push_back({stroke(turned.at(-t.eye_distance * 0.4f, t.eye_height),
                        turned.at(t.eye_distance * 0.4f, t.eye_height), 0.02f),
                 dark});
  }
  if (v.hat) {
    d.push_back(
        {both(ellipse({shift, -0.55f}, t.head_width + 0.1f, 0.42f), box({shift, -0.8f}, 1, 0.32f)),
         plain(v.hat_colour)});
    d.push_back({box({shift + 0.3f * std::sin(v.yaw), -0.5f}, t.head_width + 0.16f, 0.05f, 0.04f),
                 plain(mix(v.hat_colour, {}, 0.4f))});
  }
}

}  // namespace

FaceTraits any_traits(Random& random) {
  FaceTraits t;
  t.skin = any_skin(random);
  t.hair = any_hair(random);
  t.iris = hsv(random.uniform(0.05f, 0.6f), random.uniform(0.3f, 0.8f), random.uniform(0.2f, 0.7f));
  t.lips = mix(t.skin, {0.65f, 0.15f, 0.2f}, random.uniform(0.35f, 0.85f));
  t.hair_style = random.integer(0, 5);
  t.head_width = random.uniform(0.45f, 0.6f);
  t.jaw_width = t.head_width * random.uniform(0.62f, 0.95f);
  t.chin = random.uniform(0.66f, 0.84f);
  t.eye_distance = t.head_width * random.uniform(0.36f, 0.52f);
  t.eye_size = random.uniform(0.075f, 0.13f);
  t.eye_height = random.uniform(-0.16f, 0);
  t.brow_thickness = random.uniform(0.012f, 0.045f);
  t.brow_tilt = random.uniform(-0.04f, 0.04f);
  t.nose_length = random.uniform(0.1f, 0.26f);
  t.nose_width = random.uniform(0.045f, 0.12f);
  t.mouth_width = random.uniform(0.12f, 0.26f);
  t.lip_thickness = random.uniform(0.018f, 0.05f);
  t.mouth_height = random.uniform(0.38f, 0.5f);
  if (random.integer(0, 3) == 0) t.beard = random.uniform(0.4f, 1);
  if (random.integer(0, 3) == 0) t.moustache = random.uniform(0.5f, 1);
  t.ears = random.uniform(0.06f, 0.15f);
  t.has_mole = random.integer(0, 3) == 0;
  t.mole = {random.uniform(-0.25f, 0.25f), random.uniform(0.1f, 0.35f)};
  return t;
}

FaceView any_view(Random& random, float spread) {
  FaceView v;
  const float side = random.uniform(-1, 1);
  v.yaw = side * std::abs(side) * spread;
  v.pitch = random.uniform(-0.45f, 0.45f) * spread;
  v.smile = random.uniform(-1, 1);
  v.open = random.uniform(0, 1) < 0.3f ? random.uniform(0.3f, 1) : 0.f;
  v.blink = random.integer(0, 11) == 0;
  const int worn = random.integer(0, 11);
  v.glasses = worn < 2 ? 1 : worn == 2 ? 2 : 0;
  v.hat = random.integer(0, 9) == 0;
  v.hat_colour = any_colour(random);
  v.light = {random.uniform(-0.7f, 0.7f), random.uniform(-0.8f, 0.2f)};
  return v;
}

Outline face_oval(const FaceTraits& t, const FaceView& view) {
  const float lean = 0.08f * std::sin(view.yaw);
  const float nod = 0.06f * std::sin(view.pitch);
  return either(ellipse({0, -0.12f}, t.head_width, 0.6f),
                ellipse({lean, 0.15f + nod}, t.jaw_width, t.chin - 0.15f));
}

Drawing draw_face(const FaceTraits& t, const FaceView& v) {
  const Turned turned(t, v);
  const float shift = -0.14f * std::sin(v.yaw);  // the back of the head goes the other way
  const Outline oval = face_oval(t, v);
  const Texture skin = rounded(plain(t.skin), v.light, 0.3f);
  const Texture shade = plain(mix(t.skin, {0.1f, 0.02f, 0}, 0.25f));
  Drawing d;
  add_hair_behind(d, t, shift);
  for (const float side : {-1.f, 1.f}) {
    const float x = side * t.head_width * std::cos(v.yaw) + shift;
    d.push_back({ellipse({x, 0}, t.ears, t.ears * 1.5f), shade});
  }
  d.push_back({oval, skin});
  add_beard(d, t, oval, turned);
  add_fringe(d, t, oval, shift);
  add_nose(d, t, turned);
  add_mouth(d, t, v, oval, turned);
  add_eyes(d, t, v, oval, turned);
  const Texture mark = plain({0.2f, 0.1f, 0.08f});
  if (t.has_mole) d.push_back({circle(turned.at(t.mole.x, t.mole.y), 0.035f), mark});
  add_worn(d, t, v, turned, shift);
  return d;
}

}  // namespace bench::mini
