#include "models/passes/equalize.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/conformance.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/passes/passes.h"
#include "models/passes/replace_relu6.h"
#include "models/reference.h"
#include "models/testing.h"
#include "models/zoo/mobilenet_v2.h"
#include "models/zoo/untrained.h"

namespace bench {
namespace {

std::vector<float> values(const Tensor& t) {
  return {t.data<float>().begin(), t.data<float>().end()};
}

Graph folded(Graph graph) {
  return replace_relu6(fold_batch_norm(simplify(std::move(graph)))).graph;
}

double same_meaning(const Graph& before, const Graph& after, const Tensor& input) {
  validate(after);
  const auto wanted = evaluate(before, input), got = evaluate(after, input);
  double worst = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    worst = std::max(worst, relative_error(got[i], wanted[i]));
  }
  return worst;
}

std::string why_left(const EqualizeReport& report, const std::string& layer) {
  for (const LeftLayer& left : report.left) {
    if (left.layer == layer) return left.why;
  }
  return "";
}

double worst_ratio(const EqualizeReport& report, double RangeRatio::*when) {
  double worst = 1;
  for (const EqualizedPair& pair : report.pairs) {
    worst = std::max({worst, pair.outputs_of_first.*when, pair.inputs_of_second.*when});
  }
  return worst;
}

// conv 2 -> 2 (1x1, bias), relu, conv 2 -> 1 (1x1).
Graph two_layers(std::vector<float> first, std::vector<float> bias, std::vector<float> second) {
  Graph graph;
  graph.add("image", Input{{-1, 2, -1, -1}});
  graph.add("first", Conv2d{Tensor::of({2, 2, 1, 1}, first), Tensor::of({2}, bias)}, {0});
  graph.add("relu", Activation{}, {1});
  graph.add("second", Conv2d{Tensor::of({1, 2, 1, 1}, second), {}}, {2});
  graph.outputs = {{"out", 3}};
  return graph;
}

// Channel 0: r1 = |8| and r2 = |0.5|, so s = sqrt(4) / 8 = 1/4 and both ranges become 2.
// Channel 1: r1 = |1| and r2 = |-4|, so s = sqrt(4) / 1 = 2 and both ranges become 2.
TEST_CASE("two layers, by hand") {
  const Graph graph = two_layers({8, -4, 1, 0.5f}, {12, 3}, {0.5f, -4});
  const BatchStatistics statistics{{"first", {{1, -2}, {4, 8}}}, {"second", {{7}, {9}}}};
  const auto [after, scaled, report] =
      equalize(graph, {.range = WeightRange::magnitude}, statistics);
  CHECK(values(std::get<Conv2d>(after.nodes[1].op).weight) == std::vector<float>{2, -1, 2, 1});
  CHECK(values(std::get<Conv2d>(after.nodes[1].op).bias) == std::vector<float>{3, 6});
  CHECK(values(std::get<Conv2d>(after.nodes[3].op).weight) == std::vector<float>{2, -2});
  CHECK(scaled.at("first").mean == std::vector<double>{0.25, -4});
  CHECK(scaled.at("first").deviation == std::vector<double>{1, 16});
  CHECK(scaled.at("second").mean == std::vector<double>{7});
  REQUIRE(report.pairs.size() == 1);
  const EqualizedPair& pair = report.pairs[0];
  CHECK(pair.first == "first");
  CHECK(pair.second == "second");
  CHECK(pair.scale == std::vector<double>{0.25, 2});
  CHECK(pair.untouched.empty());
  CHECK(pair.outputs_of_first.before == 8);
  CHECK(pair.inputs_of_second.before == 8);
  CHECK(pair.outputs_of_first.after == 1);
  CHECK(pair.inputs_of_second.after == 1);
  CHECK(report.rounds == 2);  // the second finds nothing to change
  CHECK(report.last_change == 0);
  CHECK(why_left(report, "second") == "node 'second' (Conv2d) is an output of the graph");
}

// With max - min, row {8, -4} has range 12 and row {1, 0.5} has 0.5; the second layer's columns
// have one weight each, hence range 0: nothing can be done.
TEST_CASE("channels without a range are left alone") {
  const Graph graph = two_layers({8, -4, 1, 0.5f}, {12, 3}, {0.5f, -4});
  const auto spread = equalize(graph);
  CHECK(spread.report.pairs[0].untouched == std::vector<std::size_t>{0, 1});
  CHECK(spread.report.pairs[0].scale == std::vector<double>{1, 1});

  const auto zero =
      equalize(two_layers({0, 0, 1, 0.5f}, {12, 3}, {0.5f, -4}), {.range = WeightRange::magnitude});
  CHECK(zero.report.pairs[0].untouched == std::vector<std::size_t>{0});
  CHECK(zero.report.pairs[0].scale == std::vector<double>{1, 2});
  CHECK(values(std::get<Conv2d>(zero.graph.nodes[1].op).bias) == std::vector<float>{12, 6});
}

// s = sqrt(1e-20 * 1) / 1e-20 = 1e10 is cut to 1e8 in the first round; the second does the rest.
TEST_CASE("tiny weights give finite scales") {
  const auto result =
      equalize(two_layers({1e-20f, 0, 1, 0.5f}, {0, 0}, {1, 1}), {.range = WeightRange::magnitude});
  CHECK(result.report.pairs[0].scale[0] == Approx(1e10));
  CHECK(values(std::get<Conv2d>(result.graph.nodes[1].op).weight)[0] == Approx(1e-10));
  CHECK(result.report.rounds == 3);
}

TEST_CASE("weights that are not finite are refused by name") {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    CHECK_THROWS_WITH(equalize(two_layers({1, 2, 3, 4}, {0, 0}, {1, bad})),
                      Catch::StartsWith("node 'second' (Conv2d): its weight number 1 is ") &&
                          Catch::EndsWith("not a finite number"));
    CHECK_THROWS_WITH(equalize(two_layers({1, 2, 3, 4}, {bad, 0}, {1, 1})),
                      Catch::Contains("node 'first' (Conv2d): its bias number 0"));
  }
}

