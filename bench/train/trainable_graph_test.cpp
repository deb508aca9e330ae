#include "bench/train/trainable_graph.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "models/conformance.h"
#include "models/error.h"
#include "models/random.h"
#include "models/reference.h"

namespace bench {
namespace {

bool bit_equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0;
}

// Where a grid is given a NaN, evaluate gives a number; here it stays one, but under a binary grid.
Tensor with_nans_of(const Tensor& input, Tensor wanted, const FakeQuantize& op) {
  const auto* grid = std::get_if<Grid>(&op.grid);
  if (grid && is_binary(*grid)) return wanted;
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.size()); ++i) {
    const float x = input.data<float>()[i];
    if (std::isnan(x)) wanted.data<float>()[i] = x;
  }
  return wanted;
}

// Every node against evaluate's meaning of it, from the values its inputs had here: edges' grids
// to the bit, everything else to `bound`.
void check_every_node(const ConformanceCase& c, double bound) {
  const Graph& graph = c.graph;
  const Tensor input = conformance_input(c, 2);
  std::vector<Tensor> values;
  TrainableGraph net(graph);
  net.forward(to_torch(input), Mode::evaluation,
              [&](NodeId, const at::Tensor& value) { values.push_back(from_torch(value)); });
  const std::vector<Shape> shapes = infer_shapes(graph, input.shape());
  REQUIRE(values.size() == graph.nodes.size());
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<const Tensor*> inputs;
    for (const NodeId id : node.inputs) inputs.push_back(&values[static_cast<std::size_t>(id)]);
    INFO(describe(node));
    const Tensor wanted = evaluate_node(node.op, inputs, shapes[i]);
    if (const auto* edge = std::get_if<FakeQuantize>(&node.op)) {
      CHECK(bit_equal(values[i], with_nans_of(*inputs[0], wanted, *edge)));
    } else {
      CHECK(relative_error(values[i], wanted) <= bound);
    }
  }
}

TEST_CASE("a float graph answers as evaluate does") {
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 2);
    const auto wanted = evaluate(c.graph, input);
    const auto got = TrainableGraph(c.graph).answer(input);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], wanted[i]) < 1e-4);
  }
}

TEST_CASE("every node of graphs with grids is what evaluate makes of its inputs") {
  for (const auto& list : {quantized_conformance_cases(1), integer_conformance_cases(1),
                           binary_conformance_cases(1)}) {
    for (const ConformanceCase& c : list) {
      INFO(c.name);
      check_every_node(c, 1e-5);
    }
  }
}

TEST_CASE("quantised graphs answer as evaluate does") {
  for (const ConformanceCase& c : quantized_conformance_cases(1)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 2);
    CHECK(relative_error(TrainableGraph(c.graph).answer(input)[0], evaluate(c.graph, input)[0]) <
          1e-4);
  }
}

TEST_CASE("the result of no training is the graph that came in") {
  for (const auto& list : {conformance_cases(1), quantized_conformance_cases(1),
                           integer_conformance_cases(1), binary_conformance_cases(1)}) {
    for (const ConformanceCase& c : list) {
      INFO(c.name);
      const Graph result = TrainableGraph(c.graph).result();
      const Tensor input = conformance_input(c, 2);
      CHECK(bit_equal(evaluate(result, input)[0], evaluate(c.graph, input)[0]));
    }
  }
}

Graph small_net() {
  Random random(3);
  Graph graph;
  graph.add("image", Input{{-1, 2, 4, 4}});
  Conv2d conv{random.tensor({3, 2, 3, 3}, -1, 1), Tensor()};
  NodeId id = graph.add("conv", conv, {0});
  id = graph.add("norm",
                 BatchNorm{random.tensor({3}, 1, 2), random.tensor({3}, -1, 1),
                           Tensor::of({3}, {0.5f, 0, 0}), Tensor::of({3}, {2, 1, 1})},
                 {id});
  id = graph.add("slope", PRelu{Tensor::of({1}, {0.25f})}, {id});
  graph.outputs = {{"out", id}};
  return graph;
}

TEST_CASE("parameters have names; biases that are not there have none") {
  const TrainableGraph net(small_net());
  CHECK(net.parameter_names() == std::vector<std::string>{"conv.weight", "norm.gamma", "norm.beta",
                                                          "norm.mean", "norm.variance",
                                                          "slope.slope"});
  CHECK(net.trained().size() == 4);
  CHECK(from_torch(net.parameter("norm.variance")).data<float>()[0] == 2);
  CHECK_THROWS_WITH(net.parameter("conv.bias"), Catch::Contains("no parameter 'conv.bias'"));
}

