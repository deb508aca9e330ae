#include "models/passes/passes.h"

#include <catch2/catch.hpp>
#include <limits>

#include "models/conformance.h"
#include "models/passes/absorb_bias.h"
#include "models/passes/calibrate_data_free.h"
#include "models/passes/clip_weights.h"
#include "models/passes/correct_bias.h"
#include "models/passes/equalize.h"
#include "models/reference.h"
#include "models/zoo/untrained.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

std::string names(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) text += node.name + " ";
  return text;
}

template <class T>
std::size_t how_many(const Graph& graph) {
  std::size_t n = 0;
  for (const Node& node : graph.nodes) n += std::holds_alternative<T>(node.op);
  return n;
}

const Node& node_called(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes) {
    if (node.name == name) return node;
  }
  throw std::logic_error("no node " + name);
}

void require_same_meaning(const Graph& before, const Graph& after, const Tensor& input) {
  validate(after);
  REQUIRE(before.outputs.size() == after.outputs.size());
  const auto wanted = evaluate(before, input), got = evaluate(after, input);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(after.outputs[i].name == before.outputs[i].name);
    CHECK(relative_error(got[i], wanted[i]) < 1e-5);
  }
}

Graph both(Graph graph) { return fold_batch_norm(simplify(std::move(graph))); }

TEST_CASE("passes keep the meaning of every conformance case") {
  for (const ConformanceCase& c : conformance_cases(3)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 4);
    require_same_meaning(c.graph, simplify(c.graph), input);
    require_same_meaning(c.graph, fold_batch_norm(c.graph), input);
    require_same_meaning(c.graph, both(c.graph), input);
  }
}

TEST_CASE("whole networks lose all batch norms and keep their answers") {
  Random random(8);
  const Tensor input = random.tensor({1, 3, 224, 224}, -2, 2);
  const std::string name = GENERATE("mobilenet-v2", "resnet50");
  const Graph before = find(zoo(), "network", name).make(5), after = both(before);
  CHECK(how_many<BatchNorm>(after) == 0);
  CHECK(after.nodes.size() == before.nodes.size() - how_many<BatchNorm>(before));
  CHECK(how_many<Conv2d>(after) == how_many<Conv2d>(before));
  require_same_meaning(before, after, input);
}

TEST_CASE("a pass has nothing to do the second time") {
  for (const ConformanceCase& c : conformance_cases(3)) {
    INFO(c.name);
    const Graph once = both(c.graph);
    CHECK(names(both(once)) == names(once));
  }
}

TEST_CASE("what no output needs goes, the image stays") {
  Graph graph;
  graph.add("image", Input{{-1, 3}});
  const NodeId k = graph.add("k", Constant{Tensor(Shape{1})});
  const NodeId dead = graph.add("dead", Activation{}, {0});
  graph.add("deader", Arithmetic{}, {dead, 0});
  graph.outputs = {{"out", k}};
  CHECK(names(simplify(graph)) == "image k ");
}

TEST_CASE("a graph can end earlier, on the grid that follows") {
  Graph graph;
  graph.add("image", Input{{1, 1}});
  graph.add("relu", Activation{}, {0});
  graph.add("relu.grid", FakeQuantize{Grid{}}, {1});
  graph.outputs = {{"prob", graph.add("prob", Softmax{}, {2})}};
  const Graph ended = ending_at(graph, "relu");
  CHECK(names(ended) == "image relu relu.grid ");
  CHECK(ended.outputs.at(0).name == "relu");
  CHECK(ended.outputs.at(0).node == 2);
  CHECK(ending_at(graph, "prob").nodes.size() == 4);
  CHECK_THROWS_WITH(ending_at(graph, "relo"),
                    Catch::StartsWith("unknown node 'relo'; did you mean"));
}