TEST_CASE("equalization keeps the meaning of every conformance case") {
  std::size_t pairs = 0;
  for (const ConformanceCase& c : conformance_cases(5)) {
    INFO(c.name);
    const Graph graph = folded(c.graph);
    for (const WeightRange range : {WeightRange::spread, WeightRange::magnitude}) {
      const auto result = equalize(graph, {.range = range, .tolerance = 1e-6});
      pairs += result.report.pairs.size();
      CHECK(same_meaning(graph, result.graph, conformance_input(c, 6)) < 1e-5);
    }
  }
  CHECK(pairs > 40);
}

// Output channels scaled apart by up to 10^4, as depthwise convolutions have them.
void spoil(Random& random, Op& op) {
  auto& conv = std::get<Conv2d>(op);
  const auto weights = conv.weight.data<float>();
  const std::size_t run = weights.size() / static_cast<std::size_t>(conv.weight.dim(0));
  for (std::size_t o = 0; o * run < weights.size(); ++o) {
    const float factor = std::pow(10.0f, random.uniform(-2, 2));
    for (float& w : weights.subspan(o * run, run)) w *= factor;
    if (!conv.bias.empty()) conv.bias.data<float>()[o] *= factor;
  }
}

// Groups, depthwise, strides, pooling, flattening and linear layers in one chain.
TEST_CASE("a long chain of all kinds of layers") {
  Untrained net({.seed = 3}, {-1, 3, 12, 12});
  net.conv("stem", {.outputs = 12, .kernel = 3, .pad = 1, .bias = true});
  net.relu("relu 1");
  net.conv("grouped", {.outputs = 8, .kernel = 3, .stride = 2, .groups = 4, .bias = true});
  net.append("leaky", Activation{Activation::Kind::leaky_relu, 0.1f});
  net.append("pad", Pad{{0, 0, 1, 1}, {0, 0, 1, 1}});
  net.conv("multiplied", {.outputs = 16, .kernel = 3, .groups = 8, .bias = true});
  net.append("pool", AveragePool{.kernel = {3, 3}, .pad = {1, 1, 1, 1}});
  net.conv("depthwise", {.outputs = 16, .kernel = 3, .pad = 1, .groups = 16});
  net.max_pool("max", 2, 2, 0);
  net.append("up", Resize{.mode = Resize::Mode::linear, .scale_h = 2, .scale_w = 2});
  net.conv("pointwise", {.outputs = 10});
  net.relu("relu 2");
  net.flatten("flatten", 16);
  net.linear("hidden", 20);
  net.relu("relu 3");
  net.linear("last", 7);
  Graph graph = std::move(net).finish("out");
  Random random(9);
  for (Node& node : graph.nodes) {
    if (std::holds_alternative<Conv2d>(node.op)) spoil(random, node.op);
  }
  const Tensor input = random.tensor({2, 3, 12, 12}, -1, 1);
  const auto result = equalize(graph);
  CHECK(result.report.pairs.size() == 6);
  CHECK(result.report.left.size() == 1);
  CHECK(result.report.last_change <= 1e-9);
  CHECK(same_meaning(graph, result.graph, input) < 1e-5);
  for (const EqualizedPair& pair : result.report.pairs) {
    INFO(pair.first << " " << pair.second);
    CHECK(pair.outputs_of_first.after == Approx(pair.inputs_of_second.after));
  }
  CHECK(worst_ratio(result.report, &RangeRatio::after) <
        0.05 * worst_ratio(result.report, &RangeRatio::before));
  // Without pools: "multiplied" does not reach "depthwise", nor that "pointwise" nor that "hidden".
  const auto without = equalize(graph, {.through_pools = false});
  CHECK(without.report.pairs.size() == 3);
  CHECK(why_left(without.report, "pointwise") == "node 'flatten' (Reshape) stands between");
  CHECK(same_meaning(graph, without.graph, input) < 1e-5);
}

