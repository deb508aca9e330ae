// The decoders of networks with anchors: ssd and dsfd.

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/anchors.h"
#include "models/decoders/decoders.h"
#include "models/error.h"

namespace bench {
namespace {

using Catch::Contains;

Decode decoder(const std::string& name, const std::vector<std::string>& outputs) {
  Graph graph;
  graph.add("image", Input{{1, 3, -1, -1}});
  for (const std::string& output : outputs) graph.outputs.push_back({output, 0});
  return make_decode(name, graph);
}

/// The image is stretched to the network's input.
Geometry stretched(Pair image, Pair input) {
  return {image.w, image.h, input.w, input.h, double(input.w) / image.w, double(input.h) / image.h,
          0,       0};
}

/// Outputs whose every anchor is surely background.
ViewOutputs nothing(std::int64_t anchors, std::int64_t classes, const Geometry& geometry) {
  ViewOutputs view{{Tensor({1, anchors, 4}), Tensor({1, anchors, classes})}, geometry};
  for (std::int64_t i = 0; i < anchors; ++i) {
    view.outputs[1].data<float>()[static_cast<std::size_t>(i * classes)] = 50;
  }
  return view;
}

/// The logits of one anchor.
std::span<float> logits(ViewOutputs& view, std::size_t anchor) {
  const auto classes = static_cast<std::size_t>(view.outputs[1].dim(2));
  return view.outputs[1].data<float>().subspan(anchor * classes, classes);
}
std::span<float> codes(ViewOutputs& view, std::size_t anchor) {
  return view.outputs[0].data<float>().subspan(anchor * 4, 4);
}

std::vector<Detection> items(const Decode& decode, const ViewOutputs& view) {
  return std::get<Detections>(decode({&view, 1})).items;
}

// An input of 160 x 120 has 8 x 10, 4 x 5, 2 x 3, 1 x 2, 1 x 1 and 1 x 1 cells of six anchors.
constexpr std::int64_t anchors_160 = 6 * 110;

TEST_CASE("ssd: an anchor's box on the image, with VOC's corners") {
  const Decode decode = decoder("ssd", {"logits", "boxes"});
  ViewOutputs view = nothing(anchors_160, 4, stretched({240, 320}, {120, 160}));
  // Row 3, column 4 of the first map: centre (72, 56) of 160 x 120; the first anchor is a fifth of
  // each side: 32 x 24, on the image centre (144, 112), 64 x 48. Half its width to the right.
  const std::size_t anchor = 6 * (3 * 10 + 4);
  codes(view, anchor)[0] = 5;
  // Logits 0, log 2, log 5, 0: probabilities 1/9, 2/9, 5/9, 1/9.
  logits(view, anchor)[0] = 0;
  logits(view, anchor)[1] = std::log(2.0f);
  logits(view, anchor)[2] = std::log(5.0f);
  std::swap(view.outputs[0], view.outputs[1]);  // found by their names
  const auto found = items(decode, view);
  REQUIRE(found.size() == 3);
  for (int label = 0; label < 3; ++label) {  // class by class
    CHECK(found[static_cast<std::size_t>(label)].label == label);
    CHECK(found[static_cast<std::size_t>(label)].box == Box{145, 89, 209, 137});
  }
  CHECK(found[0].score == 0.222222);
  CHECK(found[1].score == 0.555556);
  CHECK(found[2].score == 0.111111);
}

TEST_CASE("ssd: threshold, suppression in each class, clipping") {
  const Decode decode = decoder("ssd", {"boxes", "logits"});
  ViewOutputs view = nothing(anchors_160, 3, stretched({120, 160}, {120, 160}));
  const auto say = [&](std::size_t anchor, std::size_t label, double probability) {
    for (float& x : logits(view, anchor)) x = -50;
    logits(view, anchor)[label + 1] = static_cast<float>(std::log(probability));
    logits(view, anchor)[0] = static_cast<float>(std::log(1 - probability));
  };
  const std::size_t last = anchors_160 - 6;  // a square of 0.95 around the middle
  say(last, 0, 0.6);
  say(last + 1, 0, 0.9);  // the whole image: they share 0.9025, so the first goes,
  say(last - 6, 1, 0.3);  // but not this of the same place and another class
  say(anchors_160 / 2, 0, 0.0099);
  const auto found = items(decode, view);
  REQUIRE(found.size() == 2);
  CHECK(found[0].score == 0.9);
  CHECK(found[0].box == Box{1, 1, 160, 120});  // 0 .. 160 clipped to 0 .. 159, then 1 more
  CHECK(found[1].label == 1);
  CHECK(found[1].score == 0.3);
}

/// All anchors with logits 0, shrunk to a ten-thousandth: nothing overlaps.
ViewOutputs all_apart(std::int64_t classes) {
  ViewOutputs view = nothing(anchors_160, classes, stretched({120, 160}, {120, 160}));
  for (std::size_t i = 0; i < anchors_160; ++i) {
    codes(view, i)[2] = codes(view, i)[3] = static_cast<float>(std::log(1e-4) / 0.2);
    codes(view, i)[0] = static_cast<float>(i % 6) * 0.1f;
    for (std::int64_t c = 0; c < classes; ++c) logits(view, i)[static_cast<std::size_t>(c)] = 0;
  }
  return view;
}

TEST_CASE("ssd: of an image the best 100 are kept, class by class; of equal ones the first") {
  const Decode decode = decoder("ssd", {"boxes", "logits"});
  CHECK(items(decode, all_apart(2)).size() == 100);
  ViewOutputs view = all_apart(3);
  for (std::size_t i = 0; i < 30; ++i) logits(view, i)[2] = 1;  // rarer and surer
  const auto found = items(decode, view);
  REQUIRE(found.size() == 100);
  for (std::size_t i = 0; i < 100; ++i) CHECK(found[i].label == (i < 70 ? 0 : 1));
  CHECK(found.back().score > found.front().score);
}

TEST_CASE("ssd: of each class the best 200 are looked at") {
  const Decode decode = decoder("ssd", {"boxes", "logits"});
  ViewOutputs view = all_apart(2);
  // The 200 best are one box: one of them survives, and nobody comes after them.
  const auto anchors = anchors_of(ssd_lite_anchors({120, 160}));
  for (std::size_t i = 0; i < 200; ++i) {
    const Anchor& anchor = anchors[i];
    codes(view, i)[0] = static_cast<float>((0.5 - anchor.x) / anchor.width / 0.1);
    codes(view, i)[1] = static_cast<float>((0.5 - anchor.y) / anchor.height / 0.1);
    codes(view, i)[2] = static_cast<float>(std::log(0.25 / anchor.width) / 0.2);
    codes(view, i)[3] = static_cast<float>(std::log(0.25 / anchor.height) / 0.2);
    logits(view, i)[1] = 1;
  }
  CHECK(items(decode, view).size() == 1);
}

TEST_CASE("dsfd: an anchor's box on the image") {
  const Decode decode = decoder("dsfd", {"boxes", "logits"});
  // Input 64 x 32: 8 x 16, 4 x 8, 2 x 4, 1 x 2, 1 x 1, 1 x 1 cells.
  ViewOutputs view = nothing(128 + 32 + 8 + 2 + 1 + 1, 2, stretched({64, 192}, {32, 64}));
  // Stride 8, row 2, column 3: centre (28, 20), 32 x 48: 12 .. 44, -4 .. 44. Left + 5/5 of the
  // width, bottom - 1.25/5 of the height: 44 .. 44 would be empty; so right + 2.5/5: 44 .. 60,
  // -4 .. 32, cut off above; on the image times 3 and 2.
  const std::size_t anchor = 128 + 2 * 8 + 3;
  codes(view, anchor)[0] = 5;
  codes(view, anchor)[2] = 2.5f;
  codes(view, anchor)[3] = -1.25f;
  logits(view, anchor)[0] = 0;
  logits(view, anchor)[1] = std::log(3.0f);
  const auto found = items(decode, view);
  REQUIRE(found.size() == 1);
  CHECK(found[0].label == 0);
  CHECK(found[0].score == Approx(0.75));
  CHECK(found[0].box.x1 == Approx(132));
  CHECK(found[0].box.y1 == 0);
  CHECK(found[0].box.x2 == Approx(180));
  CHECK(found[0].box.y2 == Approx(64));
}

TEST_CASE("dsfd: threshold and suppression") {
  const Decode decode = decoder("dsfd", {"boxes", "logits"});
  ViewOutputs view = nothing(172, 2, stretched({32, 64}, {32, 64}));
  const auto say = [&](std::size_t anchor, double probability) {
    logits(view, anchor)[0] = static_cast<float>(std::log(1 - probability));
    logits(view, anchor)[1] = static_cast<float>(std::log(probability));
  };
  // Stride 4, row 4: columns 3 and 5 are 8 apart and 16 wide: IoU 8/24 = 1/3, above 0.3; columns 5
  // and 15 share nothing.
  say(4 * 16 + 3, 0.8);
  say(4 * 16 + 5, 0.9);
  say(4 * 16 + 15, 0.0501);
  say(0, 0.0499);
  const auto found = items(decode, view);
  REQUIRE(found.size() == 2);
  CHECK(found[0].score == Approx(0.9));
  CHECK(found[1].score == Approx(0.0501));
}

TEST_CASE("ssd and dsfd refuse outputs of other shapes, and what is not finite") {
  const Geometry geometry = stretched({120, 160}, {120, 160});
  CHECK_THROWS_WITH(decoder("ssd", {"boxes", "scores"}), Contains("no output 'logits'"));
  CHECK_THROWS_WITH(decoder("dsfd", {"box", "logits"}), Contains("no output 'boxes'"));
  for (const std::string name : {"ssd", "dsfd"}) {
    const Decode decode = decoder(name, {"boxes", "logits"});
    CHECK_THROWS_WITH(items(decode, nothing(659, 2, geometry)), Contains("1x659x4, wanted"));
    CHECK_THROWS_WITH(items(decode, {{Tensor(Shape{1})}, geometry}), Contains("wanted"));
    const std::vector<ViewOutputs> two(2, nothing(660, 2, geometry));
    CHECK_THROWS_WITH(decode(two), Contains("one view"));
  }
  const Decode ssd = decoder("ssd", {"boxes", "logits"});
  CHECK_THROWS_WITH(items(ssd, nothing(660, 1, geometry)), Contains("but the background"));
  CHECK_THROWS_WITH(items(ssd, {{Tensor({1, 660, 4})}, geometry}), Contains("missing"));
  ViewOutputs view = nothing(660, 2, geometry);
  codes(view, 7)[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(items(ssd, view), Contains("NaN"));
  codes(view, 7)[3] = 1e30f;
  CHECK_THROWS_AS(items(ssd, view), Error);
  view = nothing(660, 2, geometry);
  logits(view, 7)[1] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(items(ssd, view), Error);
}

}  // namespace
}  // namespace bench
