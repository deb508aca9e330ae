#include "datasets/mini/picture.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "datasets/image.h"
#include "datasets/mini/encode.h"
#include "datasets/mini/shapes.h"
#include "datasets/mini/textures.h"

namespace bench::mini {
namespace {

float sum_of_red(const Picture& picture) {
  float sum = 0;
  for (const Colour& c : picture.pixels) sum += c.r;
  return sum;
}

TEST_CASE("outlines: distances worked out by hand") {
  CHECK(circle({1, 0}, 0.5f)({1, 2}) == Approx(1.5));
  CHECK(box({}, 1, 0.5f)({4, 4.5f}) == Approx(5));  // 3 and 4 beyond the corner
  CHECK(box({}, 1, 0.5f)({0, 0.25f}) == Approx(-0.25));
  CHECK(stroke({0, 0}, {2, 0}, 0.1f)({1, 1}) == Approx(0.9));
  CHECK(stroke({0, 0}, {2, 0}, 0.1f)({5, 4}) == Approx(4.9));
  CHECK(ellipse({}, 2, 1)({2, 0}) == Approx(0).margin(1e-6));
  CHECK(ellipse({}, 2, 1)({0, 0}) == Approx(-1));
  // An L: the notch is outside though the corners around it are not.
  const Outline l = polygon({{0, 0}, {2, 0}, {2, 1}, {1, 1}, {1, 2}, {0, 2}});
  CHECK(l({0.5f, 1.5f}) == Approx(-0.5));
  CHECK(l({1.5f, 1.5f}) == Approx(0.5));
  CHECK(star(5, 0.4f)({0, -1.5f}) == Approx(0.5));
}

TEST_CASE("outlines: together, either, without") {
  const Outline a = circle({}, 1), b = circle({1, 0}, 1);
  const Point left = {-0.5f, 0}, middle = {0.5f, 0};
  CHECK((both(a, b)(left) > 0 && both(a, b)(middle) < 0));
  CHECK((either(a, b)(left) < 0 && either(a, b)({3, 0}) > 0));
  CHECK((without(a, b)(left) < 0 && without(a, b)(middle) > 0));
}

TEST_CASE("paint: an ellipse turned by a right angle covers its area, and only that") {
  const Drawing disc = {{circle({}, 1), plain({1, 1, 1})}};
  const Pose pose = {.centre = {30, 30}, .size = 20, .angle = 1.5707963f, .narrow = 0.5f};
  Picture picture(60, 60);
  paint(picture, disc, pose);
  CHECK(sum_of_red(picture) == Approx(3.14159 * 20 * 10).epsilon(0.02));
  CHECK(picture.at(48, 30).r == Approx(1));  // long across: the narrow x points down
  CHECK(picture.at(30, 48).r == Approx(0));
  CHECK(whole_pixels(disc, pose) == Approx(3.14159 * 20 * 10).epsilon(0.02));
}

TEST_CASE("paint: a silhouette is what paint covers by half or more") {
  const Drawing drawing = {{star(5, 0.45f), plain({1, 1, 1})}};
  const Pose pose = {.centre = {50, 20}, .size = 18, .angle = 0.3f};
  Picture picture(60, 40);
  paint(picture, drawing, pose);
  const auto covered = silhouette(drawing, pose, 60, 40);
  int differing = 0;
  for (std::size_t i = 0; i < covered.size(); ++i) {
    differing += covered[i] != (picture.pixels[i].r > 0.5f);
  }
  CHECK(differing == 0);
}

TEST_CASE("paint: negative narrow mirrors") {
  const Drawing right = {{circle({0.5f, 0}, 0.3f), plain({1, 1, 1})}};
  Picture picture(21, 21);
  paint(picture, right, {.centre = {10, 10}, .size = 10, .narrow = -1});
  CHECK(picture.at(5, 10).r == Approx(1));
  CHECK(picture.at(15, 10).r == Approx(0));
}

TEST_CASE("blur keeps the sum of light, and spreads it as its sigma says") {
  Picture picture(41, 41);
  picture.at(20, 20) = {1, 1, 1};
  blur(picture, 2);
  CHECK(sum_of_red(picture) == Approx(1).epsilon(1e-4));
  CHECK(picture.at(22, 20).r / picture.at(20, 20).r == Approx(std::exp(-0.5)));
}

TEST_CASE("hsv: corners of the colour circle") {
  const Colour green = hsv(1 / 3.f, 1, 0.8f), grey = hsv(-5.3f, 0, 0.4f);
  CHECK((green.r == Approx(0).margin(1e-5) && green.g == Approx(0.8) &&
         green.b == Approx(0).margin(1e-5)));
  CHECK((grey.r == Approx(0.4) && grey.g == Approx(0.4) && grey.b == Approx(0.4)));
}

TEST_CASE("label png: indices come back, colours are VOC's") {
  LabelMap map{2, 3, {0, 1, 15, 255, 20, 7}};
  const std::string png = label_png(map);
  const auto bytes = std::as_bytes(std::span(png));
  CHECK((decode_label_map(bytes, "x") == map));
  const auto rgb = decode_image(bytes, "x").pixels;
  const auto values = rgb.data<std::uint8_t>();
  CHECK(std::vector<int>(values.begin() + 3, values.begin() + 12) ==
        std::vector<int>{128, 0, 0, 192, 128, 128, 224, 224, 192});
}

TEST_CASE("jpeg: a smooth picture comes back nearly as it was") {
  Picture picture(32, 16);
  paint(picture, {{[](Point) { return -1.f; }, slope({0.9f, 0.5f, 0.2f}, {0.2f, 0.4f, 0.9f})}},
        {.centre = {16, 8}, .size = 32});
  const Tensor pixels = to_pixels(picture);
  const std::string file = jpeg(pixels, 95);
  const auto back = decode_image(std::as_bytes(std::span(file)), "x").pixels;
  REQUIRE(back.shape() == pixels.shape());
  int worst = 0;
  for (std::size_t i = 0; i < pixels.data<std::uint8_t>().size(); ++i) {
    worst =
        std::max(worst, std::abs(pixels.data<std::uint8_t>()[i] - back.data<std::uint8_t>()[i]));
  }
  CHECK(worst <= 8);
}

}  // namespace
}  // namespace bench::mini
