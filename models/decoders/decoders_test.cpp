#include "models/decoders/decoders.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/error.h"

namespace bench {
namespace {

using Catch::Matchers::Contains;

/// A graph of which only the outputs' names matter.
Graph with_outputs(const std::vector<std::string>& names) {
  Graph graph;
  graph.add("data", Input{{1, 3, -1, -1}});
  for (const std::string& name : names) graph.outputs.push_back({name, 0});
  return graph;
}

/// The image is `width` x `height`, the input the image stretched to `input_width` x
/// `input_height`.
Geometry stretched(int width, int height, int input_width, int input_height) {
  return {width,
          height,
          input_width,
          input_height,
          static_cast<double>(input_width) / width,
          static_cast<double>(input_height) / height,
          0,
          0};
}

template <class T>
T decoded(const Decode& decode, const ViewOutputs& view) {
  return std::get<T>(decode({&view, 1}));
}

Tensor row(std::vector<float> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  return Tensor::of({1, size}, std::move(values));
}

std::vector<ScoredClass> classes(const std::string& decoder, const Tensor& output) {
  const Decode decode = make_decode(decoder, with_outputs({"logits"}));
  return decoded<ClassScores>(decode, {{output}, {}}).best;
}

TEST_CASE("a classifier's best five, equal scores by class") {
  CHECK(classes("classifier", row({1, 7, 3, 9, 3, 2, 5})) ==
        std::vector<ScoredClass>{{3, 9}, {1, 7}, {6, 5}, {2, 3}, {4, 3}});
  // Three share the fifth place: all stay, so that both bounds of top-5 can be told.
  CHECK(classes("classifier", row({4, 9, 8, 4, 7, 6, 4})) ==
        std::vector<ScoredClass>{{1, 9}, {2, 8}, {4, 7}, {5, 6}, {0, 4}, {3, 4}, {6, 4}});
  CHECK(classes("classifier", row({2, 2})) == std::vector<ScoredClass>{{0, 2}, {1, 2}});
}

TEST_CASE("a pooled output without flattening is the same") {
  CHECK(classes("classifier", Tensor::of({1, 3, 1, 1}, {1, 3, 2})) ==
        std::vector<ScoredClass>{{1, 3}, {2, 2}, {0, 1}});
}

TEST_CASE("classifier-1001 drops the background class") {
  CHECK(classes("classifier-1001", row({99, 1, 3, 2})) ==
        std::vector<ScoredClass>{{1, 3}, {2, 2}, {0, 1}});
  CHECK_THROWS_AS(classes("classifier-1001", row({99})), Error);
}

TEST_CASE("decoders refuse what is not a number, and shapes they do not read") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(classes("classifier", row({1, nan})), Contains("not a number"));
  CHECK_THROWS_WITH(classes("classifier", Tensor({2, 1000})), Contains("2x1000, wanted 1x?"));
  CHECK_THROWS_WITH(classes("embedding", Tensor({1, 4, 4})), Contains("1x4x4"));
  CHECK_THROWS_WITH(make_decode("classifier", with_outputs({"a", "b"})), Contains("has 2"));
  CHECK_THROWS_WITH(make_decode("ultraface", with_outputs({"boxes", "x"})),
                    Contains("no output 'scores'; it has boxes x"));
  CHECK_THROWS_WITH(make_decode("yolo-darknet", with_outputs({"x"})), Contains("no [yolo]"));
  CHECK_THROWS_WITH(make_decode("ultraface2", with_outputs({"x"})),
                    Contains("did you mean 'ultraface'?"));
  const Decode decode = make_decode("classifier", with_outputs({"a"}));
  const std::vector<ViewOutputs> two(2, {{row({1})}, {}});
  CHECK_THROWS_WITH(decode(two), Contains("one view"));
}

TEST_CASE("an embedding's views are summed") {
  const Decode decode = make_decode("embedding", with_outputs({"x"}));
  const std::vector<ViewOutputs> views = {{{row({1, 2})}, {}}, {{row({10, -2})}, {}}};
  CHECK(std::get<Embedding>(decode(views)).values == std::vector<float>{11, 0});
  CHECK(std::get<Embedding>(decode({views.data(), 1})).values == std::vector<float>{1, 2});
  const std::vector<ViewOutputs> unlike = {{{row({1, 2})}, {}}, {{row({1})}, {}}};
  CHECK_THROWS_AS(decode(unlike), Error);
}

TEST_CASE("UltraFace: threshold, suppression, whole pixels of the image") {
  const Decode decode = make_decode("ultraface", with_outputs({"scores", "boxes"}));
  // On an image of 1000 x 500. The second overlaps the first (0.099 * 0.2 shared of
  // 0.02 + 0.02 - 0.0198, IoU 0.98) and goes; the third's score is not above 0.11.
  const Tensor scores = Tensor::of({1, 4, 2}, {0, 0.9876f, 0, 0.8f, 0, 0.11f, 0, 0.5f});
  const Tensor boxes = Tensor::of({1, 4, 4}, {0.1f, 0.2f, 0.2f, 0.4f, 0.101f, 0.2f, 0.201f, 0.4f,
                                              0.5f, 0.5f, 0.6f, 0.6f, 0.7005f, 0.5f, 0.8f, 0.7f});
  const auto items =
      decoded<Detections>(decode, {{scores, boxes}, stretched(1000, 500, 320, 240)}).items;
  REQUIRE(items.size() == 2);
  CHECK(items[0].score == 0.988);
  CHECK(items[0].box.x1 == 100);
  CHECK(items[0].box.y1 == 100);
  // x from 700.5: floor 700; width 99.5: 100. 0.7f - 0.5f is a little below 0.2: height 100.
  CHECK(items[1].box == Box{700, 250, 800, 350});
}

TEST_CASE("UltraFace with no face says so") {
  const Decode decode = make_decode("ultraface", with_outputs({"scores", "boxes"}));
  const ViewOutputs view{{Tensor({1, 10, 2}), Tensor({1, 10, 4})}, stretched(10, 10, 320, 240)};
  CHECK(decoded<Detections>(decode, view).items.empty());
  const ViewOutputs bad{{Tensor({1, 10, 2}), Tensor({1, 9, 4})}, {}};
  CHECK_THROWS_WITH(decode({&bad, 1}), Contains("1x9x4, wanted 1x10x4"));
}

std::vector<std::string> yunet_names() {
  std::vector<std::string> names;
  for (const char* kind : {"cls", "obj", "bbox", "kps"}) {
    for (const char* stride : {"_8", "_16", "_32"}) names.push_back(std::string(kind) + stride);
  }
  return names;
}

TEST_CASE("YuNet: a cell's box on the image") {
  // Input 64 x 32: 8 x 4 cells of stride 8, 4 x 2 of 16, 2 x 1 of 32.
  std::vector<Tensor> outputs;
  for (const std::int64_t size : {1, 1, 4, 10}) {
    for (const std::int64_t cells : {32, 8, 2}) outputs.push_back(Tensor({1, cells, size}));
  }
  // Stride 16, cell 6 is row 1, column 2: centre ((2 + 0.5) 16, (1 - 0.25) 16) = (40, 12);
  // width 16 exp(0) = 16, height 16 exp(log 2) = 32. Score 0.5 * 0.8.
  outputs[1].data<float>()[6] = 0.5f;
  outputs[4].data<float>()[6] = 0.8f;
  const auto bbox = outputs[7].data<float>().subspan(24, 4);
  bbox[0] = 0.5f, bbox[1] = -0.25f, bbox[3] = std::log(2.0f);
  outputs[0].data<float>()[0] = 0.1f;  // 0.1 * 0.19 is not above 0.02
  outputs[3].data<float>()[0] = 0.19f;
  const Decode decode = make_decode("yunet", with_outputs(yunet_names()));
  const Geometry padded{60, 30, 64, 32, 1, 1, 0, 0};
  const auto items = decoded<Detections>(decode, {outputs, padded}).items;
  REQUIRE(items.size() == 1);
  CHECK(items[0].score == Approx(0.4).epsilon(1e-7));
  CHECK(items[0].box.x1 == Approx(32));
  CHECK(items[0].box.y1 == Approx(-4).epsilon(1e-6));
  CHECK(items[0].box.x2 == Approx(48));
  CHECK(items[0].box.y2 == Approx(28).epsilon(1e-6));
}

/// One head with two classes and one anchor of 32 x 64 on a 2 x 2 grid, all logits far below 0.
struct YoloCase {
  DecodeFacts facts{{{"yolo", {{32, 64}}, 2, 1.0}}};
  Tensor output{{1, 7, 2, 2}};
  Geometry geometry = stretched(200, 100, 64, 64);