TEST_CASE("what is left is said, with the reason") {
  Untrained net({.seed = 3}, {-1, 3, 8, 8});
  net.conv("relu6'd", {.outputs = 4});
  net.relu6("relu6");
  net.conv("normed", {.outputs = 4});
  net.batch_norm("bn");
  const NodeId before = net.conv("added", {.outputs = 4});
  net.conv("branch", {.outputs = 4});
  net.add("add", before);
  net.conv("transposed", {.outputs = 8});
  net.append("transpose", Transpose{{0, 2, 3, 1}});
  net.join("fc", Linear{Tensor({8, 8}), {}}, {net.here()});
  net.join("conv on columns", Conv2d{Tensor({2, 8, 1, 1}), {}}, {net.here()});
  const Graph graph = std::move(net).finish("out");
  const EqualizeReport report = equalize(graph).report;
  CHECK(report.pairs.empty());
  CHECK(report.rounds == 0);
  CHECK(why_left(report, "relu6'd") ==
        "node 'relu6' (Activation) is a ReLU6, which was not replaced");
  CHECK(why_left(report, "normed") == "node 'bn' (BatchNorm) is not folded yet");
  CHECK(why_left(report, "added") == "node 'added' (Conv2d) has 2 readers");
  CHECK(why_left(report, "branch") == "node 'add' (Arithmetic) stands between");
  CHECK(why_left(report, "transposed") == "node 'transpose' (Transpose) stands between");
  CHECK(why_left(report, "fc") ==
        "node 'conv on columns' (Conv2d) reads another axis than that of the channels");
  CHECK(values(std::get<Conv2d>(equalize(graph).graph.nodes[1].op).weight) ==
        values(std::get<Conv2d>(graph.nodes[1].op).weight));
}

TEST_CASE("layers that are quantised already are left") {
  Graph graph = two_layers({8, -4, 1, 0.5f}, {12, 3}, {0.5f, -4});
  std::get<Conv2d>(graph.nodes[3].op).weight_grid = Grid{};
  CHECK(why_left(equalize(graph).report, "first") == "node 'second' (Conv2d) is quantised already");
  std::get<Conv2d>(graph.nodes[1].op).bias_grid = Grid{};
  CHECK(why_left(equalize(graph).report, "first") == "node 'first' (Conv2d) is quantised already");
}

// 5 pairs from features.0 to features.2, 2 in each of blocks 3 to 16, 3 from block 17 on, and with
// the mean over pixels the classifier. Source: document 5.
TEST_CASE("MobileNetV2: the pairs of document 5, the same answers") {
  Graph graph = folded(mobilenet_v2({.seed = 5}));
  Random random(8);
  for (Node& node : graph.nodes) {
    if (node.name.ends_with("depthwise")) spoil(random, node.op);
  }
  CHECK(equalize(graph, {.tolerance = 1, .through_pools = false}).report.pairs.size() == 36);
  const auto [after, statistics, report] = equalize(graph);
  CHECK(report.pairs.size() == 37);
  CHECK(report.left.size() == 53 - 37);
  CHECK(report.last_change <= 1e-9);
  CHECK(why_left(report, "features.3.project") ==
        "node 'features.3.add' (Arithmetic) stands between");
  CHECK(why_left(report, "features.4.project") ==
        "node 'features.4.project' (Conv2d) has 2 readers");
  for (const EqualizedPair& pair : report.pairs) {
    INFO(pair.first << " " << pair.second);
    CHECK(pair.outputs_of_first.after == Approx(pair.inputs_of_second.after));
  }
  // 10^4 and more is shared out among the two sides of each of two pairs: its cube root.
  CHECK(worst_ratio(report, &RangeRatio::before) > 1e4);
  CHECK(worst_ratio(report, &RangeRatio::after) < 50);
  CHECK(same_meaning(graph, after, random.tensor({1, 3, 224, 224}, -2, 2)) < 1e-5);
}

// Trained networks have channels that died and channels a thousand times larger than others.
TEST_CASE("trained networks keep their answers", "[slow]") {
  struct Case {
    const char* file;
    Shape input;
    std::size_t pairs;
  };
  const auto c =
      GENERATE(Case{"face/models/version-slim-320.onnx", {1, 3, 240, 320}, 30},
               Case{"face/models/version-RFB-320.onnx", {1, 3, 240, 320}, 35},
               Case{"face/models/yunet_n_320_320.onnx", {1, 3, 320, 320}, 40},
               Case{"face/models/foamliu_MobileFaceNet.onnx", {1, 3, 112, 112}, 35},
               Case{"voc_imagenet/models/derived/mobilenetv1x0.25.onnx", {1, 3, 224, 224}, 27});
  const auto file = testing::real_data(c.file);
  if (!file) return;
  INFO(c.file);
  const Graph graph = folded(load_network(*file).graph);
  const auto [after, statistics, report] = equalize(graph, {.tolerance = 1e-6});
  CHECK(report.pairs.size() == c.pairs);
  CHECK(worst_ratio(report, &RangeRatio::after) < worst_ratio(report, &RangeRatio::before));
  CHECK(same_meaning(graph, after, Random(1).tensor(c.input, -1, 1)) < 1e-5);
}

}  // namespace
}  // namespace bench
