#include "datasets/mini/crowds.h"

#include <catch2/catch.hpp>
#include <map>

#include "datasets/image.h"
#include "datasets/mini/checks.h"
#include "datasets/testing.h"
#include "datasets/widerface.h"

namespace bench::mini {
namespace {

using namespace bench::testing;

TEST_CASE("drawn crowds: WIDER FACE's reader opens them, .mat and text agree") {
  TemporaryFolder folder;
  const auto root = folder.path() / "a";
  draw_task("widerface", {.out = root, .seed = 3, .images = 20});
  const auto data = open_widerface({.root = root.string()});  // compares the two, box by box
  REQUIRE(data->size() == 20);
  CHECK(data->id(0) == "0--Drawn_Crowd/0_Drawn_Crowd_1");
  int easy = 0, medium = 0, hard = 0, all = 0;
  for (std::size_t i = 0; i < data->size(); ++i) {
    INFO(data->id(i));
    const EncodedImage file = data->image(i);
    const auto pixels = decode_image(file.bytes, file.file).pixels;
    const auto width = static_cast<double>(pixels.dim(1)),
               height = static_cast<double>(pixels.dim(0));
    const auto boxes = std::get<std::vector<FaceBox>>(data->truth(i));
    for (const auto& face : boxes) {
      const Box& b = face.box;
      CHECK((b.x1 >= 0 && b.y1 >= 0 && b.x1 < b.x2 && b.y1 < b.y2 && b.x2 <= width &&
             b.y2 <= height));
      CHECK((!face.easy || face.medium));
      CHECK((!face.medium || face.hard));
      ++all;
      easy += face.easy;
      medium += face.medium;
      hard += face.hard;
    }
  }
  CHECK((0 < easy && easy < medium && medium < hard && hard < all));
  check_images(*data, [](int width, int height) { return width <= 256 && height <= 192; });
}

// The columns blur, expression, illumination, invalid, occlusion, pose.
TEST_CASE("drawn crowds: every attribute occurs, and levels follow from them") {
  std::map<int, int> blur, occlusion;
  int odd_pose = 0, dark = 0, invalid = 0, faces = 0;
  for (int i = 0; i < 60; ++i) {
    Random random(static_cast<std::uint64_t>(i));
    const Crowd crowd = draw_crowd(i % 5, random);
    for (const CrowdFace& f : crowd.faces) {
      ++blur[f.blur];
      ++occlusion[f.occlusion];
      ++faces;
      odd_pose += f.pose;
      dark += f.illumination;
      invalid += f.invalid;
      CHECK((f.invalid == 0 || f.occlusion == 2));
      CHECK((!f.hard() || f.height >= 7));
      CHECK((!f.medium() || f.occlusion < 2));
      CHECK((!f.easy() || (f.occlusion == 0 && f.blur == 0)));
    }
  }
  CHECK((blur.size() == 3 && occlusion.size() == 3));
  CHECK((blur[0] > faces / 3 && occlusion[0] > faces / 3));
  CHECK((odd_pose > 0 && dark > 0 && invalid > 0 && invalid < faces / 5));
}

TEST_CASE("drawn crowds: the seed decides every byte") { check_seeds("widerface", 5, 5); }

}  // namespace
}  // namespace bench::mini
