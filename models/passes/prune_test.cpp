#include "models/passes/prune.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "models/audit.h"
#include "models/conformance.h"
#include "models/passes/layers.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/dsfd_vgg16.h"
#include "models/zoo/mobilenet_v1.h"
#include "models/zoo/resnet50.h"
#include "models/zoo/squeezenet.h"
#include "models/zoo/vgg16.h"

namespace bench {
namespace {

ForEachImage shows(std::vector<Tensor> images) {
  return [images = std::move(images)](const auto& take) {
    for (const Tensor& image : images) take(image);
  };
}

Pruned pruned_on(const Graph& graph, const Tensor& image) {
  return prune_dead_channels(graph, channel_maxima(graph, shows({image})));
}

void check_same_answers(const Graph& a, const Graph& b, const Tensor& input) {
  validate(b);
  const auto wanted = evaluate(a, input), got = evaluate(b, input);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(std::ranges::equal(got[i].data<float>(), wanted[i].data<float>()));
  }
}

std::size_t removed_from(const Pruned& pruned, const std::string& layer) {
  const auto found = std::ranges::find(pruned.layers, layer, &PrunedLayer::layer);
  REQUIRE(found != pruned.layers.end());
  return found->removed.size();
}

/// Switches every third channel of every convolution off, for any image: weights 0 and a bias (or
/// the batch norm's beta) below 0.
Graph with_dead_channels(Graph graph) {
  for (Node& node : graph.nodes) {
    const auto kill = [](Tensor& tensor, float value) {
      const auto values = tensor.data<float>();
      const std::size_t run = values.size() / static_cast<std::size_t>(tensor.dim(0));
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (i / run % 3 == 2) values[i] = value;
      }
    };
    if (auto* conv = std::get_if<Conv2d>(&node.op)) {
      kill(conv->weight, 0);
      if (!conv->bias.empty()) kill(conv->bias, -1);
    }
    if (auto* norm = std::get_if<BatchNorm>(&node.op)) {
      kill(norm->gamma, 0);
      kill(norm->beta, -1);
    }
  }
  return graph;
}

std::int64_t parameters(const Graph& graph, const Shape& image) {
  return audit(graph, image).parameters;
}

// conv 1 -> 3, relu, conv 3 -> 1. Channel 1 is 2 x - 9: 0 behind the ReLU for x = 4, not for x = 5.
TEST_CASE("prune: a channel that is 0 on all images goes, by hand") {
  Graph graph;
  graph.add("image", Input{{-1, 1, -1, -1}});
  graph.add("first",
            Conv2d{Tensor::of({3, 1, 1, 1}, {1, 2, 3}), Tensor::of({3}, {0.5f, -9, 0.25f})}, {0});
  graph.add("relu", Activation{}, {1});
  graph.add("second", Conv2d{Tensor::of({1, 3, 1, 1}, {10, 20, 30}), {}}, {2});
  graph.outputs = {{"out", 3}};
  const Tensor four = Tensor::of({1, 1, 1, 1}, {4}), five = Tensor::of({1, 1, 1, 1}, {5});
  CHECK(channel_maxima(graph, shows({four, five})).at("relu") ==
        std::vector<float>{5.5f, 1, 15.25f});

  const Pruned both = prune_dead_channels(graph, channel_maxima(graph, shows({four, five})));
  CHECK(removed_from(both, "first") == 0);

  const Pruned pruned = pruned_on(graph, four);
  REQUIRE(pruned.layers.size() == 1);
  CHECK(pruned.layers[0].layer == "first");
  CHECK(pruned.layers[0].channels == 3);
  CHECK(pruned.layers[0].removed == std::vector<std::size_t>{1});
  const auto& first = std::get<Conv2d>(pruned.graph.nodes[1].op);
  const auto& second = std::get<Conv2d>(pruned.graph.nodes[3].op);
  CHECK(first.weight.shape() == Shape{2, 1, 1, 1});
  CHECK(first.weight.data<float>()[1] == 3);
  CHECK(first.bias.data<float>()[1] == 0.25f);
  CHECK(second.weight.shape() == Shape{1, 2, 1, 1});
  CHECK(second.weight.data<float>()[1] == 30);
  check_same_answers(graph, pruned.graph, four);
  REQUIRE(pruned.left.size() == 1);
  CHECK(pruned.left[0].layer == "second");
  CHECK(pruned.left[0].why == "node 'second' (Conv2d) is an output of the graph");
}

TEST_CASE("prune: one channel stays where all are dead") {
  Graph graph;
  graph.add("image", Input{{-1, 1, -1, -1}});
  graph.add("first", Conv2d{Tensor({3, 1, 1, 1}), Tensor({3})}, {0});
  graph.add("second", Conv2d{Tensor::of({1, 3, 1, 1}, {1, 2, 3}), Tensor::of({1}, {7})}, {1});
  graph.outputs = {{"out", 2}};
  const Tensor image = Tensor::of({1, 1, 1, 1}, {4});
  const Pruned pruned = pruned_on(graph, image);
  CHECK(removed_from(pruned, "first") == 2);
  check_same_answers(graph, pruned.graph, image);
}

