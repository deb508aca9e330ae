#include "models/passes/calibrate.h"

#include <catch2/catch.hpp>
#include <limits>

#include "models/conformance.h"
#include "models/error.h"
#include "models/random.h"

namespace bench {
namespace {

// image -> halved -> clipped to [0, 6]
Graph small_graph() {
  Graph graph;
  graph.add("image", Input{{1, -1}});
  graph.add("half", Constant{Tensor::of({1}, {0.5f})});
  graph.add("halved", Arithmetic{Arithmetic::Kind::mul}, {0, 1});
  graph.add("clipped", Activation{Activation::Kind::clip, 0, 6}, {2});
  graph.outputs = {{"out", 3}};
  return graph;
}

Tensor row(std::vector<float> values) {
  const auto n = static_cast<std::int64_t>(values.size());
  return Tensor::of({1, n}, std::move(values));
}

TEST_CASE("calibration sees every node's values over all batches") {
  const Graph graph = small_graph();
  Calibrator calibrator(graph);
  calibrator.observe(row({-4, 2}));
  calibrator.observe(row({1, 20, 3}));
  CHECK(calibrator.observed() == 2);
  CHECK(calibrator.histogram(2).count() == 5);
  const Ranges expected{{"image", {-4, 20}}, {"halved", {-2, 10}}, {"clipped", {0, 6}}};
  CHECK(calibrator.ranges(ByMax{}) == expected);
  CHECK(calibrator.ranges(ByPercentile{100}) == expected);
}

TEST_CASE("calibration's moving averages start as TensorFlow's do") {
  const Graph graph = small_graph();
  Calibrator calibrator(graph, {.moving_average_decay = 0.5});
  calibrator.observe(row({-4, 2}));
  const Ranges ranges = calibrator.ranges(ByMovingAverage{});
  CHECK(ranges.at("image") == Range{-5, 4});      // halfway from {-6, 6} to {-4, 2}
  CHECK(ranges.at("halved") == Range{-4, 3.5f});  // {-2, 1}
  CHECK(ranges.at("clipped") == Range{0, 3.5f});  // from {0, 6} to {0, 1}
}

TEST_CASE("parts calibrated apart merge to the same ranges by every rule") {
  Random random(1);
  std::vector<Tensor> images;
  for (int i = 0; i < 6; ++i) images.push_back(random.tensor({1, 500}, -20, 20));
  const Graph graph = small_graph();
  Calibrator whole(graph), odd(graph), even(graph);
  for (std::size_t i = 0; i < images.size(); ++i) {
    whole.observe(images[i]);
    (i % 2 ? odd : even).observe(images[i]);
  }
  odd.merge(even);
  const GridOf grid_of = [](const Range& r) {
    Grid grid;
    grid.scale = {r.max / 127};
    return grid;
  };
  const std::vector<RangeRule> rules{ByMax{}, ByPercentile{99}, ByKl{}, ByMse{grid_of}};
  for (const RangeRule& rule : rules) CHECK(odd.ranges(rule) == whole.ranges(rule));
  CHECK_THROWS_WITH(odd.ranges(ByMovingAverage{}), Catch::Contains("order"));
}

TEST_CASE("calibration with another runner keeps what it shows") {
  const Graph graph = small_graph();
  const auto run = [](const Graph&, const Tensor& input, const SeeValue& see) { see(0, input); };
  Calibrator calibrator(graph, {.run = run});
  calibrator.observe(row({1, 2}));
  CHECK(calibrator.ranges(ByMax{}) == Ranges{{"image", {1, 2}}});
}

TEST_CASE("calibration says what is missing or wrong") {
  const Graph graph = small_graph();
  Calibrator calibrator(graph);
  CHECK_THROWS_WITH(calibrator.ranges(ByMax{}), Catch::Contains("no images"));
  CHECK_THROWS_WITH(calibrator.observe(row({1, std::numeric_limits<float>::quiet_NaN()})),
                    Catch::Contains("node 'image' (Input)"));
  const float big = std::numeric_limits<float>::max();
  Graph doubling = graph;
  std::get<Constant>(doubling.nodes[1].op).value = Tensor::of({1}, {2.0f});
  Calibrator overflowing(doubling);
  CHECK_THROWS_WITH(overflowing.observe(row({big})), Catch::Contains("node 'halved'"));
  calibrator.observe(row({1}));
  CHECK_THROWS_WITH(calibrator.ranges(ByMse{}), Catch::Contains("grid"));
  Graph other;
  other.add("image", Input{{1, -1}});
  other.outputs = {{"out", 0}};
  CHECK_THROWS_AS(calibrator.merge(Calibrator(other)), Error);
}

TEST_CASE("looking at the values does not change the answers") {
  for (const ConformanceCase& c : conformance_cases(3)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 4);
    std::vector<Tensor> seen(c.graph.nodes.size());
    const auto outputs = evaluate_showing(c.graph, input, [&](NodeId id, const Tensor& value) {
      seen[static_cast<std::size_t>(id)] = value;
    });
    REQUIRE(outputs.size() == c.graph.outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const Tensor& value = seen[static_cast<std::size_t>(c.graph.outputs[i].node)];
      if (!value.empty()) CHECK(relative_error(outputs[i], value) == 0);
    }
  }
}

}  // namespace
}  // namespace bench
