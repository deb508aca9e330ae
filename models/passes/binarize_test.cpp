#include "models/passes/binarize.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/conformance.h"
#include "models/error.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/untrained.h"

namespace bench {
namespace {

using From = BinaryScheme::Input;
using Scale = BinaryScheme::Scale;
using Output = BinaryScheme::Output;
using Pads = BinaryScheme::Padding;

constexpr std::size_t no = 0;

double sign(double x) { return x < 0 ? -1 : 1; }

// One layer in plain loops over its definition, sharing nothing with the pass.
class Oracle {
 public:
  Oracle(const Conv2d& conv, const BinaryScheme& scheme, std::vector<float> given)
      : conv_(conv), scheme_(scheme), given_(std::move(given)) {}

  double at(const Tensor& x, std::int64_t n, std::int64_t o, std::int64_t row,
            std::int64_t column) const {
    const Shape& w = conv_.weight.shape();
    const std::int64_t group = o / (w[0] / conv_.groups);
    double dot = 0, magnitudes = 0, weights = 0;
    for (std::int64_t i = 0; i < w[1]; ++i) {
      for (std::int64_t ky = 0; ky < w[2]; ++ky) {
        for (std::int64_t kx = 0; kx < w[3]; ++kx) {
          const double weight = conv_.weight.data<float>()[static_cast<std::size_t>(
              ((o * w[1] + i) * w[2] + ky) * w[3] + kx)];
          const std::int64_t y = row * conv_.stride.h - conv_.pad.top + ky * conv_.dilation.h;
          const std::int64_t z = column * conv_.stride.w - conv_.pad.left + kx * conv_.dilation.w;
          const double value = pixel(x, n, group * w[1] + i, y, z);
          const bool padding = std::isnan(value);
          weights += std::abs(weight);
          if (!padding) magnitudes += std::abs(value);
          dot += sign(weight) * (padding ? of_padding() : of_input(value));
        }
      }
    }
    const auto k = static_cast<double>(w[1] * w[2] * w[3]);
    double result = dot;
    if (scheme_.output == Output::popcount) result = (k + dot) / 2;
    if (scheme_.output == Output::half) result = dot / 2;
    if (scheme_.scale == Scale::mean_abs) result *= weights / k;
    if (scheme_.scale == Scale::xnor_net) result *= weights / k * (magnitudes / k);
    if (scheme_.scale == Scale::learned) result *= given_[static_cast<std::size_t>(o)];
    if (scheme_.keeps_bias && !conv_.bias.empty()) {
      result += conv_.bias.data<float>()[static_cast<std::size_t>(o)];
    }
    return result;
  }

 private:
  static double pixel(const Tensor& x, std::int64_t n, std::int64_t c, std::int64_t y,
                      std::int64_t z) {
    if (y < 0 || z < 0 || y >= x.dim(2) || z >= x.dim(3)) {
      return std::numeric_limits<double>::quiet_NaN();
    }
    return x.data<float>()[static_cast<std::size_t>(((n * x.dim(1) + c) * x.dim(2) + y) * x.dim(3) +
                                                    z)];
  }
  double of_input(double x) const { return scheme_.input == From::sign ? sign(x) : x; }
  double of_padding() const {
    return scheme_.padding == Pads::zero ? 0 : scheme_.padding == Pads::plus_one ? 1 : -1;
  }

