// Quantised networks as published, in integers.

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/formats/formats.h"
#include "models/integer_testing.h"
#include "models/random.h"
#include "models/testing.h"

namespace bench {
namespace {

// Every layer, given the same numbers, is within a step of what grids in float give, and nothing is
// left in float.
void check_network(const std::string& file, const Shape& input, std::size_t layers) {
  const auto path = testing::real_data(file);
  if (!path) return;
  const Graph graph = load_network(*path).graph;
  const Tensor image = Random(1).tensor(input, 0, 255);
  for (const auto mode : {Requantization::fixed_point, Requantization::float_scale}) {
    const IntegerGraph integers = lower(graph, mode);
    CHECK(integers.islands.empty());
    const auto counted = std::ranges::count_if(integers.nodes, [](const integer::Node& node) {
      return std::holds_alternative<integer::Layer>(node.op);
    });
    CHECK(static_cast<std::size_t>(counted) == layers);
    for (const auto& [node, computes, steps] : testing::distances(graph, integers, image)) {
      INFO(node << ": " << computes);
      CHECK(steps <= 1);
    }
  }
}

TEST_CASE("integers throughout: MobileNetV1 0.25 of TFLite") {
  check_network("voc_imagenet/models/tflite/mobilenet_v1_0.25_128_quant.tflite", {1, 3, 128, 128},
                28);
}

TEST_CASE("integers throughout: MobileNetV2 of TFLite", "[slow]") {
  check_network("voc_imagenet/models/tflite/mobilenet_v2_1.0_224_quant.tflite", {1, 3, 224, 224},
                53);
}

TEST_CASE("integers throughout: DeepLab of TFLite", "[slow]") {
  check_network("voc_imagenet/models/tflite/deeplabv3_mnv2_dm05_pascal_quant.tflite",
                {1, 3, 513, 513}, 55);
}

TEST_CASE("integers throughout: MobileFaceNet of TFLite", "[slow]") {
  check_network("face/models/mobilefacenet_993_quant.tflite", {1, 3, 112, 96}, 50);
}

}  // namespace
}  // namespace bench
