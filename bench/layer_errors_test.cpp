#include "bench/layer_errors.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "models/error.h"
#include "models/passes/passes.h"
#include "models/passes/quantize.h"
#include "models/random.h"

namespace bench {
namespace {

TEST_CASE("A signal-to-noise ratio by hand") {
  SignalToNoise ratio;
  CHECK(std::isnan(ratio.decibels()));
  ratio.add(Tensor::of({2}, {3.f, 4.f}), Tensor::of({2}, {3.f, 4.f}));
  CHECK(std::isinf(ratio.decibels()));  // no noise
  // Another image: signal 9 + 16 + 50 = 75, noise 0.5^2 + 0.5^2 + 0 = 0.5; 10 log10(150).
  ratio.add(Tensor::of({2}, {5.f, -5.f}), Tensor::of({2}, {5.5f, -4.5f}));
  CHECK(ratio.decibels() == Approx(21.760912590556813).epsilon(1e-14));
}

// Three 3 x 3 convolutions of random weights with ReLUs; every tensor on a grid of 8 bits.
Graph three_convolutions() {
  Graph graph;
  NodeId last = graph.add("input", Input{{-1, 4, 8, 8}});
  const auto put_on_grid = [&](float scale) {
    Grid grid;
    grid.scale = {scale};
    const std::string name = graph.nodes[static_cast<std::size_t>(last)].name + ".grid";
    last = graph.add(name, FakeQuantize{grid}, {last});
  };
  put_on_grid(1 / 127.f);
  for (const char* name : {"first", "second", "third"}) {
    Conv2d layer;
    layer.weight = Random(17 + static_cast<std::uint64_t>(name[0])).tensor({4, 4, 3, 3}, -1, 1);
    layer.weight_grid = grid_for_weights({}, false, layer.weight, name);
    layer.pad = {1, 1, 1, 1};
    last = graph.add(name, layer, {last});
    last = graph.add(std::string(name) + ".relu", Activation{}, {last});
    put_on_grid(0.25f);
  }
  graph.outputs = {{"y", last}};
  return graph;
}

std::vector<LayerErrors> errors_of(const Graph& graph) {
  ErrorsByLayer errors(graph, find_backend("reference"));
  for (std::uint64_t image = 0; image < 3; ++image)
    errors.add(Random(image).tensor({1, 4, 8, 8}, -1, 1));
  return errors.layers();
}

std::string worst(const std::vector<LayerErrors>& layers) {
  return std::min_element(layers.begin(), layers.end(),
                          [](const LayerErrors& a, const LayerErrors& b) {
                            return a.alone.decibels() < b.alone.decibels();
                          })
      ->name;
}

TEST_CASE("One outlier among a layer's weights, and that layer comes first") {
  for (const char* bad : {"first", "second", "third"}) {
    Graph graph = three_convolutions();
    for (Node& node : graph.nodes) {
      if (node.name != bad) continue;
      auto& layer = std::get<Conv2d>(node.op);
      layer.weight_grid = grid_for_weights({}, false, Tensor::of({1}, {60.f}), bad);
    }
    const auto layers = errors_of(graph);
    REQUIRE(layers.size() == 4);
    CHECK(layers[0].name == "input");
    CHECK_FALSE(layers[0].weights);
    CHECK(worst(layers) == bad);
    const auto found = std::find_if(layers.begin(), layers.end(),
                                    [&](const LayerErrors& one) { return one.name == bad; });
    CHECK(found->weights->decibels() < 15);
    CHECK(found->result->decibels() > 25);
  }
}

TEST_CASE("A range that cuts a result off is the result's fault") {
  Graph graph = three_convolutions();
  for (Node& node : graph.nodes) {
    if (node.name != "second.relu.grid") continue;
    std::get<Grid>(std::get<FakeQuantize>(node.op).grid).scale = {0.001f};
  }
  const auto layers = errors_of(graph);
  CHECK(worst(layers) == "second");
  CHECK(layers[2].result->decibels() < 5);
  CHECK(layers[2].weights->decibels() > 25);
  CHECK(layers[1].so_far.decibels() > 25);
  CHECK(layers[3].so_far.decibels() < 5);  // what is lost before is lost here too
}

TEST_CASE("Nothing quantised, or a backend that looks through grids: nothing to explain") {
  const Backend& reference = find_backend("reference");
  CHECK_THROWS_WITH(ErrorsByLayer(without_grids(three_convolutions()), reference),
                    Catch::Contains("--quantize"));
  CHECK_THROWS_WITH(ErrorsByLayer(three_convolutions(), find_backend("float")),
                    Catch::Contains("looks through grids"));
}

}  // namespace
}  // namespace bench
