#include "datasets/mini/classification.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "datasets/image.h"
#include "datasets/imagenet.h"
#include "datasets/mini/checks.h"
#include "datasets/testing.h"

namespace bench::mini {
namespace {

using namespace bench::testing;

TEST_CASE("drawn classification: ImageNet's reader opens it, every class is there") {
  TemporaryFolder folder;
  draw_task("classification", {.out = folder.path() / "a", .seed = 3, .images = 48});
  const auto data = open_imagenet({.root = (folder.path() / "a").string()});
  REQUIRE(data->size() == 48);
  CHECK(is_drawn((folder.path() / "a").string()));
  CHECK(is_drawn((folder.path() / "a/val").string()));
  CHECK_FALSE(is_drawn(folder.path().string()));
  CHECK(data->class_names()[0] == "plain green disc");
  CHECK(data->class_names()[23] == "checked green cross");
  CHECK(data->class_names()[24] == "(unused)");
  std::map<int, int> seen;
  for (std::size_t i = 0; i < data->size(); ++i) {
    ++seen[std::get<ClassLabel>(data->truth(i)).index];
  }
  REQUIRE(seen.size() == 24);
  for (const auto& [label, count] : seen) CHECK((label < 24 && count == 2));
  check_images(*data, [](int width, int height) { return width == 96 && height == 96; });
}

using Look = std::array<int, 3>;  // shape, texture, hue

Look look_of(int label) {
  const ShapeClass look = shape_class(label);
  return {look.shape, look.texture, look.hue};
}

TEST_CASE("drawn classification: shape, texture and hue are each needed") {
  const auto names = shape_classes();
  REQUIRE(names.size() == 24);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 24);
  for (std::size_t which = 0; which < 3; ++which) {
    std::map<Look, std::set<int>> without;  // this attribute: its values among the other two's
    for (int label = 0; label < 24; ++label) {
      Look rest = look_of(label);
      const int value = std::exchange(rest[which], -1);
      CHECK((value >= 0 && value < 3));
      without[rest].insert(value);
    }
    CHECK(without.size() == 9);
    for (const auto& [rest, values] : without) CHECK(values.size() >= 2);
  }
}

using Mean = std::array<double, 3>;

// Of the middle of a picture, where the shape is.
Mean mean_colour(const Tensor& pixels) {
  Mean mean{};
  const auto values = pixels.data<std::uint8_t>();
  for (std::size_t y = 38; y < 58; ++y) {
    for (std::size_t x = 38; x < 58; ++x) {
      for (std::size_t c = 0; c < 3; ++c) mean[c] += values[(y * 96 + x) * 3 + c] / 400.0;
    }
  }
  return mean;
}

struct Drawn {
  std::vector<Mean> colours;
  std::vector<Look> looks;
};

Drawn drawn(const DrawOptions& options) {
  draw_task("classification", options);
  const auto data = open_imagenet({.root = options.out.string()});
  Drawn all;
  for (std::size_t i = 0; i < data->size(); ++i) {
    const EncodedImage file = data->image(i);
    all.colours.push_back(mean_colour(decode_image(file.bytes, file.file).pixels));
    all.looks.push_back(look_of(std::get<ClassLabel>(data->truth(i)).index));
  }
  return all;
}

struct Told {
  double texture = 0, hue = 0;  // shares of the pictures
};

// Each picture goes to the nearest of the means of the nine looks, whatever the shape.
Told told_by_colour(const Drawn& known, const Drawn& asked) {
  std::map<std::pair<int, int>, std::pair<Mean, int>> sums;
  for (std::size_t i = 0; i < known.colours.size(); ++i) {
    auto& [sum, count] = sums[{known.looks[i][1], known.looks[i][2]}];
    for (std::size_t c = 0; c < 3; ++c) sum[c] += known.colours[i][c];
    ++count;
  }
  const auto distance = [](const Mean& a, const std::pair<Mean, int>& sum) {
    double squares = 0;
    for (std::size_t c = 0; c < 3; ++c) squares += std::pow(a[c] - sum.first[c] / sum.second, 2);
    return squares;
  };
  Told told;
  for (std::size_t i = 0; i < asked.colours.size(); ++i) {
    const auto nearest = std::min_element(sums.begin(), sums.end(), [&](auto& a, auto& b) {
      return distance(asked.colours[i], a.second) < distance(asked.colours[i], b.second);
    });
    told.texture += nearest->first.first == asked.looks[i][1];
    told.hue += nearest->first.second == asked.looks[i][2];
  }
  const auto pictures = static_cast<double>(asked.colours.size());
  return {told.texture / pictures, told.hue / pictures};
}

TEST_CASE("drawn classification: the colour of a shape tells its hue, not its texture") {
  TemporaryFolder folder;
  const auto known = drawn({.out = folder.path() / "known", .seed = 3, .images = 240});
  const auto asked = drawn({.out = folder.path() / "asked", .seed = 4, .images = 240});
  const auto [texture, hue] = told_by_colour(known, asked);
  INFO("texture " << texture << ", hue " << hue);
  CHECK(texture < 0.45);  // a third by chance, standard deviation 0.03
  CHECK(hue > 0.9);
}

TEST_CASE("drawn classification: the seed decides every byte") {
  check_seeds("classification", 24, 24);
}

}  // namespace
}  // namespace bench::mini
