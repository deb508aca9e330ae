#include "datasets/mini/identities.h"

#include <fmt/format.h>

#include <set>

#include "datasets/mini/encode.h"
#include "datasets/mini/textures.h"
#include "models/error.h"

namespace bench::mini {
namespace {

constexpr int side = 112, folds = 10;

std::string name_of(int person) { return fmt::format("Drawn_Person_{:04}", person + 1); }

struct Pick {
  int person = 0, picture = 0;
};

Pick any_pick(int first, int persons, int pictures, Random& random) {
  Pick pick;
  pick.person = first + random.integer(0, persons - 1);
  pick.picture = random.integer(1, pictures);
  return pick;
}

// `count` different lines; an unordered pair counts once.
std::string fold_lines(int first, int persons, int pictures, int count, bool same, Random& random) {
  std::set<std::string> seen;
  std::string lines;
  while (static_cast<int>(seen.size()) < count) {
    Pick a = any_pick(first, persons, pictures, random);
    Pick b = any_pick(first, persons, pictures, random);
    if (same) b.person = a.person;
    if ((a.person == b.person) != same || (same && a.picture == b.picture)) continue;
    if (std::pair(b.person, b.picture) < std::pair(a.person, a.picture)) std::swap(a, b);
    const std::string line =
        same ? fmt::format("{}\t{}\t{}\n", name_of(a.person), a.picture, b.picture)
             : fmt::format("{}\t{}\t{}\t{}\n", name_of(a.person), a.picture, name_of(b.person),
                           b.picture);
    if (seen.insert(line).second) lines += line;
  }
  return lines;
}

int pairs_in_fold(int persons, int pictures) {
  const int in_fold = persons / folds;
  const int same = in_fold * pictures * (pictures - 1) / 2;
  const int different = in_fold * (in_fold - 1) / 2 * pictures * pictures;
  return std::max(1, std::min({in_fold * 4, same * 2 / 3, different * 2 / 3}));
}

}  // namespace

int pictures_of_one(bool train) { return train ? 20 : 4; }

Picture draw_portrait(const FaceTraits& traits, Random& random) {
  Picture picture = backdrop(side, side, random);
  clutter(picture, random.integer(0, 6), 25, random);
  const float hardness = any_hardness(random);
  fade(picture, 0.7f * (1 - hardness), random);
  const FaceView view = any_view(random, 0.5f + 0.4f * hardness);
  Pose pose;
  pose.size = random.uniform(50, 60);
  pose.centre.x = side / 2.f + random.uniform(-5, 5);
  pose.centre.y = side / 2.f + random.uniform(-5, 5);
  pose.angle = random.uniform(-0.2f, 0.2f);
  pose.softness = random.uniform(1, 3);
  FaceTraits today = traits;  // hair and beard change a little, skin tans
  if (random.integer(0, 4) == 0) today.hair_style = random.integer(0, 5);
  if (random.integer(0, 4) == 0) today.beard = random.uniform(0, 1);
  today.skin = mix(traits.skin, any_colour(random), 0.08f);
  paint(picture, draw_face(today, view), pose);
  clutter(picture, random.integer(0, 2), 16, random);
  take(picture, any_conditions(random, 0.2f + 0.7f * hardness), random);
  return picture;
}

std::string choose_pairs(int persons, int pictures, Random& random) {
  const int in_fold = persons / folds, count = pairs_in_fold(persons, pictures);
  std::string text = fmt::format("{}\t{}\n", folds, count);
  for (int fold = 0; fold < folds; ++fold) {
    text += fold_lines(fold * in_fold, in_fold, pictures, count, true, random);
    text += fold_lines(fold * in_fold, in_fold, pictures, count, false, random);
  }
  return text;
}

Statistics draw_lfw(const DrawOptions& options) {
  const int pictures = pictures_of_one(options.train);
  const int persons = options.images / pictures / folds * folds;
  if (persons < 2 * folds) {
    throw Error(Fault::usage, fmt::format("ten folds of two persons with {} pictures each need "
                                          "--images {} or more",
                                          pictures, 2 * folds * pictures));
  }
  std::vector<double> bytes;
  std::map<std::string, int> hair;
  for (int person = 0; person < persons; ++person) {
    Random who = stream(options, "lfw person", person);
    const FaceTraits traits = any_traits(who);
    ++hair[fmt::format("style {}", traits.hair_style)];
    for (int i = 0; i < pictures; ++i) {
      const std::string image = jpeg(to_pixels(draw_portrait(traits, who)), 88);
      const std::string name = name_of(person);
      write_file(options.out / name / fmt::format("{}_{:04}.jpg", name, i + 1), image);
      bytes.push_back(static_cast<double>(image.size()));
    }
  }
  Random random = stream(options, "lfw pairs", 0);
  write_file(options.out / "pairs.txt", choose_pairs(persons, pictures, random));
  const int pairs = 2 * folds * pairs_in_fold(persons, pictures);
  return {fmt::format("images: {} of {} persons, {} x {} pixels", persons * pictures, persons, side,
                      side),
          fmt::format("pairs: {} in {} folds, half of them of one person", pairs, folds),
          "hair: " + counts(hair), "bytes per image: " + spread(bytes)};
}

}  // namespace bench::mini