  YoloCase() {
    for (float& x : output.data<float>()) x = -20;
  }
  float& at(std::size_t plane, std::size_t cell) { return output.data<float>()[plane * 4 + cell]; }
  std::vector<Detection> items() const {
    const Decode decode = make_decode("yolo-darknet", with_outputs({"yolo"}), facts);
    return decoded<Detections>(decode, {{output}, geometry}).items;
  }
};

TEST_CASE("a darknet head: box, score, clipping and counting from 1") {
  YoloCase yolo;
  // Cell 3 is row 1, column 1: centre (1 + sigmoid(0)) / 2 = 0.75 of the image: (150, 75).
  // Width 32 / 64 exp(log 1/2) = 1/4 of 200 = 50; height all of 100: from 25 to 125, clipped to
  // 99. Objectness sigmoid(log 4) = 0.8, class 1 sigmoid(0) = 0.5, class 0 nothing.
  yolo.at(0, 3) = yolo.at(1, 3) = 0;
  yolo.at(2, 3) = std::log(0.5f);
  yolo.at(3, 3) = 0;
  yolo.at(4, 3) = std::log(4.0f);
  yolo.at(6, 3) = 0;
  auto items = yolo.items();
  REQUIRE(items.size() == 1);
  CHECK(items[0].label == 1);
  CHECK(items[0].score == 0.4);
  CHECK(items[0].box == Box{126, 26, 176, 100});

  // scale_x_y 1.2 stretches about the middle of the cell: sigmoid(log 3) = 0.75 becomes
  // 0.75 * 1.2 - 0.1 = 0.8; centre (1 + 0.8) / 2 * 200 = 180, from 155 to 205, clipped to 199.
  yolo.facts.yolo_heads[0].scale_xy = 1.2;
  yolo.at(0, 3) = std::log(3.0f);
  items = yolo.items();
  REQUIRE(items.size() == 1);
  CHECK(items[0].box.x1 == 156);
  CHECK(items[0].box.x2 == 200);
}

TEST_CASE("darknet boxes are suppressed class by class") {
  YoloCase yolo;
  for (const std::size_t cell : {0, 1}) {  // both boxes cover nearly all of the image
    yolo.at(0, cell) = cell == 0 ? 3.0f : -3.0f;
    yolo.at(1, cell) = yolo.at(3, cell) = 0;
    yolo.at(2, cell) = std::log(4.0f);
    yolo.at(4, cell) = 20;
  }
  yolo.at(5, 0) = 1;
  yolo.at(5, 1) = 2;
  yolo.at(6, 0) = 3;
  const auto items = yolo.items();
  REQUIRE(items.size() == 2);
  CHECK(items[0].label == 0);
  CHECK(items[0].score == Approx(1 / (1 + std::exp(-2.0))).epsilon(1e-6));
  CHECK(items[1].label == 1);
}

TEST_CASE("a darknet score must be above 0.005") {
  YoloCase yolo;
  yolo.at(4, 0) = 20;
  yolo.at(5, 0) = static_cast<float>(std::log(0.0049 / (1 - 0.0049)));
  CHECK(yolo.items().empty());
  yolo.at(5, 0) = static_cast<float>(std::log(0.0051 / (1 - 0.0051)));
  CHECK(yolo.items().size() == 1);
}

LabelMap label_map(const std::string& decoder, const Tensor& logits, const Geometry& geometry) {
  return decoded<LabelMap>(make_decode(decoder, with_outputs({"x"})), {{logits}, geometry});
}

TEST_CASE("label maps: logits are resampled, then the largest is taken") {
  // One row, two cells; class 0 has logits 0 0, class 1 has -1 3. On 4 pixels the cells' places are
  // -0.25 0.25 0.75 1.25, so class 1 has -1 0 2 3: a tie on the second, which the first class wins.
  const Tensor logits = Tensor::of({1, 2, 1, 2}, {0, 0, -1, 3});
  const LabelMap map = label_map("label-map", logits, stretched(4, 2, 64, 32));
  CHECK(map.height == 2);
  CHECK(map.width == 4);
  CHECK(map.labels == std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0, 1, 1});
  // Class 1 with -1 5 has 0.5 there.
  CHECK(label_map("label-map", Tensor::of({1, 2, 1, 2}, {0, 0, -1, 5}), stretched(4, 1, 64, 32))
            .labels == std::vector<std::uint8_t>{0, 1, 1, 1});
}

