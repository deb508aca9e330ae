#include "models/passes/clip_weights.h"

#include <catch2/catch.hpp>
#include <limits>

#include "models/error.h"

namespace bench {
namespace {

Graph linear(std::vector<float> weights) {
  Graph graph;
  graph.add("image", Input{{-1, 4}});
  graph.add("fc", Linear{Tensor::of({1, 4}, weights), Tensor::of({1}, {99})}, {0});
  graph.outputs = {{"out", 1}};
  return graph;
}

TEST_CASE("weights beyond a range are cut to it, biases are not") {
  const auto [graph, clipped] = clip_weights(linear({-16, -15, 15.5f, 3}), -15, 15);
  const auto& fc = std::get<Linear>(graph.nodes[1].op);
  CHECK(std::vector(fc.weight.data<float>().begin(), fc.weight.data<float>().end()) ==
        std::vector<float>{-15, -15, 15, 3});
  CHECK(fc.bias.data<float>()[0] == 99);
  REQUIRE(clipped.size() == 1);
  CHECK(clipped[0].layer == "fc");
  CHECK(clipped[0].weights == 2);
  CHECK(clip_weights(graph, -15, 15).clipped.empty());
}

TEST_CASE("clipping refuses an empty range and weights that are not finite") {
  CHECK_THROWS_WITH(clip_weights(linear({1, 2, 3, 4}), 1, 1), Catch::Contains("is not less than"));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(clip_weights(linear({1, 2, nan, 4}), -1, 1),
                    Catch::Contains("node 'fc' (Linear): its weight number 2"));
}

}  // namespace
}  // namespace bench