TEST_CASE("identities go, one after another") {
  constexpr float most = std::numeric_limits<float>::max();
  const auto copy = [](int axis) { return Dim{Dim::Kind::copy, 0, 0, axis}; };
  const Dim infer{Dim::Kind::infer};
  const std::vector<Op> identities = {
      Activation{Activation::Kind::clip, -most, most},
      Activation{Activation::Kind::leaky_relu, 1},
      MaxPool{},
      AveragePool{},
      Concat{1},
      Slice{2, 0, INT64_MAX, 1},
      Transpose{{0, 1, 2, 3}},
      Pad{{0, 0, 0, 0}, {0, 0, 0, 0}},
      Resize{.scale_h = 1, .scale_w = 1},
      Reshape{{copy(0), copy(1), infer, copy(-1)}},
  };
  Graph graph;
  NodeId at = graph.add("image", Input{{-1, 3, -1, -1}});
  at = graph.add("relu", Activation{}, {at});
  for (std::size_t i = 0; i < identities.size(); ++i) {
    at = graph.add("identity " + std::to_string(i), identities[i], {at});
  }
  const NodeId zero = graph.add("zero", Constant{Tensor::of({1}, {0})});
  at = graph.add("plus zero", Arithmetic{}, {at, zero});
  const NodeId one = graph.add("one", Constant{Tensor::of({}, {1})});
  at = graph.add("times one", Arithmetic{Arithmetic::Kind::mul}, {at, one});
  graph.outputs = {{"out", at}};
  const Graph simple = simplify(graph);
  CHECK(names(simple) == "image relu ");
  CHECK(simple.outputs[0].name == "out");
  CHECK(simple.outputs[0].node == 1);
}

TEST_CASE("what only looks like an identity stays") {
  const auto copy = [](int axis) { return Dim{Dim::Kind::copy, 0, 0, axis}; };
  const std::vector<Op> others = {
      Activation{Activation::Kind::clip, -1, std::numeric_limits<float>::max()},
      MaxPool{.kernel = {2, 1}},
      AveragePool{.stride = {1, 2}},
      Slice{1, 0, 3, 1},  // 3 may be less than all
      Slice{1, 0, INT64_MAX, 2},
      Transpose{{0, 1, 3, 2}},
      Pad{{0, 0, 0, 1}, {0, 0, 0, -1}},
      Resize{.height = 4, .width = 4},  // 4 may be another size
      Reshape{{copy(0), copy(1), copy(3), copy(2)}},
      Reshape{{copy(0), copy(1), Dim{Dim::Kind::infer}}},
  };
  for (const Op& op : others) {
    Graph graph;
    graph.add("image", Input{{-1, -1, -1, -1}});
    graph.outputs = {{"out", graph.add("node", op, {0})}};
    INFO(name_of(op));
    CHECK(simplify(graph).nodes.size() == 2);
  }
  // a constant that adds an axis or holds several numbers
  for (const Shape& shape : {Shape{1, 1, 1, 1, 1}, Shape{3}}) {
    Graph graph;
    graph.add("image", Input{{-1, -1, -1, -1}});
    const NodeId zeros = graph.add("zeros", Constant{Tensor(shape)});
    graph.outputs = {{"out", graph.add("node", Arithmetic{}, {0, zeros})}};
    CHECK(simplify(graph).nodes.size() == 3);
  }
}

TEST_CASE("where all sizes are fixed, more is known to be an identity") {
  const Shape image{1, 3, 4, 4};
  for (const Op& op : {Op{Slice{1, 0, 3, 1}}, Op{Resize{.height = 4, .width = 4}},
                       Op{Reshape{{{Dim::Kind::fixed, 1},
                                   {Dim::Kind::fixed, 3},
                                   {Dim::Kind::fixed, 4},
                                   {Dim::Kind::fixed, 4}}}}}) {
    Graph graph;
    graph.add("image", Input{image});
    graph.outputs = {{"out", graph.add("node", op, {0})}};
    CHECK(simplify(graph).nodes.size() == 1);
  }
}

// 2 * (1 + 3) = 8, then image + 8
TEST_CASE("what depends on constants alone is computed") {
  Graph graph;
  graph.add("image", Input{{-1}});
  const NodeId one = graph.add("one", Constant{Tensor::of({1}, {1})});
  const NodeId three = graph.add("three", Constant{Tensor::of({1}, {3})});
  const NodeId four = graph.add("four", Arithmetic{}, {one, three});
  const NodeId eight = graph.add("eight", Arithmetic{}, {four, four});
  graph.outputs = {{"out", graph.add("sum", Arithmetic{}, {0, eight})}};
  const Graph simple = simplify(graph);
  CHECK(names(simple) == "image eight sum ");
  CHECK(std::get<Constant>(node_called(simple, "eight").op).value.data<float>()[0] == 8);
}

// The second input of a Reshape only lends sizes: a constant's are written down, and the other
// is let go where its sizes are not used.
TEST_CASE("a reshape lets go of what lends it nothing") {
  Graph graph;
  graph.add("image", Input{{-1, 6}});
  const NodeId relu = graph.add("relu", Activation{}, {0});
  const NodeId table = graph.add("table", Constant{Tensor({2, 3})});
  const Reshape op{{{Dim::Kind::copy, 0, 2, 1}, {Dim::Kind::infer}}};
  graph.outputs = {{"out", graph.add("reshape", op, {relu, 0, table})}};
  const Graph simple = simplify(graph);
  CHECK(names(simple) == "image relu reshape ");
  const Node& reshape = simple.nodes[2];
  CHECK(reshape.inputs == std::vector<NodeId>{1});
  CHECK(std::get<Reshape>(reshape.op).dims[0] == Dim{Dim::Kind::fixed, 3});
}

