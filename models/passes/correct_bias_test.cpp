#include "models/passes/correct_bias.h"

#include <catch2/catch.hpp>
#include <limits>

#include "models/error.h"
#include "models/passes/layers.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/untrained.h"

namespace bench {
namespace {

const PrepareGraph plainly = [](const Graph& graph) {
  return [graph](const Tensor& input) { return evaluate(graph, input); };
};

ForEachImage each(std::vector<Tensor> images) {
  return [images = std::move(images)](const std::function<void(const Tensor&)>& take) {
    for (const Tensor& image : images) take(image);
  };
}

std::vector<float> values(const Tensor& t) {
  return {t.data<float>().begin(), t.data<float>().end()};
}

// conv 1 -> 2, relu, conv 2 -> 1 with these weights.
Graph two_layers(std::vector<float> second) {
  Graph graph;
  graph.add("image", Input{{-1, 1, -1, -1}});
  graph.add("first", Conv2d{Tensor::of({2, 1, 1, 1}, {1, 2}), Tensor::of({2}, {10, 1})}, {0});
  graph.add("relu", Activation{}, {1});
  graph.add("second", Conv2d{Tensor::of({1, 2, 1, 1}, second), {}}, {2});
  graph.outputs = {{"out", 3}};
  return graph;
}

// Behind the relu channel 0 has mean 4 (its deviation is 0), channel 1 has 1 / sqrt(2 pi). The
// weights moved by 0.5 and -1: the bias becomes -(0.5 * 4 - 1 * 0.39894).
TEST_CASE("bias correction from batch statistics, by hand") {
  const BatchStatistics statistics{{"first", {{4, 0}, {0, 1}}}};
  const auto [graph, corrected, left] =
      correct_bias(two_layers({3, 2}), two_layers({3.5f, 1}), statistics);
  CHECK(values(std::get<Conv2d>(graph.nodes[3].op).bias)[0] == Approx(-1.60105772));
  REQUIRE(corrected.size() == 1);
  CHECK(corrected[0].layer == "second");
  CHECK(corrected[0].added[0] == Approx(-1.60105772));
  REQUIRE(left.size() == 1);
  CHECK(left[0].layer == "first");
  CHECK(left[0].why == "the mean of node 'image' (Input) is not known");
  // With the image's moments the first layer is corrected as well, here by nothing.
  const auto all = correct_bias(two_layers({3, 2}), two_layers({3.5f, 1}), statistics,
                                ChannelStatistics{{5}, {1}});
  CHECK(all.left.empty());
  CHECK(all.corrected[0].added == std::vector<double>{0, 0});
}

// 3.3 and -1.6 on a grid of halves are 3.5 and -1.5.
TEST_CASE("weights count as they are on their grid") {
  const Graph graph = two_layers({3.3f, -1.6f});
  Graph quantized = graph;
  std::get<Conv2d>(quantized.nodes[3].op).weight_grid = Grid{.scale = {0.5f}};
  const auto result = correct_bias(graph, quantized, {{"first", {{10, 20}, {0, 0}}}});
  CHECK(result.corrected[0].added[0] == Approx(-(0.2 * 10 + 0.1 * 20)));
}

// The first layer's weights become 1.5 and 1: with images of 2 and 4 (mean 3) it gives 1.5 and -3
// more on average. Nothing is cut by the relu, so once that is taken back the second layer sees
// (13, 7) on average; its weights moved by (0.5, -1): 0.5 * 13 - 7 = -0.5 too much.
TEST_CASE("bias correction from images, by hand") {
  Graph quantized = two_layers({3.5f, 1});
  std::get<Conv2d>(quantized.nodes[1].op).weight = Tensor::of({2, 1, 1, 1}, {1.5f, 1});
  const std::vector<Tensor> images{Tensor::of({1, 1, 1, 1}, {2}), Tensor::of({1, 1, 1, 1}, {4})};
  const auto [graph, corrected, left] =
      correct_bias_on(two_layers({3, 2}), quantized, each(images), plainly);
  CHECK(left.empty());
  REQUIRE(corrected.size() == 2);
  CHECK(corrected[0].added == std::vector<double>{-1.5, 3});
  CHECK(corrected[1].added == std::vector<double>{0.5});
  CHECK(values(std::get<Conv2d>(graph.nodes[1].op).bias) == std::vector<float>{8.5f, 4});
}

std::vector<double> means(const Tensor& rows) {
  std::vector<double> sums(static_cast<std::size_t>(rows.dim(1)), 0.0);
  for (std::size_t i = 0; i < rows.data<float>().size(); ++i) {
    sums[i % sums.size()] += rows.data<float>()[i] / static_cast<double>(rows.dim(0));
  }
  return sums;
}

// Groups, depthwise, flattening and a linear layer, weights rounded to 3 bits.
Graph chain() {
  Untrained net({.seed = 4}, {-1, 3, 6, 6});
  net.conv("stem", {.outputs = 8, .kernel = 3, .bias = true});
  net.relu("relu 1");
  net.conv("depthwise", {.outputs = 8, .kernel = 3, .groups = 8});
  net.relu("relu 2");
  net.conv("grouped", {.outputs = 12, .groups = 4});
  net.flatten("flatten", 4);
  net.linear("fc", 5);
  return std::move(net).finish("out");
}

Graph rounded(Graph graph) {
  for (Node& node : graph.nodes) {
    if (auto* conv = std::get_if<Conv2d>(&node.op))
      conv->weight_grid = Grid{.bits = 3, .scale = {0.25f}};
    if (auto* fc = std::get_if<Linear>(&node.op))
      fc->weight_grid = Grid{.bits = 3, .scale = {0.25f}};
  }
  return graph;
}

TEST_CASE("after correction on images the means of the answers are the float network's") {
  const Graph graph = chain(), quantized = rounded(graph);
  const std::vector<Tensor> images{Random(1).tensor({16, 3, 6, 6}, -1, 3)};
  const auto result = correct_bias_on(graph, quantized, each(images), plainly);
  CHECK(result.corrected.size() == 4);
  const auto wanted = means(evaluate(graph, images[0])[0]);
  const auto raw = means(evaluate(quantized, images[0])[0]);
  const auto got = means(evaluate(result.graph, images[0])[0]);
  double error = 0;
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    CHECK(got[c] == Approx(wanted[c]).margin(1e-5));
    error = std::max(error, std::abs(raw[c] - wanted[c]));
  }
  CHECK(error > 0.05);
}

// Statistics measured on the float network in place of a batch norm's: the linear functions between
// carry the means exactly, so the shift that is taken off is the true one.
TEST_CASE("without data the right inputs belong to the right weights") {
  const Graph graph = chain();
  Graph probe = graph;
  const NodeId input = find_node(graph, "flatten");
  probe.outputs = {{"inputs", find_node(graph, "grouped")}, {"out", graph.outputs[0].node}};
  const Tensor image = Tensor::of({1, 3, 6, 6}, std::vector<float>(108, 0.5f));  // flat: flat maps
  const auto results = evaluate(probe, image);
  ChannelStatistics known;
  for (std::size_t c = 0; c < 12; ++c) {
    known.mean.push_back(results[0].data<float>()[c * 4]);
    known.deviation.push_back(1);
  }
  Graph quantized = graph;
  const auto fc = static_cast<std::size_t>(find_node(graph, "fc"));
  std::get<Linear>(quantized.nodes[fc].op).weight_grid = Grid{.bits = 3, .scale = {0.25f}};
  const auto corrected = correct_bias(graph, quantized, {{"grouped", known}});
  CHECK(graph.nodes[static_cast<std::size_t>(input)].inputs[0] == find_node(graph, "grouped"));
  CHECK(corrected.corrected.size() == 1);
  const auto got = evaluate(corrected.graph, image)[0];
  for (std::size_t o = 0; o < 5; ++o) {
    CHECK(got.data<float>()[o] == Approx(results[1].data<float>()[o]).margin(1e-5));
  }
}

TEST_CASE("graphs that do not belong together are refused by name") {
  Graph other = two_layers({3, 2});
  other.nodes[3].name = "third";
  CHECK_THROWS_WITH(correct_bias(two_layers({3, 2}), other, {}),
                    "node 'third' (Conv2d): the original graph has no such node");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(correct_bias(two_layers({3, 2}), two_layers({nan, 2}), {}),
                    Catch::Contains("node 'second' (Conv2d): its weight number 0 is"));
  CHECK_THROWS_WITH(correct_bias_on(two_layers({3, 2}), two_layers({3, 2}), each({}), plainly),
                    Catch::Contains("no images"));
}

}  // namespace
}  // namespace bench