TEST_CASE("a batch norm in training goes by its batch and moves its running statistics") {
  Graph graph;
  graph.add("x", Input{{-1, 1}});
  const auto one = [](float value) { return Tensor::of({1}, {value}); };
  graph.add("norm", BatchNorm{one(2), one(1), one(10), one(4), 0.0f}, {0});
  graph.outputs = {{"out", 1}};
  TrainableGraph net(graph, {.batch_norm_momentum = 0.25});
  // Mean 3, variance 4 (by n) and 8 (by n - 1): (1 - 3) / 2 = -1, and 2 * -1 + 1 = -1.
  const Tensor out =
      from_torch(net.forward(to_torch(Tensor::of({2, 1}, {1, 5})), Mode::training)[0]);
  CHECK(out.data<float>()[0] == Approx(-1));
  CHECK(out.data<float>()[1] == Approx(3));
  const Graph after_step = net.result();
  const auto& after = std::get<BatchNorm>(after_step.nodes[1].op);
  CHECK(after.mean.data<float>()[0] == Approx(0.75 * 10 + 0.25 * 3));
  CHECK(after.variance.data<float>()[0] == Approx(0.75 * 4 + 0.25 * 8));
}

TEST_CASE("a frozen node keeps everything") {
  TrainableGraph net(small_net());
  net.freeze("norm");
  CHECK(net.trained().size() == 2);
  const Tensor batch = Random(5).tensor({2, 2, 4, 4}, -1, 1);
  const Tensor wanted = net.answer(batch)[0];
  const at::Tensor out = net.forward(to_torch(batch), Mode::training)[0];
  CHECK(bit_equal(from_torch(out), wanted));
  out.sum().backward();
  CHECK(net.parameter("conv.weight").grad().defined());
  CHECK_FALSE(net.parameter("norm.gamma").grad().defined());
  CHECK(bit_equal(evaluate(net.result(), batch)[0], evaluate(small_net(), batch)[0]));
  CHECK_THROWS_WITH(net.freeze("head"), Catch::Contains("no node 'head'"));
}

TEST_CASE("signs of edges and of weights have derivatives of their own") {
  Graph graph;
  graph.add("x", Input{{-1, 1}});
  graph.add("sign", FakeQuantize{Grid{.bits = 1}}, {0});
  graph.add("layer", Linear{Tensor::of({1, 1}, {-0.25f}), Tensor(), Grid{.bits = 1}}, {1});
  graph.outputs = {{"out", 2}};
  TrainableGraph net(
      graph, {.sign_of_edges = SignGradient::identity, .sign_of_weights = SignGradient::bi_real});
  const at::Tensor x = to_torch(Tensor::of({1, 1}, {5})).requires_grad_();
  const at::Tensor out = net.forward(x, Mode::training)[0];  // sign(5) * sign(-0.25)
  out.backward();
  CHECK(out.item<float>() == -1);
  CHECK(x.grad().item<float>() == -1);                                // sign(-0.25) * 1
  CHECK(net.parameter("layer.weight").grad().item<float>() == 1.5f);  // sign(5) * (2 - 2 * 0.25)
}

TEST_CASE("a batch norm refuses to go by one value per channel") {
  TrainableGraph net(small_net());
  const at::Tensor batch = to_torch(Tensor({1, 2, 4, 4}));
  CHECK_NOTHROW(net.forward(batch, Mode::training));
  Graph graph = small_net();
  graph.nodes[0].op = Input{{-1, 2, 3, 3}};
  TrainableGraph tiny(graph);
  const at::Tensor one = to_torch(Tensor({1, 2, 3, 3}));
  CHECK_NOTHROW(tiny.forward(one, Mode::evaluation));
  CHECK_THROWS_WITH(tiny.forward(one, Mode::training), Catch::Contains("node 'norm' (BatchNorm)"));
  tiny.freeze("norm");
  CHECK_NOTHROW(tiny.forward(one, Mode::training));
}

TEST_CASE("grids are taken from a graph with the same nodes, and from no other") {
  TrainableGraph net(small_net());
  Graph quantised = net.result();
  std::get<Conv2d>(quantised.nodes[1].op).weight_grid = Grid{.bits = 3, .scale = {0.25f}};
  net.take_grids(quantised);
  const Tensor batch = Random(5).tensor({2, 2, 4, 4}, -1, 1);
  CHECK(relative_error(net.answer(batch)[0], evaluate(quantised, batch)[0]) < 1e-5);
  quantised.nodes[2].name = "other";
  CHECK_THROWS_WITH(net.take_grids(quantised), Catch::Contains("node 'norm' (BatchNorm)"));
}

}  // namespace
}  // namespace bench
