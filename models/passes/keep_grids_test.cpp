#include "models/passes/keep_grids.h"

#include <catch2/catch.hpp>

#include "models/graph_digest.h"
#include "models/passes/isolate_layers.h"
#include "models/passes/passes.h"
#include "models/reference.h"

namespace bench {
namespace {

Grid grid_of(float scale) {
  Grid grid;
  grid.scale = {scale};
  return grid;
}

Linear times(float factor, float bias, float weight_scale) {
  Linear layer;
  layer.weight = Tensor::of({1, 1}, {factor});
  layer.bias = Tensor::of({1}, {bias});
  layer.weight_grid = grid_of(weight_scale);
  layer.bias_grid = grid_of(0.25f);
  return layer;
}

// input (halves) -> first: relu(1.3 x + 0.3), on a grid of quarters -> second: 2.2 y, on no grid.
Graph two_layers() {
  Graph graph;
  graph.add("input", Input{{-1, 1}});
  graph.add("input.grid", FakeQuantize{grid_of(0.5f)}, {0});
  graph.add("first", times(1.3f, 0.3f, 0.5f), {1});
  graph.add("relu", Activation{}, {2});
  graph.add("relu.grid", FakeQuantize{grid_of(0.25f)}, {3});
  graph.add("second", times(2.2f, 0, 1), {4});
  graph.outputs = {{"y", 5}};
  validate(graph);
  return graph;
}

float run(const Graph& graph, float x) {
  validate(graph);
  return evaluate(graph, Tensor::of({1, 1}, {x})).at(0).data<float>()[0];
}

TEST_CASE("grids are kept one by one") {
  const Graph graph = two_layers();
  const auto with = [&](NodeId node, GridPlace place) {
    return keep_grids(graph, [=](NodeId n, GridPlace p) { return n == node && p == place; });
  };
  CHECK(digest(keep_grids(graph, [](NodeId, GridPlace) { return true; })) == digest(graph));
  // In float: (1.3 * 0.7 + 0.3) * 2.2 = 1.21 * 2.2
  CHECK(run(without_grids(graph), 0.7f) == Approx(1.21 * 2.2));
  CHECK(run(with(1, GridPlace::edge), 0.7f) == Approx((1.3 * 0.5 + 0.3) * 2.2));    // 0.7 -> 0.5
  CHECK(run(with(2, GridPlace::weight), 0.7f) == Approx((1.5 * 0.7 + 0.3) * 2.2));  // 1.3 -> 1.5
  CHECK(run(with(2, GridPlace::bias), 0.7f) == Approx((1.3 * 0.7 + 0.25) * 2.2));   // 0.3 -> 0.25
  CHECK(run(with(4, GridPlace::edge), 0.7f) == Approx(1.25 * 2.2));                 // 1.21 -> 1.25
  CHECK(run(with(5, GridPlace::weight), 0.7f) == Approx(1.21 * 2));                 // 2.2 -> 2
}

TEST_CASE("every grid belongs to the layer whose result it holds") {
  const auto layers = grids_by_layer(two_layers());
  REQUIRE(layers.size() == 3);
  CHECK(layers[0].layer == 0);
  CHECK(layers[0].edges == std::vector<NodeId>{1});
  CHECK(layers[1].layer == 2);
  CHECK(layers[1].edges == std::vector<NodeId>{4});
  CHECK(layers[2].layer == 5);
  CHECK(layers[2].edges.empty());
  CHECK(grids_by_layer(without_grids(two_layers())).empty());
}

TEST_CASE("a layer alone, and all up to it, by hand") {
  const Isolation isolation = isolate_layers(two_layers());
  validate(isolation.graph);
  const auto values = evaluate(isolation.graph, Tensor::of({1, 1}, {0.7f}));
  const auto check = [&](const std::vector<Compared>& list, double exact, double quantised) {
    REQUIRE(list.size() == 1);
    CHECK(values.at(list[0].exact).data<float>()[0] == Approx(exact));
    CHECK(values.at(list[0].quantised).data<float>()[0] == Approx(quantised));
  };
  REQUIRE(isolation.layers.size() == 3);
  const IsolatedLayer &input = isolation.layers[0], &first = isolation.layers[1],
                      &second = isolation.layers[2];
  CHECK(input.weights.empty());
  check(input.result, 0.7, 0.5);
  check(input.both, 0.7, 0.5);
  check(input.so_far, 0.7, 0.5);
  check(first.weights, 1.21, 1.5 * 0.7 + 0.25);
  check(first.result, 1.21, 1.25);
  check(first.both, 1.21, 1.25);  // 1.3 is between 1.25 and 1.5
  check(first.so_far, 1.21, 1);   // 1.5 * 0.5 + 0.25
  check(second.weights, 1.21 * 2.2, 1.21 * 2);
  CHECK(second.result.empty());
  check(second.both, 1.21 * 2.2, 1.21 * 2);
  check(second.so_far, 1.21 * 2.2, 1 * 2);
  check(isolation.outputs, 1.21 * 2.2, 1 * 2);
}

TEST_CASE("what no grid has touched is computed once") {
  const Graph in_float = without_grids(two_layers());
  const Isolation isolation = isolate_layers(in_float);
  CHECK(isolation.graph.nodes.size() == in_float.nodes.size());
  CHECK(isolation.layers.empty());
  CHECK(isolation.outputs.at(0).exact == isolation.outputs.at(0).quantised);
}

}  // namespace
}  // namespace bench
