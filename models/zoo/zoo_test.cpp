#include "models/zoo/zoo.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/integer_graph.h"
#include "models/passes/layers.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/mobilenet_v2.h"

namespace bench {
namespace {

/// The shape of the first output for a batch of images of the network's own size.
Shape output_shape(const Graph& graph, std::int64_t batch) {
  Shape image = std::get<Input>(graph.nodes[0].op).shape;
  image[0] = batch;
  return infer_shapes(graph, image)[static_cast<std::size_t>(graph.outputs[0].node)];
}

TEST_CASE("every network is sound and takes any batch") {
  for (const auto& entry : zoo()) {
    INFO(entry.name);
    const Graph graph = entry.make(7);
    validate(graph);
    CHECK(output_shape(graph, 5)[0] == 5);
  }
  for (const char* name :
       {"mobilenet-v1", "mobilenet-v2", "resnet18", "resnet50", "squeezenet", "vgg11", "vgg16"}) {
    INFO(name);
    CHECK(output_shape(find(zoo(), "network", name).make(7), 5) == Shape{5, 1000});
  }
}

TEST_CASE("a narrow network for small images and few classes") {
  for (const auto& entry : zoo()) {
    INFO(entry.name);
    const Graph graph = entry.make({.width = 0.25, .image = {64, 96}, .classes = 7});
    validate(graph);
    const Shape output = output_shape(graph, 2);
    if (output.size() == 2) CHECK(output == Shape{2, 7});
    std::int64_t narrow = 0, wide = 0;
    for (const Node& node : graph.nodes) {
      if (const Tensor* weight = weight_of(node.op)) narrow += count(weight->shape());
    }
    for (const Node& node : entry.make(1).nodes) {
      if (const Tensor* weight = weight_of(node.op)) wide += count(weight->shape());
    }
    CHECK(narrow * 4 < wide);
  }
}

TEST_CASE("a quantised network has no float weight, and nothing in it is computed in float") {
  const Graph graph = find(zoo(), "network", "mobilenet-v2").make.numbers(7);
  validate(graph);
  for (const Node& node : graph.nodes) {
    if (const Tensor* weight = weight_of(node.op)) CHECK(weight->type() == DType::i8);
  }
  CHECK(lower(graph, Requantization::float_scale).islands.empty());
}

TEST_CASE("a seed decides the weights") {
  const auto first_weight = [](std::uint64_t seed) {
    const Graph graph = mobilenet_v2({.seed = seed});
    return std::get<Conv2d>(graph.nodes[1].op).weight.data<float>()[0];
  };
  CHECK(first_weight(1) == first_weight(1));
  CHECK(first_weight(1) != first_weight(2));
}

// splitmix64's published first value for seed 0.
TEST_CASE("random numbers are the same everywhere") {
  CHECK(Random(0).next() == 0xe220a8397b1dcdafu);
  Random random(3);
  double sum = 0, squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double x = random.uniform(-1, 1);
    sum += x;
    squares += x * x;
  }
  CHECK(std::abs(sum / 100000) < 0.01);                // mean 0, deviation of the mean 0.0018
  CHECK(std::abs(squares / 100000 - 1.0 / 3) < 0.01);  // variance (b - a)^2 / 12
}

TEST_CASE("an untrained network neither dies nor explodes", "[slow]") {
  Random random(11);
  for (const auto& entry : zoo()) {
    INFO(entry.name);
    const Graph graph = entry.make({.seed = 7, .image = {64, 64}});
    const auto out = evaluate(graph, random.tensor({1, 3, 64, 64}, -2, 2));
    float low = 1e30f, high = -1e30f;
    for (const float x : out[0].data<float>()) {
      low = std::min(low, x);
      high = std::max(high, x);
    }
    CHECK(std::isfinite(low + high));
    CHECK(high - low > 0.1f);
    CHECK(high - low < 1000);
  }
}

}  // namespace
}  // namespace bench
