#include "models/passes/calibrate_data_free.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/error.h"
#include "models/passes/calibrate_moments.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/zoo/mobilenet_v2.h"

namespace bench {
namespace {

BatchNorm norm(std::vector<float> beta, std::vector<float> gamma) {
  const auto c = static_cast<std::int64_t>(beta.size());
  BatchNorm op{.mean = Tensor(Shape{c}), .variance = Tensor(Shape{c})};
  std::ranges::fill(op.variance.data<float>(), 1.0f);
  op.beta = Tensor::of({c}, std::move(beta));
  op.gamma = Tensor::of({c}, std::move(gamma));
  return op;
}

Activation relu6() { return {Activation::Kind::clip, 0, 6}; }
Arithmetic add() { return {Arithmetic::Kind::add}; }

// image -> a (BN) -> relu -> b (BN), c (BN) of relu;  sum = b + c;  joined = relu | sum
Graph branches() {
  Graph graph;
  graph.add("image", Input{{1, 2, 4, 4}});
  graph.add("a", norm({1, -1}, {0.5f, 1}), {0});
  graph.add("relu", Activation{}, {1});
  graph.add("b", norm({0, 2}, {1, -2}), {2});
  graph.add("c", norm({1, 1}, {0.75f, 1.5f}), {2});
  graph.add("sum", add(), {3, 4});
  graph.add("joined", Concat{}, {2, 5});
  graph.add("capped", relu6(), {5});
  graph.outputs = {{"out", 6}, {"capped", 7}};
  validate(graph);
  return graph;
}

TEST_CASE("ranges by moments, by hand") {
  const Ranges ranges = data_free_ranges(branches());
  CHECK(ranges.at("image") == Range{-2.11790393f, 2.64f});
  CHECK(ranges.at("a") == Range{-7, 5});  // 1 +- 3 and -1 +- 6
  CHECK(ranges.at("relu") == Range{0, 5});
  CHECK(ranges.at("b") == Range{-10, 14});  // 0 +- 6 and 2 +- 12
  CHECK(ranges.at("c") == Range{-8, 10});   // 1 +- 4.5 and 1 +- 9
  // Means 1 and 3, variances 1 + 9/16 = (5/4)^2 and 4 + 9/4 = (5/2)^2: 1 +- 7.5 and 3 +- 15.
  CHECK(ranges.at("sum") == Range{-12, 18});
  CHECK(ranges.at("joined") == Range{-12, 18});
  CHECK(ranges.at("capped") == Range{0, 6});
}

TEST_CASE("ranges by document 5's rules, by hand") {
  const DataFreeOptions options{.rules = DataFreeOptions::Rules::document};
  const Ranges ranges = data_free_ranges(branches(), {}, options);
  CHECK(ranges.at("relu") == Range{0, 5});
  CHECK(ranges.at("b") == Range{-10, 14});
  // Two batch norms, b and c, equally deep: only the first counts.
  CHECK(ranges.at("sum") == Range{-10, 14});
  // Three, all two steps back: a behind its ReLU {0, 5}, b and c. (0 - 10 - 8) / 3, (5 + 14 + 10)
  // / 3.
  CHECK(ranges.at("joined").min == -6);
  CHECK(ranges.at("joined").max == Approx(29 / 3.0));
  // ReLU6 is no ReLU to the program, and its cap is not applied.
  CHECK(ranges.at("capped") == Range{-10, 14});
}

TEST_CASE("document 5's average of several batch norms, by hand") {
  CHECK(document_range({{1, {-3, 4}, false}}) == Range{-3, 4});
  CHECK(document_range({{1, {-3, 4}, true}}) == Range{0, 4});
  CHECK(document_range({{1, {2, 4}, true}}) == Range{0, 4});
  CHECK(document_range({{1, {-3, 4}, false}, {2, {-5, 8}, false}}) == Range{-5, 8});
  // Depths 3, 2, 2, 1: start {-8, 8}; two at depth 2: (-8 - 2 - 2) / 3 = -4, (8 + 1 + 3) / 3 = 4;
  // the last is left out.
  CHECK(
      document_range(
          {{1, {-99, 99}, false}, {2, {-2, 1}, false}, {3, {-8, 8}, false}, {2, {-2, 3}, false}}) ==
      Range{-4, 4});
  // Behind ReLUs minima below 0 count as 0, those above as they are.
  CHECK(document_range({{1, {2, 4}, true}, {1, {-6, 8}, true}, {1, {1, 3}, false}}) == Range{1, 5});
}

TEST_CASE("moments of a rectified and a clipped normal") {
  // Standard normal: E max(x, 0) = 1 / sqrt(2 pi), E max(x, 0)^2 = 1/2.
  const double infinity = std::numeric_limits<double>::infinity();
  const Moments half = clamp({{0}, {1}}, 0, infinity);
  CHECK(half.mean[0] == Approx(0.3989422804));
  CHECK(half.variance[0] == Approx(0.5 - 0.3989422804 * 0.3989422804));
  // Far inside nothing changes; far outside a constant is left.
  const Moments inside = clamp({{3}, {0.01}}, 0, 6), outside = clamp({{-9}, {0.01}}, 0, 6);
  CHECK(inside.mean[0] == Approx(3));
  CHECK(inside.variance[0] == Approx(0.01));
  CHECK(outside.mean[0] == Approx(0).margin(1e-12));
  CHECK(outside.variance[0] == Approx(0).margin(1e-12));
  CHECK(clamp({{7}, {0}}, 0, 6).mean[0] == 6);
  // Against sums over a fine lattice.
  const double mean = 1.3, deviation = 2.1;
  double weight = 0, first = 0, second = 0;
  for (int i = -8000; i <= 8000; ++i) {
    const double z = i / 1000.0, p = std::exp(-z * z / 2);
    const double x = std::clamp(mean + deviation * z, -0.5, 4.0);
    weight += p, first += p * x, second += p * x * x;
  }
  const Moments got = clamp({{mean}, {deviation * deviation}}, -0.5, 4);
  CHECK(got.mean[0] == Approx(first / weight));
  CHECK(got.variance[0] == Approx(second / weight - std::pow(first / weight, 2)));
}

TEST_CASE("a layer without a batch norm, by hand") {
  // Means 1, -1, variances 1, 4; w = (2, 3), b = 10: mean 10 + 2 - 3 = 9, variance 4 + 36 = 40.
  Graph graph;
  graph.add("image", Input{{1, 2, 1, 1}});
  graph.add("a", norm({1, -1}, {1, 2}), {0});
  graph.add("conv", Conv2d{Tensor::of({1, 2, 1, 1}, {2, 3}), Tensor::of({1}, {10})}, {1});
  graph.outputs = {{"out", 2}};
  const Range range = data_free_ranges(graph, {}, {.sigmas = 1}).at("conv");
  CHECK(range.min == Approx(9 - std::sqrt(40.0)));
  CHECK(range.max == Approx(9 + std::sqrt(40.0)));
}

TEST_CASE("a folded network with its statistics has the ranges of the one with batch norms") {
  const Graph graph = simplify(mobilenet_v2({.seed = 5}));
  const Graph folded = fold_batch_norm(graph);
  const BatchStatistics statistics = batch_statistics(graph);
  for (const auto rules : {DataFreeOptions::Rules::moments, DataFreeOptions::Rules::document}) {
    const DataFreeOptions options{.rules = rules};
    const Ranges before = data_free_ranges(graph, {}, options);
    const Ranges after = data_free_ranges(folded, statistics, options);
    std::size_t compared = 0;
    for (const Node& node : folded.nodes) {
      if (statistics.contains(node.name) || std::holds_alternative<Linear>(node.op)) continue;
      const auto it = before.find(node.name);
      if (it == before.end()) continue;
      INFO(node.name);
      CHECK(after.at(node.name) == it->second);
      ++compared;
    }
    CHECK(compared > 40);
  }
}

TEST_CASE("normal images stay within the ranges") {
  // What the rules suppose holds here: batch norms of independent normal channels.
  Graph graph;
  graph.add("image", Input{{1, 2, -1, -1}});
  graph.add("a", norm({0.5f, -1}, {1, 2}), {0});
  graph.add("b", norm({0, 1}, {1.5f, 1}), {0});
  graph.add("relu", Activation{}, {1});
  graph.add("sum", add(), {2, 3});
  graph.outputs = {{"out", 4}};
  const Ranges ranges = data_free_ranges(graph);
  Random random(4);
  Tensor image({1, 2, 64, 64});
  for (float& x : image.data<float>()) {
    for (int i = 0; i < 12; ++i) x += random.uniform(-0.5f, 0.5f);
  }
  Calibrator calibrator(graph);
  calibrator.observe(image);
  for (const auto& [name, seen] : calibrator.ranges(ByMax{})) {
    if (name == "image") continue;
    INFO(name);
    CHECK(seen.min >= ranges.at(name).min);
    CHECK(seen.max <= ranges.at(name).max);
  }
}

TEST_CASE("data-free ranges say what is missing or wrong") {
  Graph graph;
  graph.add("image", Input{{1, 2, 1, 1}});
  graph.add("relu", Activation{}, {0});
  graph.outputs = {{"out", 1}};
  CHECK_THROWS_WITH(data_free_ranges(graph), Catch::Contains("no batch norms"));
  Graph bad = branches();
  std::get<BatchNorm>(bad.nodes[3].op).beta.data<float>()[1] = std::nanf("");
  CHECK_THROWS_WITH(data_free_ranges(bad), Catch::Contains("node 'b' (BatchNorm)"));
}

}  // namespace
}  // namespace bench
