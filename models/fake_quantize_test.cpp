// Grids inside graphs: on edges (FakeQuantize) and on weights.
#include <catch2/catch.hpp>

#include "models/error.h"
#include "models/graph_digest.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/reference.h"

namespace bench {
namespace {

Grid halves() {
  Grid grid;
  grid.scale = {0.5f};
  return grid;
}

// y = 1.3 x + 0.26, the input on a grid of halves, weight and bias on grids of their own.
Graph small_graph(bool quantised) {
  Graph graph;
  const NodeId input = graph.add("input", Input{{-1, 2}});
  Linear layer;
  layer.weight = Tensor::of({2, 2}, {1.3f, 0, 0, 1.3f});
  layer.bias = Tensor::of({2}, {0.26f, 0.26f});
  if (!quantised) {
    graph.outputs = {{"y", graph.add("linear", layer, {input})}};
    return graph;
  }
  const NodeId edge = graph.add("edge", FakeQuantize{halves()}, {input});
  layer.weight_grid = halves();
  layer.bias_grid = Grid{.scale = {0.1f}};
  graph.outputs = {{"y", graph.add("linear", layer, {edge})}};
  return graph;
}

std::vector<float> run(const Graph& graph, std::vector<float> x) {
  validate(graph);
  const Tensor y = evaluate(graph, Tensor::of({1, 2}, std::move(x))).at(0);
  return {y.data<float>().begin(), y.data<float>().end()};
}

TEST_CASE("evaluate computes with the numbers on the grids") {
  // 0.7 -> 0.5, 2 stays; 1.3 -> 1.5 (2.6 halves, rounded to 3); 0.26 -> 0.3
  const auto y = run(small_graph(true), {0.7f, 2});
  CHECK(y[0] == Approx(0.5 * 1.5 + 0.3));
  CHECK(y[1] == Approx(2 * 1.5 + 0.3));
}

TEST_CASE("without grids the graph is the float one again") {
  const Graph restored = without_grids(small_graph(true));
  CHECK(restored.nodes.size() == 2);
  CHECK(run(restored, {0.7f, 2}) == run(small_graph(false), {0.7f, 2}));
  CHECK(digest(restored) == digest(small_graph(false)));
}

TEST_CASE("parameters in use are on their grids, which are gone; grids of edges stay") {
  const Graph settled = with_parameters_in_use(small_graph(true));
  const auto& layer = std::get<Linear>(settled.nodes[2].op);
  CHECK(!layer.weight_grid);
  CHECK(!layer.bias_grid);
  CHECK(layer.weight.data<float>()[0] == 1.5f);
  CHECK(run(settled, {0.7f, 2}) == run(small_graph(true), {0.7f, 2}));
}

// The same network as a quantised file has it: numbers instead of weights and biases.
Graph small_graph_of_numbers() {
  Graph graph = small_graph(true);
  auto& layer = std::get<Linear>(graph.nodes[2].op);
  layer.weight = Tensor::of<std::int8_t>({2, 2}, std::vector<std::int8_t>{3, 0, 0, 3});
  layer.bias = Tensor::of<std::int32_t>({2}, std::vector<std::int32_t>{3, 300000001});
  layer.bias_grid->bits = 32;
  return graph;
}

TEST_CASE("parameters in use are what numbers stand for") {
  const Graph settled = with_parameters_in_use(small_graph_of_numbers());
  CHECK(weight_of(settled.nodes[2].op)->type() == DType::f32);
  CHECK(run(settled, {0.7f, 2}) == run(small_graph_of_numbers(), {0.7f, 2}));
}

TEST_CASE("numbers stand for what their grids say") {
  const auto y = run(small_graph_of_numbers(), {0.7f, 2});
  CHECK(y[0] == run(small_graph(true), {0.7f, 2})[0]);
  CHECK(y[1] == Approx(2 * 1.5 + 0.1 * 300000001));
  const Graph in_float = without_grids(small_graph_of_numbers());
  CHECK(run(in_float, {0.7f, 2})[0] == Approx(0.7 * 1.5 + 0.3));  // the input is on no grid
}

TEST_CASE("numbers that no grid explains are refused, naming the node") {
  const auto fault_of = [](auto spoil) {
    Graph graph = small_graph_of_numbers();
    spoil(std::get<Linear>(graph.nodes[2].op));
    try {
      validate(graph);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK_THAT(fault_of([](Linear& layer) { layer.weight_grid.reset(); }),
             Catch::Contains("'linear'") && Catch::Contains("weight is not f32 and has no grid"));
  CHECK_THAT(fault_of([](Linear& layer) { layer.weight_grid->is_signed = false; }),
             Catch::Contains("weight is of type i8"));
  CHECK_THAT(fault_of([](Linear& layer) { layer.weight_grid->bits = 16; }),
             Catch::Contains("over 8 bits"));
  CHECK_THAT(fault_of([](Linear& layer) { layer.bias_grid.reset(); }),
             Catch::Contains("bias is not f32 and has no grid"));
}

TEST_CASE("a dynamic grid follows each tensor") {
  Graph graph;
  const NodeId input = graph.add("input", Input{{-1, 2}});
  DynamicGrid rule;  // document 3: scale = max |x| / 127, no zero point
  const NodeId edge = graph.add("edge", FakeQuantize{rule}, {input});
  graph.outputs = {{"y", edge}};
  CHECK(run(graph, {127, -1.6f})[1] == -2);  // scale 1
  CHECK(run(graph, {-254, 1.6f})[1] == 2);   // scale 2: 0.8 -> 1 -> 2
  CHECK(run(graph, {0, 0})[0] == 0);         // no 0 / 0
  std::get<FakeQuantize>(graph.nodes[1].op).grid =
      DynamicGrid{.range = DynamicGrid::Range::extremes, .bits = 2};
  CHECK(run(graph, {1, 2.5f})[0] == 1);  // 1, 1.5, 2, 2.5: the minimum is on the grid
  CHECK_THROWS_WITH(run(graph, {1, NAN}), Catch::Contains("not finite"));
}

TEST_CASE("passes leave what is quantised alone") {
  Graph graph;
  graph.add("input", Input{{-1, 2}});
  const NodeId constant = graph.add("constant", Constant{Tensor::of({1, 2}, {0.7f, 2})});
  const NodeId edge = graph.add("edge", FakeQuantize{halves()}, {constant});
  const NodeId sum = graph.add("sum", Arithmetic{}, {0, edge});
  graph.outputs = {{"y", sum}};
  CHECK(simplify(graph).nodes.size() == 4);

  Graph folding = small_graph(true);
  BatchNorm norm;
  norm.gamma = norm.variance = Tensor::of({2}, {2, 2});
  norm.beta = norm.mean = Tensor({2});
  folding.outputs = {{"y", folding.add("norm", norm, {folding.outputs[0].node})}};
  CHECK(fold_batch_norm(folding).nodes.size() == folding.nodes.size());
}

TEST_CASE("grids that do not fit are refused, naming the node") {
  Graph graph = small_graph(true);
  auto& layer = std::get<Linear>(graph.nodes[2].op);
  layer.weight_grid->scale = {1, 2, 3};
  layer.weight_grid->zero_point = {0, 0, 0};
  layer.weight_grid->axis = 0;
  CHECK_THROWS_WITH(validate(graph), Catch::Contains("node 'linear' (Linear): weight") &&
                                         Catch::Contains("3 scales"));
  graph = small_graph(true);
  auto& edge = std::get<Grid>(std::get<FakeQuantize>(graph.nodes[1].op).grid);
  edge.scale = {1, 2, 3};
  edge.zero_point = {0, 0, 0};
  edge.axis = 1;
  CHECK_THROWS_WITH(infer_shapes(graph, {1, 2}),
                    Catch::Contains("node 'edge'") && Catch::Contains("3 scales"));
  edge = Grid{.bits = 0};
  CHECK_THROWS_WITH(validate(graph), Catch::Contains("node 'edge'") && Catch::Contains("0 bits"));
}

TEST_CASE("a grid is part of a graph's digest") {
  Graph graph = small_graph(true);
  const std::string before = digest(graph);
  std::get<Linear>(graph.nodes[2].op).weight_grid->rounding = Rounding::half_up;
  CHECK(digest(graph) != before);
}

}  // namespace
}  // namespace bench
