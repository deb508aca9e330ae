#include "datasets/mini/classification.h"

#include <fmt/format.h>

#include "datasets/mini/encode.h"
#include "datasets/mini/picture.h"
#include "datasets/mini/shapes.h"
#include "datasets/mini/textures.h"

namespace bench::mini {
namespace {

constexpr int side = 96, classes = 24, synsets = 1000;

Outline outline_of(int shape) {
  switch (shape) {
    case 0: return circle({}, 0.9f);
    case 1: return polygon({{0, -0.95f}, {0.9f, 0.65f}, {-0.9f, 0.65f}});
    default: return either(box({}, 0.9f, 0.34f), box({}, 0.34f, 0.9f));
  }
}

// A colour of one of three families of hues and a lighter or darker one, half and half: the mean
// colour of a shape says nothing about its texture. The harder, the closer the two. Periods are
// such that a network that sees half as many pixels can still tell them.
Texture texture_of(const ShapeClass& look, float hardness, Random& random) {
  const float hue = static_cast<float>(look.hue) / 3 + random.uniform(-0.14f, 0.14f);
  const Colour colour = hsv(hue, random.uniform(0.6f, 1), random.uniform(0.65f, 1));
  const Colour end = random.integer(0, 1) ? Colour{1, 1, 1} : Colour{0, 0, 0};
  const Colour other = mix(colour, end, 0.8f - 0.3f * hardness);
  const float period = random.uniform(0.5f, 0.7f), phase = random.uniform(0, 1);
  switch (look.texture) {
    case 0: return plain(mix(colour, other, 0.5f));
    case 1: return stripes(colour, other, period, phase);
    default: return checks(colour, other, 1.5f * period);
  }
}

Pose pose_of(float hardness, Random& random) {
  Pose pose;
  const float reach = 0.08f + 0.14f * hardness;
  pose.centre.x = (0.5f + random.uniform(-reach, reach)) * side;
  pose.centre.y = (0.5f + random.uniform(-reach, reach)) * side;
  pose.size = random.uniform(34 - 14 * hardness, 44);
  pose.angle = random.uniform(-0.6f, 0.6f);
  pose.narrow = random.uniform(0.75f, 1);
  return pose;
}

// Another look, small and near the border: it misleads whoever sums up colours over the picture.
void paint_distractor(Picture& picture, const ShapeClass& look, Random& random) {
  ShapeClass other = look;
  while (other.shape == look.shape) other.shape = random.integer(0, 2);
  other.texture = random.integer(0, 2);
  other.hue = random.integer(0, 2);
  Pose pose = pose_of(1, random);
  pose.size = random.uniform(7, 12);
  pose.centre.x = random.integer(0, 1) ? random.uniform(0, 22) : random.uniform(74, 96);
  paint(picture, {{outline_of(other.shape), texture_of(other, 1, random)}}, pose);
}

// Most pictures are easy, some are as hard as it gets: a small network learns from the former and
// is told apart from another by the latter.
Picture draw_class(int label, Random& random) {
  const ShapeClass look = shape_class(label);
  const float hardness = any_hardness(random);
  const auto up_to = [&](int most) {
    return random.integer(0, static_cast<int>(static_cast<float>(most) * hardness + 0.5f));
  };
  Picture picture = backdrop(side, side, random);
  clutter(picture, 1 + up_to(8), 16, random);
  for (int i = up_to(3); i > 0; --i) paint_distractor(picture, look, random);
  fade(picture, 0.85f * (1 - hardness), random);
  const Pose pose = pose_of(hardness, random);
  const Point light = {random.uniform(-0.6f, 0.6f), random.uniform(-0.6f, 0.6f)};
  const Texture texture =
      rounded(texture_of(look, hardness, random), light, random.uniform(0, 0.4f));
  paint(picture, {{outline_of(look.shape), texture}}, pose,
        random.uniform(1 - 0.35f * hardness, 1));
  clutter(picture, up_to(3), pose.size * 0.5f, random);  // some of it in front
  take(picture, any_conditions(random, hardness), random);
  return picture;
}

std::string synset_words() {
  const auto names = shape_classes();
  std::string text;
  for (int k = 0; k < synsets; ++k) {
    const auto name = k < classes ? names[static_cast<std::size_t>(k)] : "(unused)";
    text += fmt::format("n{:08} {}\n", 90'000'000 + k, name);
  }
  return text;
}

}  // namespace

// All 27 looks but those whose three numbers are equal: 0, 13 and 26.
ShapeClass shape_class(int label) {
  const int look = label + 1 + (label >= 12);
  return {look / 9, look / 3 % 3, look % 3};
}

std::vector<std::string> shape_classes() {
  const char* const shapes[] = {"disc", "triangle", "cross"};
  const char* const textures[] = {"plain", "striped", "checked"};
  const char* const hues[] = {"red", "green", "blue"};
  std::vector<std::string> names;
  for (int label = 0; label < classes; ++label) {
    const auto [shape, texture, hue] = shape_class(label);
    names.push_back(fmt::format("{} {} {}", textures[texture], hues[hue], shapes[shape]));
  }
  return names;
}

Statistics draw_classification(const DrawOptions& options) {
  const auto names = shape_classes();
  std::string list;
  std::map<std::string, int> balance;
  std::vector<double> bytes;
  for (int i = 0; i < options.images; ++i) {
    Random random = stream(options, "classification", i);
    const int label = i % classes;  // balanced; the order means nothing
    const auto file = fmt::format("mini_{}_{:08}.JPEG", options.train ? "train" : "val", i + 1);
    const std::string image = jpeg(to_pixels(draw_class(label, random)), 85);
    write_file(options.out / "val" / file, image);
    list += fmt::format("{} {}\n", file, label);
    ++balance[names[static_cast<std::size_t>(label)]];
    bytes.push_back(static_cast<double>(image.size()));
  }
  write_file(options.out / "val.txt", list);
  write_file(options.out / "synset_words.txt", synset_words());
  return {fmt::format("images: {}, {} x {} pixels", options.images, side, side),
          "images per class: " + counts(balance), "bytes per image: " + spread(bytes)};
}

}  // namespace bench::mini