// weight 3, bias 1, then 2 (x - 5) / sqrt(3 + 1) + 7 = x + 2, then times 10, then 4 - x:
// 4 - 10 (3x + 1 + 2) = -30 x - 26
TEST_CASE("a chain of per-channel functions goes into the convolution, rounded once") {
  Graph graph;
  graph.add("image", Input{{-1, 1, -1, -1}});
  NodeId at = graph.add(
      "conv", Conv2d{.weight = Tensor::of({1, 1, 1, 1}, {3}), .bias = Tensor::of({1}, {1})}, {0});
  at = graph.add("bn",
                 BatchNorm{Tensor::of({1}, {2}), Tensor::of({1}, {7}), Tensor::of({1}, {5}),
                           Tensor::of({1}, {3}), 1},
                 {at});
  const NodeId ten = graph.add("ten", Constant{Tensor::of({1, 1, 1}, {10})});
  at = graph.add("mul", Arithmetic{Arithmetic::Kind::mul}, {ten, at});
  const NodeId four = graph.add("four", Constant{Tensor::of({}, {4})});
  graph.outputs = {{"out", graph.add("sub", Arithmetic{Arithmetic::Kind::sub}, {four, at})}};
  const Graph folded = fold_batch_norm(graph);
  CHECK(names(folded) == "image conv ");
  CHECK(folded.outputs[0].node == 1);
  const auto& conv = std::get<Conv2d>(folded.nodes[1].op);
  CHECK(conv.weight.data<float>()[0] == -30);
  CHECK(conv.bias.data<float>()[0] == -26);
}

TEST_CASE("batch norm and a bias go into a linear layer") {
  Untrained net({.seed = 4}, {-1, 12});
  net.linear("fc", 5);
  net.batch_norm("bn");
  Graph graph = std::move(net).finish("out");
  const NodeId k = graph.add("k", Constant{Tensor::of({5}, {1, 2, 3, 4, 5})});
  graph.outputs[0].node = graph.add("div", Arithmetic{Arithmetic::Kind::div}, {2, k});
  const Graph folded = fold_batch_norm(graph);
  CHECK(names(folded) == "image fc ");
  require_same_meaning(graph, folded, Random(1).tensor({3, 12}, -1, 1));
}

TEST_CASE("multiplying alone gives no bias") {
  Graph graph;
  graph.add("image", Input{{-1, 1, -1, -1}});
  const NodeId conv = graph.add("conv", Conv2d{.weight = Tensor::of({1, 1, 1, 1}, {3})}, {0});
  const NodeId two = graph.add("two", Constant{Tensor::of({1}, {2})});
  graph.outputs = {{"out", graph.add("mul", Arithmetic{Arithmetic::Kind::mul}, {conv, two})}};
  const Graph folded = fold_batch_norm(graph);
  CHECK(std::get<Conv2d>(folded.nodes[1].op).bias.empty());
  CHECK(std::get<Conv2d>(folded.nodes[1].op).weight.data<float>()[0] == 6);
}

// A convolution, then `op` with a constant of this shape.
Graph conv_and(Arithmetic::Kind kind, Shape constant, bool reversed = false, float value = 2) {
  Untrained net({.seed = 4}, {-1, 3, -1, -1});
  const NodeId conv = net.conv("conv", {.outputs = 5});
  Graph graph = std::move(net).finish("out");
  Tensor k(std::move(constant));
  for (float& x : k.data<float>()) x = value;
  const NodeId id = graph.add("k", Constant{std::move(k)});
  graph.outputs[0].node =
      graph.add("node", Arithmetic{kind}, reversed ? std::vector{id, conv} : std::vector{conv, id});
  return graph;
}