TEST_CASE("prune: through pools, batch norms, depthwise layers, concatenation and flattening") {
  struct Net {
    const char* name;
    Graph graph;
  };
  const Build build{.width = 0.125, .image = {64, 64}, .classes = 5};
  const Net nets[] = {{"vgg16", vgg16(build)},
                      {"mobilenet-v1", mobilenet_v1(build)},
                      {"squeezenet", squeezenet(build)},
                      {"dsfd", dsfd_vgg16(build)}};
  for (const Net& net : nets) {
    CAPTURE(net.name);
    const Graph graph = with_dead_channels(net.graph);
    const Tensor image = Random(3).tensor({1, 3, 64, 64}, -2, 2);
    const Tensor two = Random(4).tensor({2, 3, 64, 64}, -2, 2);
    const Pruned pruned = prune_dead_channels(graph, channel_maxima(graph, shows({image, two})));
    check_same_answers(graph, pruned.graph, image);
    check_same_answers(graph, pruned.graph, two);
    CHECK(parameters(pruned.graph, {1, 3, 64, 64}) * 10 < parameters(graph, {1, 3, 64, 64}) * 8);
  }
}

// A constant channel before the convolution's two; the second of these is dead.
TEST_CASE("prune: behind a constant in a concatenation") {
  Graph graph;
  graph.add("image", Input{{-1, 1, 1, 1}});
  graph.add("constant", Constant{Tensor::of({1, 1, 1, 1}, {5})});
  graph.add("first", Conv2d{Tensor::of({2, 1, 1, 1}, {1, 0}), {}}, {0});
  graph.add("concat", Concat{}, {1, 2});
  graph.add("second", Conv2d{Tensor::of({1, 3, 1, 1}, {10, 20, 30}), {}}, {3});
  graph.outputs = {{"out", 4}};
  const Tensor image = Tensor::of({1, 1, 1, 1}, {4});
  const Pruned pruned = pruned_on(graph, image);
  CHECK(pruned.layers[0].removed == std::vector<std::size_t>{1});
  CHECK(std::get<Conv2d>(pruned.graph.nodes[4].op).weight.data<float>()[1] == 20);
  check_same_answers(graph, pruned.graph, image);
}

TEST_CASE("prune: where channels meet in a sum, layers are left whole") {
  const Graph graph =
      with_dead_channels(resnet18({.width = 0.125, .image = {64, 64}, .classes = 5}));
  const Tensor image = Random(3).tensor({1, 3, 64, 64}, -2, 2);
  const Pruned pruned = pruned_on(graph, image);
  check_same_answers(graph, pruned.graph, image);
  CHECK(removed_from(pruned, "layer3.1.conv1") > 0);
  const auto left = std::ranges::find(pruned.left, "layer3.1.conv2", &LeftLayer::layer);
  REQUIRE(left != pruned.left.end());
  CHECK(left->why == "node 'layer3.1.add' (Arithmetic) reads it");
}

TEST_CASE("prune: every conformance case answers as before") {
  std::size_t removed = 0;
  for (const ConformanceCase& c : conformance_cases(5)) {
    CAPTURE(c.name);
    const Graph graph = with_dead_channels(c.graph);
    const Tensor input = conformance_input(c, 6);
    const Pruned pruned = pruned_on(graph, input);
    for (const PrunedLayer& layer : pruned.layers) removed += layer.removed.size();
    check_same_answers(graph, pruned.graph, input);
  }
  CHECK(removed > 20);
}

TEST_CASE("prune: quantised layers, and nodes of which nothing is known") {
  for (const ConformanceCase& c : quantized_conformance_cases(1)) {
    CAPTURE(c.name);
    const Tensor input = conformance_input(c, 6);
    check_same_answers(c.graph, pruned_on(c.graph, input).graph, input);
  }
  const Graph graph = vgg11({.width = 0.0625, .image = {32, 32}, .classes = 5});
  CHECK_THROWS_WITH(prune_dead_channels(graph, {}),
                    "node 'conv1_1' (Conv2d): nothing is known of its channels");
}

TEST_CASE("channel maxima: values that are not finite, and no images") {
  Graph graph;
  graph.add("image", Input{{-1, 2, 1, 1}});
  graph.outputs = {{"out", graph.add("log", Activation{Activation::Kind::log}, {0})}};
  CHECK_THROWS_WITH(channel_maxima(graph, shows({Tensor::of({1, 2, 1, 1}, {1, 0})})),
                    "node 'log' (Activation): its value is not finite");
  CHECK_THROWS_WITH(channel_maxima(graph, shows({})), Catch::Contains("no images"));
}

}  // namespace
}  // namespace bench
