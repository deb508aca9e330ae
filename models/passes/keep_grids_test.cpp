#include "models/passes/keep_grids.h"

#include <catch2/catch.hpp>

#include "models/conformance.h"
#include "models/graph_digest.h"
#include "models/passes/binarize.h"
#include "models/passes/isolate_layers.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/untrained.h"

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

// input -> 1x1 -> relu -> binary 3x3 -> relu -> binary 3x3
Graph binary_layers(const BinaryScheme& scheme) {
  Untrained net({.seed = 1}, {1, 2, 5, 5});
  net.conv("first", {.outputs = 3, .kernel = 1, .bias = true});
  net.relu("relu1");
  net.conv("second", {.outputs = 3, .kernel = 3, .pad = 1, .bias = true});
  net.relu("relu2");
  net.conv("third", {.outputs = 2, .kernel = 3, .pad = 1, .bias = true});
  const std::vector<BinarizeRule> rules{{{}, scheme}, {{.name = "first"}, {}}};
  return binarize(std::move(net).finish("y"), rules).graph;
}

Graph in_float() {
  Graph graph = binary_layers({.keeps_bias = true});  // nothing but grids
  return without_grids(std::move(graph));
}

double difference(const Graph& graph, const Graph& from) {
  const Tensor image = Random(3).tensor({1, 2, 5, 5}, -1, 1);
  return relative_error(evaluate(graph, image).at(0), evaluate(from, image).at(0));
}

using Padded = BinaryScheme::Padding;

TEST_CASE("a binary network without grids is the float one where nothing else was changed") {
  const auto rest = [](const BinaryScheme& scheme) {
    const Graph graph = without_grids(binary_layers(scheme));
    validate(graph);
    return difference(graph, in_float());
  };
  CHECK(in_float().nodes.size() == 6);
  CHECK(rest({.scale = BinaryScheme::Scale::none, .keeps_bias = true}) == 0);
  CHECK(rest({.scale = BinaryScheme::Scale::xnor_net, .keeps_bias = true}) < 1e-6);
  CHECK(rest({.output = BinaryScheme::Output::half, .keeps_bias = true}) == 0);
  // Zeros before the signs are what the float network has; -1 is not, nor is K/2 added.
  CHECK(rest({.padding = Padded::plus_one, .keeps_bias = true}) == 0);
  CHECK(rest({.padding = Padded::minus_one, .keeps_bias = true}) > 0.01);
  CHECK(rest({.output = BinaryScheme::Output::popcount, .keeps_bias = true}) > 0.01);
  CHECK(rest({}) > 0.01);  // nor a bias dropped
}

TEST_CASE("XNOR-Net's scale stays with the signs, not with the weights") {
  const BinaryScheme scheme{.scale = BinaryScheme::Scale::xnor_net, .keeps_bias = true};
  const Graph graph = binary_layers(scheme);
  const auto keep = [&](GridPlace place) {
    return keep_grids(graph, [=](NodeId, GridPlace p) { return p == place; });
  };
  const auto has = [](const Graph& g, const char* name) { return find_node(g, name) >= 0; };
  CHECK(has(keep(GridPlace::edge), "second.scaled"));
  CHECK(has(keep(GridPlace::edge), "relu1.sign"));
  const Graph weights = keep(GridPlace::weight);
  CHECK_FALSE(has(weights, "second.scaled"));
  CHECK_FALSE(has(weights, "relu1.magnitude"));
  CHECK(has(weights, "second.biased"));
  const BinaryScheme real{.input = BinaryScheme::Input::real, .keeps_bias = true};
  CHECK(difference(weights, binary_layers(real)) < 1e-6);
  CHECK(digest(keep_grids(graph, [](NodeId, GridPlace) { return true; })) == digest(graph));
}

TEST_CASE("grids of binary layers belong to the layers that give and have them") {
  const auto owners = [](const BinaryScheme& scheme) {
    const Graph graph = binary_layers(scheme);
    std::string text;
    for (const LayerGrids& grids : grids_by_layer(graph)) {
      text += graph.nodes[static_cast<std::size_t>(grids.layer)].name + ":";
      for (const NodeId edge : grids.edges) {
        text += " " + graph.nodes[static_cast<std::size_t>(edge)].name;
      }
      text += "; ";
    }
    return text;
  };
  CHECK(owners({}) == "first: relu1.sign; second: relu2.sign; third:; ");
  CHECK(owners({.padding = Padded::minus_one}) == owners({}));
  CHECK(owners({.padding = Padded::plus_one}) ==
        "first: relu1.pad.sign; second: relu2.pad.sign; third:; ");
  CHECK(owners({.input = BinaryScheme::Input::real}) == "second:; third:; ");
  CHECK(owners({.scale = BinaryScheme::Scale::xnor_net}) ==
        "first: relu1.sign; second:; second.scaled: relu2.sign; third:; ");
}

TEST_CASE("binary layers are isolated: exact is the float network, so far the binary one") {
  for (const auto padding : {Padded::zero, Padded::plus_one}) {
    for (const auto scale : {BinaryScheme::Scale::mean_abs, BinaryScheme::Scale::xnor_net}) {
      const BinaryScheme scheme{.scale = scale, .padding = padding, .keeps_bias = true};
      const Graph graph = binary_layers(scheme);
      const Isolation isolation = isolate_layers(graph);
      validate(isolation.graph);
      const Tensor image = Random(3).tensor({1, 2, 5, 5}, -1, 1);
      const auto values = evaluate(isolation.graph, image);
      REQUIRE(isolation.outputs.size() == 1);
      const auto [exact, quantised] = isolation.outputs[0];
      CHECK(relative_error(values[exact], evaluate(in_float(), image)[0]) < 1e-6);
      CHECK(relative_error(values[quantised], evaluate(graph, image)[0]) == 0);
      // The last layer: its weights alone on real inputs, and everything so far.
      const IsolatedLayer& last = isolation.layers.back();
      REQUIRE(last.so_far.size() == 1);
      if (scale == BinaryScheme::Scale::mean_abs) {
        CHECK(relative_error(values[last.so_far[0].quantised], values[quantised]) == 0);
      }
    }
  }
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