TEST_CASE("label-map-nearest: the largest is taken, then spread") {
  const Tensor logits = Tensor::of({1, 3, 1, 2}, {0, 0, -1, 5, -1, 5});
  CHECK(label_map("label-map-nearest", logits, stretched(4, 1, 64, 32)).labels ==
        std::vector<std::uint8_t>{0, 0, 1, 1});
  CHECK(label_map("label-map-nearest", logits, stretched(1, 1, 64, 32)).labels ==
        std::vector<std::uint8_t>{1});
}

TEST_CASE("label maps of padded inputs look only where the image is") {
  // The 2 x 1 image lies unscaled in the left half of a 4 x 1 input: cells 0 and 1.
  const Tensor logits = Tensor::of({1, 2, 1, 4}, {1, 0, 0, 0, 0, 1, 1, 1});
  CHECK(label_map("label-map-nearest", logits, {2, 1, 4, 1, 1, 1, 0, 0}).labels ==
        std::vector<std::uint8_t>{0, 1});
  CHECK(label_map("label-map", logits, {2, 1, 4, 1, 1, 1, 0, 0}).labels ==
        std::vector<std::uint8_t>{0, 1});
  CHECK_THROWS_AS(label_map("label-map", Tensor({1, 256, 1, 1}), stretched(1, 1, 1, 1)), Error);
}

}  // namespace
}  // namespace bench
