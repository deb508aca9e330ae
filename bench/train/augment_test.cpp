#include "bench/train/augment.h"

#include <catch2/catch.hpp>

namespace bench {
namespace {

// 8 x 4 pixels, red counts columns, green rows.
Tensor ramp() {
  Tensor image({4, 8, 3}, DType::u8);
  auto* to = image.data<std::uint8_t>().data();
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 8; ++x) {
      *to++ = static_cast<std::uint8_t>(20 * x);
      *to++ = static_cast<std::uint8_t>(20 * y);
      *to++ = 100;
    }
  }
  return image;
}

std::vector<std::uint8_t> bytes(const Tensor& image) {
  const auto data = image.data<std::uint8_t>();
  return {data.begin(), data.end()};
}

int red(const Tensor& image, int x, int y) {
  return image.data<std::uint8_t>()[static_cast<std::size_t>(3 * (8 * y + x))];
}

TEST_CASE("Without options an image stays as it is") {
  const Augmented same = augment(ramp(), {}, Random(3));
  CHECK(bytes(same.image) == bytes(ramp()));
  CHECK(same.placement.scale_x == 1);
  CHECK(same.placement.offset_x == 0);
}

TEST_CASE("About every second image is mirrored, exactly") {
  int mirrored = 0;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    const Augmented one = augment(ramp(), {.flip = true}, Random(seed));
    if (one.placement.scale_x == 1) continue;
    ++mirrored;
    CHECK(one.placement.offset_x == 8);
    CHECK(red(one.image, 0, 2) == 140);
    CHECK(red(one.image, 7, 2) == 0);
    CHECK(red(one.image, 3, 1) == 80);
  }
  CHECK(mirrored > 20);
  CHECK(mirrored < 44);
}

TEST_CASE("What moved is where the placement says") {
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    const Augmented one = augment(ramp(), {.flip = true, .shift = 0.1, .zoom = 0.2}, Random(seed));
    const Placement& p = one.placement;
    for (int x = 0; x < 8; ++x) {
      // The ramp's red is 20 (x - 1/2) at point x, up to the middles of the outer pixels.
      const double from = (x + 0.5 - p.offset_x) / p.scale_x;
      if (from < 0.5 || from > 7.5) continue;
      CHECK(red(one.image, x, 2) == Approx(20 * (from - 0.5)).margin(0.7));
    }
  }
}

TEST_CASE("Brightness is added to all pixels, up to white and down to black") {
  const Augmented one = augment(ramp(), {.brightness = 0.5}, Random(5));
  const int by = one.image.data<std::uint8_t>()[2] - 100;
  CHECK(by != 0);
  for (int x = 0; x < 8; ++x) {
    CHECK(red(one.image, x, 0) == std::clamp(20 * x + by, 0, 255));
  }
}

}  // namespace
}  // namespace bench
