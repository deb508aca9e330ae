#include "models/passes/absorb_bias.h"

#include <catch2/catch.hpp>

#include "models/conformance.h"
#include "models/reference.h"

namespace bench {
namespace {

std::vector<float> values(const Tensor& t) {
  return {t.data<float>().begin(), t.data<float>().end()};
}

// first: y0 = x + 10, y1 = 2 x + 1; relu; second: z = 2 y0 - y1 (+ 1 where biased).
Graph two_layers(Padding pad = {}, Activation activation = {}) {
  Graph graph;
  graph.add("image", Input{{-1, 1, -1, -1}});
  graph.add("first", Conv2d{Tensor::of({2, 1, 1, 1}, {1, 2}), Tensor::of({2}, {10, 1})}, {0});
  graph.add("activation", activation, {1});
  graph.add("second", Conv2d{.weight = Tensor::of({1, 2, 1, 1}, {2, -1}), .pad = pad}, {2});
  graph.outputs = {{"out", 3}};
  return graph;
}

// Channel 0 has mean 10 and deviation 1: c = 10 - 3 = 7. Channel 1 has mean 1 and deviation 2:
// nothing. The second layer's bias becomes 0 + 2 * 7 - 1 * 0.
TEST_CASE("a high bias moves behind the relu") {
  const Graph graph = two_layers();
  const BatchStatistics statistics{{"first", {{10, 1}, {1, 2}}}};
  const auto [after, lowered, pairs, left] = absorb_bias(graph, statistics);
  CHECK(values(std::get<Conv2d>(after.nodes[1].op).bias) == std::vector<float>{3, 1});
  CHECK(values(std::get<Conv2d>(after.nodes[3].op).bias) == std::vector<float>{14});
  CHECK(lowered.at("first").mean == std::vector<double>{3, 1});
  CHECK(lowered.at("first").deviation == std::vector<double>{1, 2});
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].moved == std::vector<double>{7, 0});
  CHECK(pairs[0].exact_at_borders);
  REQUIRE(left.size() == 1);
  CHECK(left[0].layer == "second");
  // As before down to x = -3, where x + 10 - 7 reaches 0.
  const Tensor image = Tensor::of({1, 1, 2, 2}, {-3, -1, 0, 5});
  CHECK(values(evaluate(after, image)[0]) == values(evaluate(graph, image)[0]));
}

TEST_CASE("at padded borders absorption is approximate, and says so") {
  const auto padded = absorb_bias(two_layers({1, 1, 1, 1}), {{"first", {{10, 1}, {1, 2}}}});
  CHECK_FALSE(padded.pairs[0].exact_at_borders);
}

TEST_CASE("only channels that were scaled up, if asked for") {
  EqualizeReport report;
  report.pairs.push_back({"first", "second", {1, 2}, {}, {}, {}});
  const BatchStatistics statistics{{"first", {{10, 1}, {1, 0.25}}}};
  CHECK(absorb_bias(two_layers(), statistics).pairs[0].moved == std::vector<double>{7, 0.25});
  CHECK(absorb_bias(two_layers(), statistics, {.scaled = &report}).pairs[0].moved ==
        std::vector<double>{0, 0.25});
}

TEST_CASE("what cannot be absorbed is left, with the reason") {
  const auto why = [](const Graph& graph, const BatchStatistics& statistics) {
    const auto result = absorb_bias(graph, statistics);
    CHECK(result.pairs.empty());
    return result.left.back().why;
  };
  const BatchStatistics statistics{{"first", {{10, 1}, {1, 2}}}};
  CHECK(why(two_layers(), {}) == "node 'first' (Conv2d) has no batch statistics");
  CHECK(why(two_layers(), {{"first", {{1, 1}, {1, 2}}}}) == "no channel's mean is high enough");
  CHECK(why(two_layers({}, {Activation::Kind::leaky_relu, 0.5f}), statistics) ==
        "no relu between it and node 'second' (Conv2d)");
}

}  // namespace
}  // namespace bench
