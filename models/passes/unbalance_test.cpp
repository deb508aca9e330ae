#include "models/passes/unbalance.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "models/conformance.h"
#include "models/graph_digest.h"
#include "models/passes/batch_statistics.h"
#include "models/passes/equalize.h"
#include "models/passes/passes.h"
#include "models/passes/quantize.h"
#include "models/passes/replace_relu6.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/mobilenet_v2.h"

namespace bench {
namespace {

std::vector<float> values(const Tensor& t) {
  return {t.data<float>().begin(), t.data<float>().end()};
}

bool same_answers(const Graph& a, const Graph& b, const Tensor& input) {
  const auto first = evaluate(a, input), second = evaluate(b, input);
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (!std::ranges::equal(first[i].bytes(), second[i].bytes())) return false;
  }
  return true;
}

/// conv 1 -> 2 (1x1), batch norm, clip or relu, conv 2 -> 1 (1x1).
Graph example(Activation activation) {
  Graph graph;
  graph.add("image", Input{{-1, 1, -1, -1}});
  graph.add("first", Conv2d{Tensor::of({2, 1, 1, 1}, {3, 5}), {}}, {0});
  graph.add("norm",
            BatchNorm{Tensor::of({2}, {1, -2}), Tensor::of({2}, {0.5f, 3}), Tensor::of({2}, {0, 1}),
                      Tensor::of({2}, {1, 1}), 0},
            {1});
  graph.add("relu", activation, {2});
  graph.add("second", Conv2d{Tensor::of({1, 2, 1, 1}, {7, 11}), {}}, {3});
  graph.outputs = {{"out", 4}};
  return graph;
}
const Activation relu6{Activation::Kind::clip, 0, 6};

TEST_CASE("unbalance: gamma and beta times 2^k, what reads them times 2^-k") {
  const Unbalanced got = unbalance(example({}), {.seed = 3, .lowest = -4, .highest = 4});
  REQUIRE(got.pairs.size() == 1);
  CHECK(got.pairs[0].first == "first");
  CHECK(got.pairs[0].second == "second");
  const int k0 = got.pairs[0].exponents[0], k1 = got.pairs[0].exponents[1];
  REQUIRE(k0 != k1);
  const auto& norm = std::get<BatchNorm>(got.graph.nodes[2].op);
  CHECK(values(norm.gamma) == std::vector{std::ldexp(1.0f, k0), std::ldexp(-2.0f, k1)});
  CHECK(values(norm.beta) == std::vector{std::ldexp(0.5f, k0), std::ldexp(3.0f, k1)});
  CHECK(values(std::get<Conv2d>(got.graph.nodes[1].op).weight) == std::vector<float>{3, 5});
  CHECK(values(std::get<Conv2d>(got.graph.nodes[4].op).weight) ==
        std::vector{std::ldexp(7.0f, -k0), std::ldexp(11.0f, -k1)});
  CHECK(got.left.size() == 1);  // the second layer is an output
  CHECK(batch_statistics(got.graph).at("first").deviation ==
        std::vector<double>{std::ldexp(1.0, k0), std::ldexp(2.0, k1)});
}

// x = 2: channel 0 is 3 * 2 + 0.5 = 6.5, channel 1 is -2 (5 * 2 - 1) + 3 = -15.
TEST_CASE("unbalance: ReLU6's channels that reach 6 are told, and may be spared") {
  const Graph graph = example(relu6);
  const auto at = [&](float x) {
    return channel_maxima(graph, [x](const auto& take) { take(Tensor::of({1, 1, 1, 1}, {x})); });
  };
  const ChannelMaxima maxima = at(2);
  CHECK(maxima.at("norm") == std::vector<float>{6.5f, 15});
  CHECK(maxima.at("relu") == std::vector<float>{6, 0});
  const UnbalanceOptions up{.seed = 1, .lowest = 2, .highest = 3};  // all fall to 0
  CHECK(unbalance(graph, up).pairs[0].exponents == std::vector<int>{0, 0});
  const UnbalanceOptions down{.seed = 1, .lowest = -3, .highest = -2};
  const Unbalanced told = unbalance(graph, down, &maxima);
  CHECK(told.reaching_6 == std::vector<std::string>{"relu channel 0"});
  CHECK(told.pairs[0].exponents[0] < 0);
  CHECK_FALSE(same_answers(graph, told.graph, Tensor::of({1, 1, 1, 1}, {2})));
  CHECK(same_answers(graph, told.graph, Tensor::of({1, 1, 1, 1}, {1})));
  const Unbalanced spared = unbalance(graph, down, &maxima, true);
  CHECK(spared.pairs[0].exponents[0] == 0);
  CHECK(spared.pairs[0].exponents[1] < 0);
  CHECK(same_answers(graph, spared.graph, Tensor::of({1, 1, 1, 1}, {2})));
  const ChannelMaxima low = at(1);
  CHECK(unbalance(graph, down, &low, true).reaching_6.empty());
}

TEST_CASE("unbalance: every conformance case without ReLU6 answers with the same bits") {
  std::size_t pairs = 0;
  for (const ConformanceCase& c : conformance_cases(5)) {
    CAPTURE(c.name);
    const Graph graph = replace_relu6(c.graph).graph;
    const Unbalanced result = unbalance(graph, {.lowest = -6, .highest = 3});
    validate(result.graph);
    pairs += result.pairs.size();
    CHECK(same_answers(graph, result.graph, conformance_input(c, 6)));
  }
  CHECK(pairs > 20);
}

Graph mobile() { return mobilenet_v2({.width = 0.25, .image = {32, 32}, .classes = 10}); }

double int8_error(const Graph& graph, const Tensor& input) {
  const QuantizeRule rules[] = {
      {{.kind = NodeFilter::Kind::layer}, NodeScheme{.weight = Scheme{}}}};
  return relative_error(evaluate(quantize(graph, rules), input)[0], evaluate(graph, input)[0]);
}

TEST_CASE("unbalance: MobileNetV2 is lost to 8 bits per tensor, and equalization brings it back") {
  const Tensor input = Random(4).tensor({1, 3, 32, 32}, -1, 1);
  const Graph original = replace_relu6(mobile()).graph;
  const Unbalanced apart = unbalance(original, {.seed = 2});
  CHECK(apart.pairs.size() == 35);
  CHECK(same_answers(original, apart.graph, input));

  const auto ready = [](const Graph& graph) { return fold_batch_norm(simplify(graph)); };
  const Equalized equal = equalize(ready(apart.graph));
  CHECK(relative_error(evaluate(equal.graph, input)[0], evaluate(original, input)[0]) < 1e-5);

  const double before = int8_error(ready(original), input);
  const double lost = int8_error(ready(apart.graph), input);
  const double back = int8_error(equal.graph, input);
  CAPTURE(before, lost, back);
  CHECK(lost > 5 * before);
  CHECK(lost > 5 * back);
}

TEST_CASE("unbalance: a seed decides the factors") {
  CHECK(digest(unbalance(mobile(), {.seed = 1}).graph) ==
        digest(unbalance(mobile(), {.seed = 1}).graph));
  CHECK(digest(unbalance(mobile(), {.seed = 1}).graph) !=
        digest(unbalance(mobile(), {.seed = 2}).graph));
}

}  // namespace
}  // namespace bench
