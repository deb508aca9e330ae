#include "datasets/mini/scenes.h"

#include <algorithm>

#include "datasets/mini/objects.h"
#include "datasets/mini/shapes.h"
#include "datasets/mini/textures.h"
#include "datasets/voc_layout.h"

namespace bench::mini {
namespace {

constexpr int fewest_pixels = 25;
constexpr std::uint8_t void_label = 255;

// One painted object while others are still to come.
struct Painted {
  int label = 0;   // index of VOC's classes
  int pixels = 0;  // of the whole object, also outside the picture
};

int voc_label(std::string_view name) {
  const auto& names = voc_classes();
  return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
}

Pose pose_of(const ObjectKind& kind, int width, int height, Random& random) {
  const float w = static_cast<float>(width), h = static_cast<float>(height);
  Pose pose;
  pose.size = random.uniform(0, 1);
  pose.size = 14 + 42 * pose.size * pose.size;  // more small than large ones
  pose.centre.x = random.uniform(-0.02f, 1.02f) * w;
  pose.centre.y = random.uniform(0.1f, 0.95f) * h;
  pose.angle = random.uniform(-0.25f, 0.25f);
  pose.narrow = random.uniform(kind.narrowest, kind.widest);
  if (random.integer(0, 1)) pose.narrow = -pose.narrow;  // looks the other way
  pose.softness = random.uniform(1, 2);
  return pose;
}

// `owner`: per pixel the index of the object seen there, -1 for none.
SceneObject seen(const Painted& object, int index, const std::vector<int>& owner, int width) {
  SceneObject out;
  int x0 = 1 << 20, y0 = 1 << 20, x1 = 0, y1 = 0;
  for (std::size_t i = 0; i < owner.size(); ++i) {
    if (owner[i] != index) continue;
    const int x = static_cast<int>(i) % width + 1, y = static_cast<int>(i) / width + 1;
    x0 = std::min(x0, x);
    y0 = std::min(y0, y);
    x1 = std::max(x1, x);
    y1 = std::max(y1, y);
    ++out.visible_pixels;
  }
  const double share = static_cast<double>(out.visible_pixels) / object.pixels;
  const bool difficult = share < 0.35 || out.visible_pixels < 60;
  out.truth = {object.label,
               {static_cast<double>(x0), static_cast<double>(y0), static_cast<double>(x1),
                static_cast<double>(y1)},
               difficult,
               share <= 0.85};
  return out;
}

bool on_border(const std::vector<int>& owner, int x, int y, int width, int height) {
  const auto at = [&](int u, int v) { return owner[static_cast<std::size_t>(v * width + u)]; };
  const int own = at(x, y);
  return (x > 0 && at(x - 1, y) != own) || (x + 1 < width && at(x + 1, y) != own) ||
         (y > 0 && at(x, y - 1) != own) || (y + 1 < height && at(x, y + 1) != own);
}

LabelMap label_map(const std::vector<int>& owner, const std::vector<std::uint8_t>& label_of,
                   int width, int height) {
  LabelMap map{height, width, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int own = owner[static_cast<std::size_t>(y * width + x)];
      const std::uint8_t label =
          own < 0 ? std::uint8_t{0} : label_of[static_cast<std::size_t>(own)];
      map.labels.push_back(on_border(owner, x, y, width, height) ? void_label : label);
    }
  }
  return map;
}

}  // namespace

Scene draw_scene(Random& random) {
  const int width = random.integer(0, 3) == 0 ? 120 : 160;
  const int height = width == 120 ? 160 : 120;
  Scene scene{backdrop(width, height, random), {}, {}};
  const float hardness = any_hardness(random);
  clutter(scene.picture, random.integer(1, 3 + static_cast<int>(9 * hardness)), 12, random);
  fade(scene.picture, 0.7f * (1 - hardness), random);
  std::vector<int> owner(scene.picture.pixels.size(), -1), in_frame;
  std::vector<Painted> painted;
  const int objects = 1 + std::min(random.integer(0, 5), random.integer(0, 7));
  for (int i = 0; i < objects; ++i) {
    const auto& kind = object_kinds()[static_cast<std::size_t>(
        random.integer(0, static_cast<int>(object_kinds().size()) - 1))];
    const Drawing drawing = kind.draw(random);
    const Pose pose = pose_of(kind, width, height, random);
    paint(scene.picture, drawing, pose, random.uniform(0.85f, 1));
    const auto covered = silhouette(drawing, pose, width, height);
    for (std::size_t p = 0; p < owner.size(); ++p) {
      if (covered[p]) owner[p] = i;
    }
    in_frame.push_back(static_cast<int>(std::count(covered.begin(), covered.end(), true)));
    painted.push_back({voc_label(kind.name), std::max(1, whole_pixels(drawing, pose))});
  }
  std::vector<std::uint8_t> label_of;
  for (int i = 0; i < objects; ++i) {
    const auto n = static_cast<std::size_t>(i);
    SceneObject object = seen(painted[n], i, owner, width);
    object.occluded = object.visible_pixels < in_frame[n] * 0.95;
    const bool named = object.visible_pixels >= fewest_pixels;
    label_of.push_back(named ? static_cast<std::uint8_t>(painted[n].label + 1) : void_label);
    if (named) scene.objects.push_back(object);
  }
  scene.labels = label_map(owner, label_of, width, height);
  take(scene.picture, any_conditions(random, 0.7f * hardness), random);
  return scene;
}

}  // namespace bench::mini