  const Conv2d& conv_;
  BinaryScheme scheme_;
  std::vector<float> given_;
};

Conv2d random_conv(Random& random) {
  constexpr int groups[] = {1, 1, 1, 2, 3};
  Conv2d op;
  op.groups = groups[random.integer(0, 4)];
  const int inputs = random.integer(1, 5), outputs = op.groups * random.integer(1, 3);
  const int kh = random.integer(1, 3), kw = random.integer(1, 3);
  op.weight = random.tensor({outputs, inputs, kh, kw}, -1, 1);
  if (random.integer(0, 3) > 0) op.bias = random.tensor({outputs}, -1, 1);
  op.stride = {random.integer(1, 2), random.integer(1, 2)};
  op.dilation = {random.integer(1, 2), random.integer(1, 2)};
  op.pad = {random.integer(0, 3), random.integer(0, 2), random.integer(0, 2), random.integer(0, 3)};
  return op;
}

BinaryScheme random_scheme(Random& random) {
  BinaryScheme scheme;
  scheme.scale = static_cast<Scale>(random.integer(0, 3));
  scheme.padding = static_cast<Pads>(random.integer(0, 2));
  scheme.keeps_bias = random.integer(0, 1) == 1;
  if (scheme.scale == Scale::xnor_net) return scheme;
  scheme.output = static_cast<Output>(random.integer(0, 2));
  if (scheme.output != Output::popcount) scheme.input = static_cast<From>(random.integer(0, 1));
  return scheme;
}

Graph around(const Conv2d& conv) {
  Graph graph;
  graph.add("x", Input{{-1, conv.weight.dim(1) * conv.groups, -1, -1}});
  graph.outputs = {{"y", graph.add("conv", conv, {0})}};
  return graph;
}

std::vector<float> scales_for(Random& random, std::int64_t outputs) {
  std::vector<float> scales;
  for (std::int64_t o = 0; o < outputs; ++o) scales.push_back(random.uniform(0.1f, 2));
  return scales;
}

TEST_CASE("binary convolutions compute their formula, in all schemes and shapes") {
  Random random(3);
  for (int round = 0; round < 600; ++round) {
    const Conv2d conv = random_conv(random);
    const BinaryScheme scheme = random_scheme(random);
    const std::vector<float> given = scales_for(random, conv.weight.dim(0));
    LayerScales scales;
    if (scheme.scale == Scale::learned) scales["conv"] = given;
    const std::vector<BinarizeRule> rules{{{}, scheme}};
    const Graph graph = binarize(around(conv), rules, scales).graph;
    validate(graph);
    Tensor x = random.tensor({2, conv.weight.dim(1) * conv.groups, 7, 6}, -1, 1);
    x.data<float>()[3] = 0;
    const Tensor y = evaluate(graph, x)[0];
    const Oracle oracle(conv, scheme, given);
    double worst = 0;
    std::size_t at = 0;
    for (std::int64_t n = 0; n < y.dim(0); ++n) {
      for (std::int64_t o = 0; o < y.dim(1); ++o) {
        for (std::int64_t i = 0; i < y.dim(2); ++i) {
          for (std::int64_t j = 0; j < y.dim(3); ++j) {
            worst = std::max(worst, std::abs(y.data<float>()[at++] - oracle.at(x, n, o, i, j)));
          }
        }
      }
    }
    INFO("round " << round);
    REQUIRE(at > no);
    REQUIRE(worst < 2e-5);
  }
}

// One row of numbers through a dense layer of two outputs.
std::vector<float> dense(const BinaryScheme& scheme, const LayerScales& scales = {}) {
  Graph graph;
  graph.add("x", Input{{-1, 4}});
  Linear fc;
  fc.weight = Tensor::of({2, 4}, {0.5f, -1, 0, 2.5f, -1, -1, -1, 1});
  fc.bias = Tensor::of({2}, {10, 20});
  graph.outputs = {{"y", graph.add("fc", fc, {0})}};
  const std::vector<BinarizeRule> rules{{{}, scheme}};
  const Graph binary = binarize(graph, rules, scales).graph;
  validate(binary);
  const Tensor y = evaluate(binary, Tensor::of({1, 4}, {1, -2, 0, -5}))[0];
  return {y.data<float>()[0], y.data<float>()[1]};
}

// x = (1, -2, 0, -5), signs (+, -, +, -); weights' signs (+, -, +, +) and (-, -, -, +).
// Of signs: dots 1+1+1-1 = 2 and -1+1-1-1 = -2. Of x: 1+2+0-5 = -2 and -1+2+0-5 = -4.
// mean |w|: 4/4 = 1 and 1; mean |x| = 8/4 = 2.
TEST_CASE("a dense layer by hand") {
  using V = std::vector<float>;
  CHECK(dense({}) == V{2, -2});
  CHECK(dense({.scale = Scale::none}) == V{2, -2});
  CHECK(dense({.keeps_bias = true}) == V{12, 18});
  CHECK(dense({.input = From::real}) == V{-2, -4});
  // Document 4's: y = x sign(W)^T / 2, without scale and bias.
  CHECK(dense({.input = From::real, .scale = Scale::none, .output = Output::half}) == V{-1, -2});
  // 3 of 4 signs agree, and 1 of 4.
  CHECK(dense({.scale = Scale::none, .output = Output::popcount}) == V{3, 1});
  CHECK(dense({.scale = Scale::none, .output = Output::popcount, .keeps_bias = true}) == V{13, 21});
  CHECK(dense({.scale = Scale::xnor_net}) == V{4, -4});
  CHECK(dense({.scale = Scale::xnor_net, .keeps_bias = true}) == V{14, 16});
  CHECK(dense({.scale = Scale::learned}, {{"fc", {0.5f, 3}}}) == V{1, -6});
}

std::string names(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) text += node.name + " ";
  return text;
}

const Node& node(const Graph& graph, const std::string& name) {
  const NodeId id = find_node(graph, name);
  INFO("node " << name);
  REQUIRE(id >= 0);
  return graph.nodes[static_cast<std::size_t>(id)];
}

// x -> a -> relu -> b (3x3, padded), c (the same), d (1x1); sum of all.
Graph shared() {
  Untrained net({.seed = 1}, {1, 3, 5, 5});
  net.conv("a", {.outputs = 4, .kernel = 3, .pad = 1, .bias = true});
  const NodeId relu = net.relu("relu");
  const NodeId b = net.conv("b", {.outputs = 4, .kernel = 3, .pad = 1});
  net.go_to(relu, 4);
  net.conv("c", {.outputs = 4, .kernel = 3, .pad = 1});
  net.add("sum", b);
  const NodeId sum = net.here();
  net.go_to(relu, 4);
  net.conv("d", {.outputs = 4, .kernel = 1});
  net.add("all", sum);
  return std::move(net).finish("y");
}

std::vector<BinarizeRule> all_but_a(const BinaryScheme& scheme) {
  return {{{}, scheme}, {{.name = "a"}, {}}};
}

TEST_CASE("signs and padding are shared by those who read the same value") {
  const auto binary = [](const BinaryScheme& scheme) {
    const Graph graph = binarize(shared(), all_but_a(scheme)).graph;
    validate(graph);
    return names(graph);
  };
  CHECK(binary({}) == "image a relu relu.sign b c sum d all ");
  CHECK(binary({.padding = Pads::minus_one}) ==
        "image a relu relu.sign relu.sign.pad b c sum d all ");
  CHECK(binary({.padding = Pads::plus_one}) ==
        "image a relu relu.pad relu.pad.sign b c sum relu.sign d all ");
  CHECK(binary({.input = From::real}) == "image a relu b c sum d all ");
  CHECK(binary({.input = From::real, .padding = Pads::minus_one}) ==
        "image a relu relu.pad b c sum d all ");
  CHECK(binary({.scale = Scale::xnor_net}) ==
        "image a relu relu.magnitude relu.magnitude.mean b.input_scale relu.sign b b.scaled "
        "c.input_scale c c.scaled sum d d.scaled all ");
}

TEST_CASE("binarize again shares what is there") {
  const Graph once =
      binarize(shared(), std::vector<BinarizeRule>{{{.name = "b"}, BinaryScheme{}}}).graph;
  const Graph twice =
      binarize(once, std::vector<BinarizeRule>{{{.name = "d"}, BinaryScheme{}}}).graph;
  CHECK(names(twice) == names(once));
  CHECK(node(twice, "d").inputs == node(twice, "b").inputs);
  CHECK_THROWS_WITH(binarize(once, all_but_a({})),
                    Catch::Contains("node 'b' (Conv2d): has a grid already"));
}

TEST_CASE("the form is graph.h's: padding in Pad, binary grids, weights untouched") {
  const Graph source = shared();
  const Graph graph = binarize(source, all_but_a({.padding = Pads::minus_one})).graph;
  const auto& b = std::get<Conv2d>(node(graph, "b").op);
  REQUIRE(b.weight_grid);
  CHECK(is_binary(*b.weight_grid));
  CHECK(b.weight_grid->axis == 0);
  CHECK(b.weight_grid->scale.size() == 4);
  CHECK(b.pad == Padding{});
  const auto& pad = std::get<Pad>(node(graph, "relu.sign.pad").op);
  CHECK(pad.before == std::vector<std::int64_t>{0, 0, 1, 1});
  CHECK(pad.value == -1);
  const auto& before = std::get<Conv2d>(node(source, "b").op);
  CHECK(relative_error(b.weight, before.weight) == 0);
  CHECK_FALSE(std::get<Conv2d>(node(graph, "a").op).weight_grid);
  // Batch norms behind binary layers stay where they are.
  Untrained net({.seed = 2}, {1, 3, 5, 5});
  net.conv("a", {.outputs = 4, .kernel = 3});
  net.batch_norm("a.norm");
  net.conv("b", {.outputs = 4, .kernel = 3});
  net.batch_norm("b.norm");
  const Graph norms = std::move(net).finish("y");
  const Graph folded = fold_batch_norm(binarize(norms, all_but_a({})).graph);
  CHECK(names(folded) == "image a a.norm.sign b b.norm ");
}

TEST_CASE("a channel without weights has the smallest factor there is") {
  Conv2d conv;
  conv.weight = Tensor::of({2, 2, 1, 1}, {0, 0, 1, -3});
  const Binarized binary = binarize(around(conv), std::vector<BinarizeRule>{{{}, BinaryScheme{}}});
  REQUIRE(binary.layers.size() == 1);
  CHECK(binary.layers[0].zero_scales == 1);
  const auto& grid = *std::get<Conv2d>(node(binary.graph, "conv").op).weight_grid;
  CHECK(grid.scale == std::vector<float>{std::numeric_limits<float>::min(), 2});
  const Tensor y = evaluate(binary.graph, Tensor::of({1, 2, 1, 1}, {5, -5}))[0];
  CHECK(y.data<float>()[0] == Approx(0).margin(1e-30));
  CHECK(y.data<float>()[1] == 4);
}

TEST_CASE("rules: the last that fits decides, numbers count nodes of a kind, names must be there") {
  const auto binary_layers = [](std::vector<BinarizeRule> rules) {
    std::string text;
    for (const auto& layer : binarize(shared(), rules).layers) text += layer.layer + " ";
    return text;
  };
  const BinaryScheme scheme;
  using Kind = NodeFilter::Kind;
  CHECK(binary_layers({{{}, scheme}}) == "a b c d ");
  CHECK(binary_layers({{{}, scheme}, {{.position = NodeFilter::Position::tail}, {}}}) == "a ");
  CHECK(binary_layers({{{.kind = Kind::convolution, .numbers = {{2, 3}}}, scheme}}) == "b c ");
  CHECK(binary_layers({{{.kind = Kind::convolution, .numbers = {{4, 99}}}, scheme}}) == "d ");
  CHECK(
      binarize(shared(), std::vector<BinarizeRule>{{{}, scheme}, {{.kind = Kind::linear}, scheme}})
          .idle == std::vector<std::size_t>{1});
  CHECK_THROWS_WITH(binary_layers({{{.name = "relu"}, scheme}}),
                    Catch::Contains("unknown layer 'relu'"));
  CHECK_THROWS_WITH(binary_layers({{{.kind = Kind::linear}, scheme}}), Catch::Contains("no rule"));
  CHECK_THROWS_WITH(binary_layers({{{}, {}}}), Catch::Contains("no rule"));
}

TEST_CASE("what binarize refuses") {
  const auto with = [](const BinaryScheme& scheme, const LayerScales& scales = {}) {
    return binarize(shared(), std::vector<BinarizeRule>{{{.name = "b"}, scheme}}, scales);
  };
  CHECK_THROWS_WITH(with({.input = From::real, .output = Output::popcount}),
                    Catch::Contains("node 'b'") && Catch::Contains("popcounts are of signs"));
  CHECK_THROWS_WITH(with({.input = From::real, .scale = Scale::xnor_net}),
                    Catch::Contains("XNOR-Net"));
  CHECK_THROWS_WITH(with({.scale = Scale::xnor_net, .output = Output::half}),
                    Catch::Contains("output dot"));
  CHECK_THROWS_WITH(with({.scale = Scale::learned}), Catch::Contains("not given"));
  CHECK_THROWS_WITH(with({.scale = Scale::learned}, {{"b", {1, 2}}}),
                    Catch::Contains("its 2 scales should be 4"));
  CHECK_THROWS_WITH(with({.scale = Scale::learned}, {{"b", {1, 2, -1, 1}}}),
                    Catch::Contains("scale number 2 is -1"));
  CHECK_THROWS_WITH(with({.scale = Scale::learned}, {{"b", {1, 1, 1, 1}}, {"d", {1, 1, 1, 1}}}),
                    Catch::Contains("'d'"));
  Graph bad = shared();
  std::get<Conv2d>(bad.nodes[2 + 1].op).weight.data<float>()[1] = NAN;
  CHECK_THROWS_WITH(binarize(bad, all_but_a({})), Catch::Contains("node 'b' (Conv2d): its weight"));
}

}  // namespace
}  // namespace bench
