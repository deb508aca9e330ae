#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/decoders/decoders.h"
#include "models/error.h"

namespace bench {
namespace {

using Catch::Contains;

Decode decoder(const std::vector<std::string>& outputs = {"logits", "rois", "deltas"}) {
  Graph graph;
  graph.add("image", Input{{1, 3, -1, -1}});
  for (const std::string& output : outputs) graph.outputs.push_back({output, 0});
  return make_decode("faster-rcnn", graph);
}

// An image of 100 x 50 pixels at twice its size.
const Geometry doubled{100, 50, 200, 100, 2, 2, 0, 0};

// Two classes and the background. Region 0 is 40 x 40 pixels of the input; 1 is the same one, less
// sure; 2 is surely background.
ViewOutputs three_regions() {
  return {{Tensor::of({3, 3}, {0, std::log(2.0f), 0, 0, 0, 0, 50, 0, 0}),
           Tensor::of({3, 5}, {0, 20, 10, 59, 49, 0, 20, 10, 59, 49, 0, 0, 0, 199, 99}),
           Tensor({3, 12})},
          doubled};
}

std::vector<Detection> items(const ViewOutputs& view) {
  return std::get<Detections>(decoder()({&view, 1})).items;
}

float& delta(ViewOutputs& view, std::size_t region, std::size_t label, std::size_t number) {
  return view.outputs[2].data<float>()[12 * region + 4 * label + number];
}

// 20 .. 59 by 10 .. 49 halved, and counted from 1. Probabilities 1/4, 2/4, 1/4 and thrice 1/3: in
// class 0 the first region is the better one, in class 1 the second; the other overlaps it wholly.
TEST_CASE("faster-rcnn: regions on the image, the best of each class") {
  const auto found = items(three_regions());
  REQUIRE(found.size() == 2);
  CHECK(found[0].label == 0);
  CHECK(found[0].score == 0.5);
  CHECK(found[0].box == Box{11, 6, 30.5, 25.5});
  CHECK(found[1].label == 1);
  CHECK(found[1].score == Approx(1.0 / 3).margin(1e-6));
  CHECK(found[1].box == found[0].box);
}

// Class 0 moves by 1 deviation: 0.1 of 40 pixels, 4. Class 1 is made twice as wide (log 2 in
// deviations of 0.2) around x = 39.5: 0 .. 79; and five times as high around 29.5: clipped.
TEST_CASE("faster-rcnn: each class has a box of its own") {
  ViewOutputs view = three_regions();
  delta(view, 0, 1, 0) = 1;
  delta(view, 1, 2, 2) = std::log(2.0f) / 0.2f;
  delta(view, 1, 2, 3) = std::log(5.0f) / 0.2f;
  const auto found = items(view);
  REQUIRE(found.size() >= 2);
  CHECK(found[0].box == Box{13, 6, 32.5, 25.5});
  const auto best_of_1 = std::ranges::find(found, 1, &Detection::label);
  REQUIRE(best_of_1 != found.end());
  CHECK(best_of_1->box == Box{1, 1, 40.5, 50});  // 99 / 2 + 1 is 50.5, the image ends at 50
}

TEST_CASE("faster-rcnn: scores must be above 0.001") {
  ViewOutputs view = three_regions();
  const auto only = [&](float logit) {
    for (std::size_t r = 0; r < 2; ++r) {
      for (std::size_t c = 0; c < 3; ++c) view.outputs[0].data<float>()[3 * r + c] = c ? logit : 0;
    }
    return items(view).size();
  };
  CHECK(only(-6.8f) == 2);  // e^-6.8 = 0.00111
  CHECK(only(-7.0f) == 0);  // 0.00091
}

TEST_CASE("faster-rcnn refuses outputs of other shapes, and what is not finite") {
  CHECK_THROWS_WITH(decoder({"rois", "logits"}), Contains("no output 'deltas'"));
  ViewOutputs view = three_regions();
  view.outputs[2] = Tensor({3, 8});
  CHECK_THROWS_WITH(items(view), Contains("3x8, wanted 3x12"));
  view = three_regions();
  view.outputs[0] = Tensor({2, 3});
  CHECK_THROWS_WITH(items(view), Contains("2x3, wanted"));
  view.outputs = {Tensor({3, 1}), view.outputs[1], Tensor({3, 4})};
  CHECK_THROWS_WITH(items(view), Contains("no class but the background"));
  view = three_regions();
  delta(view, 0, 1, 0) = delta(view, 0, 1, 2) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(items(view), Contains("finite"));
  view = three_regions();
  view.outputs[0].data<float>()[1] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(items(view), Error);
}

}  // namespace
}  // namespace bench
