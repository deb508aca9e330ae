#include "models/passes/binarize_fit.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/passes/layers.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/untrained.h"

namespace bench {
namespace {

PrepareGraph by_reference() {
  return [](const Graph& graph) -> RunGraph {
    return [graph](const Tensor& image) { return evaluate(graph, image); };
  };
}

ForEachImage show(std::vector<Tensor> images) {
  return [images = std::move(images)](const std::function<void(const Tensor&)>& take) {
    for (const Tensor& image : images) take(image);
  };
}

Graph one_layer() {
  Linear fc;
  fc.weight = Tensor::of({2, 2}, {2, -0.5f, -1, -1});
  fc.bias = Tensor::of({2}, {1, 0});
  Graph graph;
  graph.add("x", Input{{-1, 2}});
  graph.outputs = {{"y", graph.add("fc", fc, {0})}};
  return graph;
}

// Two images, (1, 1) and (3, -1). Float: y = 2 x0 - x1 / 2 + 1 is 2.5 and 7.5, and -x0 - x1 is -2
// and -2. Signs: z = s0 - s1 is 0 and 2, and -s0 - s1 is -2 and 0.
//   bias dropped: 7.5 * 2 / 4 = 3.75;  -2 * -2 / 4 = 1
//   bias kept: (7.5 - 1) * 2 / 4 = 3.25;  1
// Real inputs: z is 0 and 4, and -2 and -2: 7.5 * 4 / 16 = 1.875; 1.
TEST_CASE("scales of least squares by hand") {
  const auto fit = [](BinaryScheme scheme) {
    scheme.scale = BinaryScheme::Scale::learned;
    return fit_scales(one_layer(), std::vector<BinarizeRule>{{{}, scheme}},
                      show({Tensor::of({1, 2}, {1, 1}), Tensor::of({1, 2}, {3, -1})}),
                      by_reference())
        .at("fc");
  };
  CHECK(fit({}) == std::vector<float>{3.75f, 1});
  CHECK(fit({.keeps_bias = true}) == std::vector<float>{3.25f, 1});
  CHECK(fit({.input = BinaryScheme::Input::real}) == std::vector<float>{1.875f, 1});
  // Half of the sums need twice the scale; popcounts (2 + z) / 2 are 1, 2 and 0, 1:
  // (2.5 + 15) / 5 = 3.5, and -2 / 1, which is no scale.
  CHECK(fit({.output = BinaryScheme::Output::half}) == std::vector<float>{7.5f, 2});
  CHECK(fit({.output = BinaryScheme::Output::popcount}) == std::vector<float>{3.5f, 0});
  CHECK_THROWS_WITH(fit_scales(one_layer(),
                               std::vector<BinarizeRule>{
                                   {{}, BinaryScheme{.scale = BinaryScheme::Scale::learned}}},
                               show({}), by_reference()),
                    Catch::Contains("no images"));
}

double squares(const Graph& exact, const Graph& other, const std::vector<Tensor>& images) {
  double sum = 0;
  for (const Tensor& image : images) {
    const Tensor a = evaluate(exact, image)[0], b = evaluate(other, image)[0];
    for (std::size_t i = 0; i < a.data<float>().size(); ++i) {
      sum += std::pow(double{a.data<float>()[i]} - b.data<float>()[i], 2);
    }
  }
  return sum;
}

// No other scale of the last layer does better, given what the layers before it give.
TEST_CASE("fitted scales are the best there are, layer after layer") {
  Untrained net({.seed = 4}, {1, 3, 6, 6});
  net.conv("a", {.outputs = 4, .kernel = 3, .pad = 1, .bias = true});
  net.conv("b", {.outputs = 6, .kernel = 3, .pad = 1, .groups = 2, .bias = true});
  net.conv("c", {.outputs = 5, .kernel = 3, .bias = true});
  const Graph exact = std::move(net).finish("y");
  Random random(5);
  std::vector<Tensor> images;
  for (int i = 0; i < 4; ++i) images.push_back(random.tensor({1, 3, 6, 6}, -1, 1));
  const BinaryScheme scheme{.scale = BinaryScheme::Scale::learned, .keeps_bias = true};
  const std::vector<BinarizeRule> rules{{{}, scheme}, {{.name = "a"}, {}}};
  LayerScales scales = fit_scales(exact, rules, show(images), by_reference());
  REQUIRE(scales.size() == 2);
  const auto error = [&] { return squares(exact, binarize(exact, rules, scales).graph, images); };
  const double best = error();
  for (std::size_t o = 0; o < 5; ++o) {
    const float fitted = scales["c"][o];
    for (const float other : {fitted * 0.99f, fitted * 1.01f}) {
      scales["c"][o] = other;
      CHECK((fitted == 0 || error() > best));
    }
    scales["c"][o] = fitted;
  }
  // And better than mean |w| of the same layer.
  BinaryScheme plain = scheme;
  plain.scale = BinaryScheme::Scale::mean_abs;
  auto mixed = rules;
  mixed.push_back({{.name = "c"}, plain});
  scales.erase("c");
  CHECK(squares(exact, binarize(exact, mixed, scales).graph, images) > best);
}

}  // namespace
}  // namespace bench