TEST_CASE("what must not be folded is not") {
  using Kind = Arithmetic::Kind;
  CHECK(fold_batch_norm(conv_and(Kind::add, {5, 1, 1})).nodes.size() == 2);
  CHECK(fold_batch_norm(conv_and(Kind::add, {5})).nodes.size() == 4);              // along columns
  CHECK(fold_batch_norm(conv_and(Kind::add, {2, 5, 1, 1})).nodes.size() == 4);     // adds images
  CHECK(fold_batch_norm(conv_and(Kind::add, {1, 1, 1, 1, 1})).nodes.size() == 4);  // adds an axis
  CHECK(fold_batch_norm(conv_and(Kind::div, {}, true)).nodes.size() == 4);         // 2 / x
  CHECK(fold_batch_norm(conv_and(Kind::div, {}, false, 0)).nodes.size() == 4);     // x / 0
  CHECK(fold_batch_norm(conv_and(Kind::max, {})).nodes.size() == 4);

  // a convolution that is also an output, or that two nodes read
  Graph graph = conv_and(Kind::add, {});
  graph.outputs.push_back({"conv", 1});
  CHECK(fold_batch_norm(graph).nodes.size() == 4);
  graph = conv_and(Kind::add, {});
  graph.outputs.push_back({"relu", graph.add("relu", Activation{}, {1})});
  CHECK(fold_batch_norm(graph).nodes.size() == 5);

  // a batch norm behind an activation, or over the rows of a matrix
  Untrained net({.seed = 4}, {-1, 3, -1, -1});
  net.conv("conv", {.outputs = 5});
  net.relu("relu");
  net.batch_norm("bn");
  CHECK(how_many<BatchNorm>(fold_batch_norm(std::move(net).finish("out"))) == 1);
  Graph rows;
  rows.add("image", Input{{-1, 5, 3}});
  const NodeId fc = rows.add("fc", Linear{Tensor({5, 3}), {}}, {0});
  const Tensor ones = Tensor::of({5}, {1, 1, 1, 1, 1});
  rows.outputs = {{"out", rows.add("bn", BatchNorm{ones, ones, ones, ones}, {fc})}};
  CHECK(how_many<BatchNorm>(fold_batch_norm(rows)) == 1);
}

// image -> conv, whose weight is 3 and bias -8 in numbers -> relu -> conv2
Graph graph_of_numbers() {
  Conv2d conv;
  conv.weight = Tensor::of<std::int8_t>({1, 1, 1, 1}, std::vector<std::int8_t>{3});
  conv.weight_grid = Grid{.scale = {0.5f}};
  conv.bias = Tensor::of<std::int32_t>({1}, std::vector<std::int32_t>{-8});
  conv.bias_grid = Grid{.bits = 32, .scale = {0.25f}};
  Graph graph;
  graph.add("image", Input{{1, 1, 1, 1}});
  graph.add("conv", conv, {0});
  graph.add("relu", Activation{}, {1});
  graph.outputs = {{"out", graph.add("conv2", conv, {2})}};
  return graph;
}

TEST_CASE("a layer of numbers keeps what follows it") {
  Graph graph = graph_of_numbers();
  const NodeId two = graph.add("two", Constant{Tensor::of({1}, {2})});
  graph.outputs[0].node = graph.add("twice", Arithmetic{Arithmetic::Kind::mul}, {3, two});
  const Graph after = simplify(fold_batch_norm(simplify(graph)));
  CHECK(names(after) == names(graph));
  // 6 -> 6 * 1.5 - 2 = 7 -> 8.5 -> 17
  CHECK(evaluate(after, Tensor::of({1, 1, 1, 1}, {6})).at(0).data<float>()[0] == 17);
  CHECK(evaluate(without_grids(after), Tensor::of({1, 1, 1, 1}, {6})).at(0).data<float>()[0] == 17);
}

TEST_CASE("passes that change weights refuse a grid's numbers, naming the layer") {
  const Graph graph = graph_of_numbers();
  const auto refused = Catch::StartsWith("node 'conv' (Conv2d): its weights are the numbers of a");
  CHECK_THROWS_WITH(equalize(graph), refused);
  CHECK_THROWS_WITH(absorb_bias(graph, {}), refused);
  CHECK_THROWS_WITH(clip_weights(graph, -1, 1), refused);
  CHECK_THROWS_WITH(data_free_ranges(graph), refused);
  CHECK_THROWS_WITH(correct_bias(graph, graph, {}), refused);
}

TEST_CASE("a folded node's other readers read the convolution") {
  Untrained net({.seed = 4}, {-1, 3, -1, -1});
  net.conv("conv", {.outputs = 5});
  const NodeId bn = net.batch_norm("bn");
  net.relu("relu");
  net.add("add", bn);
  Graph graph = std::move(net).finish("out");
  graph.outputs.push_back({"bn", bn});
  const Graph folded = fold_batch_norm(graph);
  CHECK(names(folded) == "image conv relu add ");
  require_same_meaning(graph, folded, Random(1).tensor({2, 3, 4, 5}, -1, 1));
}

}  // namespace
}  // namespace bench
