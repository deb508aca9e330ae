#include "models/integer_graph.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "models/conformance.h"
#include "models/error.h"
#include "models/integer_testing.h"
#include "models/passes/layers.h"

namespace bench {
namespace {

using Numbers = std::vector<std::int32_t>;
constexpr Requantization modes[] = {Requantization::fixed_point, Requantization::tflite,
                                    Requantization::float_scale};

std::vector<ConformanceCase> all_cases() {
  std::vector<ConformanceCase> cases = integer_conformance_cases(1);
  for (ConformanceCase& c : quantized_conformance_cases(1)) cases.push_back(std::move(c));
  return cases;
}

TEST_CASE("lower: every value is within one step of its grid of what grids in float give") {
  for (const ConformanceCase& c : all_cases()) {
    for (const Requantization mode : modes) {
      const IntegerGraph integers = lower(c.graph, mode);
      const Tensor input = conformance_input(c, 2);
      for (const auto& [node, computes, steps] : testing::distances(c.graph, integers, input)) {
        INFO(c.name << ", " << node << ": " << computes);
        CHECK(steps <= 1);
      }
    }
  }
}

// Ops that lower leaves in float whatever their grids.
bool never_integer(const Graph& graph, const Node& node) {
  if (std::holds_alternative<BatchNorm>(node.op) || std::holds_alternative<Pad>(node.op) ||
      std::holds_alternative<Proposals>(node.op)) {
    return true;
  }
  if (const auto* op = std::get_if<Reduce>(&node.op))
    return op->kind != Reduce::Kind::mean || op->axes.size() != 2;
  if (const auto* op = std::get_if<Arithmetic>(&node.op)) {
    return op->kind != Arithmetic::Kind::add && op->kind != Arithmetic::Kind::mul;
  }
  return !node.inputs.empty() &&
         never_integer(graph, graph.nodes[static_cast<std::size_t>(node.inputs[0])]);
}

TEST_CASE("lower: what can be computed in integers is no island, and its name is the graph's") {
  for (const ConformanceCase& c : integer_conformance_cases(1)) {
    INFO(c.name);
    const IntegerGraph integers = lower(c.graph, Requantization::float_scale);
    std::set<std::string> names;
    for (const integer::Node& node : integers.nodes) CHECK(names.insert(node.name).second);
    for (const FloatIsland& island : integers.islands) {
      INFO(island.node << " (" << island.op << "): " << island.reason);
      const NodeId id = find_node(c.graph, island.node);
      REQUIRE(id >= 0);
      const Node& node = c.graph.nodes[static_cast<std::size_t>(id)];
      CHECK((c.name.starts_with("mixed") || never_integer(c.graph, node)));
      CHECK(names.contains(island.node));
    }
    if (c.name.starts_with("block")) CHECK(integers.islands.empty());
  }
}

Grid grid_of(float scale, std::int32_t zero_point = 0, int bits = 8, bool is_signed = true) {
  return {.bits = bits, .is_signed = is_signed, .scale = {scale}, .zero_point = {zero_point}};
}

// A graph written node by node, each reading the last one.
struct Chain {
  Graph graph;
  NodeId last = 0;

  explicit Chain(const Shape& image) { graph.add("image", Input{image}); }
  NodeId then(const std::string& name, Op op) {
    return last = graph.add(name, std::move(op), {last});
  }
  NodeId on(const std::string& name, const Grid& grid) { return then(name, FakeQuantize{grid}); }
  Graph finish() && {
    graph.outputs = {{"out", last}};
    return std::move(graph);
  }
};

Linear linear(Shape shape, std::vector<float> weight, std::vector<float> bias,
              const Grid& grid = grid_of(1)) {
  Linear op;
  op.weight = Tensor::of(std::move(shape), std::move(weight));
  const auto outputs = static_cast<std::int64_t>(bias.size());
  if (outputs > 0) op.bias = Tensor::of({outputs}, std::move(bias));
  op.weight_grid = grid;
  return op;
}

std::vector<std::string> described(const IntegerGraph& graph) {
  std::vector<std::string> nodes;
  for (const integer::Node& node : graph.nodes) nodes.push_back(node.name + ": " + node.computes);
  return nodes;
}

std::vector<std::string> islands(const IntegerGraph& graph) {
  std::vector<std::string> list;
  for (const auto& [node, op, reason] : graph.islands) {
    list.push_back(node + ", " + op + ", " + reason);
  }
  return list;
}

using Strings = std::vector<std::string>;

const integer::Layer& layer_of(const IntegerGraph& graph, std::size_t node) {
  return std::get<integer::Layer>(graph.nodes.at(node).op);
}

// Numbers 1/0.5 + 3 = 5 and -2/0.5 + 3 = -1, which is below the grid: 0. Weights 2 and -4. Bias
// 0.3 / 0.125 = 2.4: 2. Sum (5-3)*2 + (0-3)*-4 + 2 = 18, times 0.125 is 2.25, on the grid of
// scale 1 with zero point -2: 0, which stands for 2.
TEST_CASE("lower: a layer with 4-bit grids, worked by hand") {
  for (const Requantization mode : modes) {
    Chain net({1, 2});
    net.on("x", grid_of(0.5f, 3, 4, false));
    net.then("fc", linear({1, 2}, {0.5f, -1}, {0.3f}, grid_of(0.25f, 0, 4)));
    net.on("y", grid_of(1, -2, 4));
    const IntegerGraph graph = lower(std::move(net).finish(), mode);
    CHECK(described(graph) == Strings{"image: Input", "x: FakeQuantize", "y: Linear+FakeQuantize",
                                      "y.f32: Dequantize"});
    CHECK(islands(graph).empty());
    CHECK(layer_of(graph, 2).bias == Numbers{2});
    CHECK(evaluate(graph, Tensor::of({1, 2}, {1, -2}))[0].data<float>()[0] == 2);
  }
}

TEST_CASE("lower: clamps become the range of the layer before them") {
  Chain net({1, 1});
  net.on("x", grid_of(1));
  net.then("fc", linear({1, 1}, {1}, {}));
  net.then("relu", Activation{});
  net.then("clip", Activation{Activation::Kind::clip, -1, 6});
  net.on("y", grid_of(0.5f, -10));
  const IntegerGraph graph = lower(std::move(net).finish(), Requantization::fixed_point);
  REQUIRE(graph.nodes.size() == 4);
  CHECK(graph.nodes[2].name == "y");
  CHECK(graph.nodes[2].computes == "Linear+Activation+Activation+FakeQuantize");
  const TargetRange& target = layer_of(graph, 2).requantizer->target();
  CHECK(target.zero_point == -10);
  CHECK(target.lowest == -10);
  CHECK(target.highest == 2);
}

// x = 2 -6. Sums 2 * 3 - 6 * 5 = -24 and 2 * -1 - 6 * 2 = -14 stand for -12 and -7; with slopes 1/4
// and 1/7 for -3 and -1, and clipped for -2 and -1.
TEST_CASE("lower: a leaky ReLU or PRelu goes into the layer before it, and clamps behind it too") {
  for (const Requantization mode : modes) {
    Chain net({1, 2});
    net.on("x", grid_of(1));
    net.then("fc", linear({2, 2}, {1.5f, 2.5f, -0.5f, 1}, {0, 0}, grid_of(0.5f)));
    net.then("prelu", PRelu{Tensor::of({2}, {0.25f, 1.0f / 7})});
    net.then("clip", Activation{Activation::Kind::clip, -2, 6});
    net.on("y", grid_of(0.5f, 5));
    const IntegerGraph graph = lower(std::move(net).finish(), mode);
    CHECK(described(graph) == Strings{"image: Input", "x: FakeQuantize",
                                      "y: Linear+PRelu+Activation+FakeQuantize",
                                      "y.f32: Dequantize"});
    CHECK(layer_of(graph, 2).negative->scale(0) == 0.25f);
    CHECK(layer_of(graph, 2).negative->target().lowest == 1);
    const Tensor result = evaluate(graph, Tensor::of({1, 2}, {2, -6}))[0];
    CHECK(result.data<float>()[0] == -2);
    CHECK(result.data<float>()[1] == -1);
  }
}

TEST_CASE("lower: slopes that are not above 0, or whose layer others read, stay behind it") {
  const auto described_with = [](Op activation, bool read_twice) {
    Chain net({1, 1});
    net.on("x", grid_of(1));
    const NodeId fc = net.then("fc", linear({1, 1}, {1}, {}));
    net.then("act", std::move(activation));
    net.on("y", grid_of(1));
    Graph graph = std::move(net).finish();
    if (read_twice) graph.outputs.push_back({"fc", fc});
    return described(lower(graph, Requantization::tflite))[2];
  };
  const auto leaky = [](float slope) { return Activation{Activation::Kind::leaky_relu, slope}; };
  CHECK(described_with(leaky(0.5f), false) == "y: Linear+Activation+FakeQuantize");
  CHECK(described_with(leaky(0.5f), true) == "fc: Linear");
  CHECK(described_with(leaky(-0.5f), false) == "fc: Linear");
  CHECK(described_with(PRelu{Tensor::of({1}, {0})}, false) == "fc: Linear");
}

TEST_CASE("lower: weights of unsigned numbers are moved by -128, with their zero points") {
  Chain net({1, 1});
  net.on("x", grid_of(1));
  Linear op = linear({2, 1}, {0, 0}, {}, grid_of(1, 0, 8, false));
  op.weight = Tensor::of<std::uint8_t>({2, 1}, std::vector<std::uint8_t>{0, 200});
  op.weight_grid->axis = 0;
  op.weight_grid->scale = {1, 2};
  op.weight_grid->zero_point = {3, 130};
  net.then("fc", op);
  net.on("y", grid_of(1));
  const IntegerGraph graph = lower(std::move(net).finish(), Requantization::fixed_point);
  const auto& layer = layer_of(graph, 2);
  CHECK(layer.weight.data<std::int8_t>()[0] == -128);
  CHECK(layer.weight.data<std::int8_t>()[1] == 72);
  CHECK(layer.weight_zero_point == Numbers{-125, 2});
  CHECK(layer.requantizer->channels() == 2);
  CHECK(layer.requantizer->scale(1) == 2);
}

std::int32_t lowered_bias(const Linear& op) {
  Chain net({1, 1});
  net.on("x", grid_of(0.5f));
  net.then("fc", op);
  net.on("y", grid_of(1));
  return layer_of(lower(std::move(net).finish(), Requantization::fixed_point), 2).bias.at(0);
}

TEST_CASE("lower: biases become numbers of the sums' grid") {
  // The sums' scale is 0.5 * 0.25.
  Linear op = linear({1, 1}, {1}, {0.3125f}, grid_of(0.25f));
  CHECK(lowered_bias(op) == 2);  // 2.5: to even
  op.bias_grid = grid_of(0.25f);
  CHECK(lowered_bias(op) == 2);  // 0.3125 is on it as 0.25
  op.bias_grid = Grid{.bits = 32, .scale = {0.125f * (1 + 0x1p-22f)}};
  op.bias = Tensor::of<std::int32_t>({1}, std::vector<std::int32_t>{1'234'567'891});
  CHECK(lowered_bias(op) == 1'234'567'891);  // as it is, not as its value would be rounded
  op.bias_grid->scale = {0.25f};
  op.bias = Tensor::of<std::int32_t>({1}, std::vector<std::int32_t>{7});
  CHECK(lowered_bias(op) == 14);
}

TEST_CASE("lower: a value that several read on one grid is computed once") {
  Chain net({-1, 1, -1, -1});
  const NodeId x = net.on("x", grid_of(1));
  Conv2d conv;
  conv.weight = Tensor::of({2, 1, 1, 1}, {1, 2});
  conv.weight_grid = grid_of(1);
  const NodeId c = net.graph.add("conv", conv, {x});
  const NodeId a = net.graph.add("a", FakeQuantize{grid_of(2)}, {c});
  const NodeId pool = net.graph.add("pool", MaxPool{{2, 2}}, {c});
  const NodeId b = net.graph.add("b", FakeQuantize{grid_of(2)}, {pool});
  const NodeId again = net.graph.add("again", FakeQuantize{grid_of(2)}, {b});
  net.graph.outputs = {{"a", a}, {"again", again}};
  CHECK(described(lower(net.graph, Requantization::tflite)) ==
        Strings{"image: Input", "x: FakeQuantize", "conv: Conv2d", "pool: MaxPool",
                "conv.f32: Dequantize", "pool.f32: Dequantize"});

  // Two grids: sums go to float, and from there to each.
  net.graph.nodes[static_cast<std::size_t>(a)].op = FakeQuantize{grid_of(3)};
  const IntegerGraph two = lower(net.graph, Requantization::tflite);
  CHECK(described(two) == Strings{"image: Input", "x: FakeQuantize", "conv: Conv2d",
                                  "a: FakeQuantize", "pool: MaxPool", "b: FakeQuantize",
                                  "a.f32: Dequantize", "b.f32: Dequantize"});
  CHECK(islands(two) == Strings{"conv, Conv2d, its result is read in float or on several grids",
                                "pool, MaxPool, its input 'conv' is on no grid"});
}

TEST_CASE("lower: concatenation brings its inputs to the grid of the result") {
  Chain net({-1, 1, -1, -1});
  const NodeId fine = net.on("fine", grid_of(0.5f));
  const NodeId coarse = net.on("coarse", grid_of(2));
  const NodeId concat = net.graph.add("concat", Concat{1}, {fine, coarse});
  net.graph.outputs = {{"out", net.graph.add("out", FakeQuantize{grid_of(2)}, {concat})}};
  const IntegerGraph graph = lower(net.graph, Requantization::fixed_point);
  CHECK(described(graph) == Strings{"image: Input", "fine: FakeQuantize", "coarse: FakeQuantize",
                                    "out.input0: FakeQuantize", "out: Concat+FakeQuantize",
                                    "out.f32: Dequantize"});
  CHECK(std::holds_alternative<integer::Lookup>(graph.nodes[2].op));
  CHECK(graph.nodes[4].inputs == std::vector<NodeId>{3, 2});
  net.graph.outputs = {{"out", concat}};
  CHECK(islands(lower(net.graph, Requantization::fixed_point)) ==
        Strings{"concat, Concat, its inputs are on different grids and its result is on none"});
}

// x + 1.5 with x = number / 2: table[number] = number + 3
TEST_CASE("lower: arithmetic with one constant number is a table, whatever the operation") {
  for (const auto kind : {Arithmetic::Kind::add, Arithmetic::Kind::sub}) {
    Chain net({1, 2});
    const NodeId x = net.on("x", grid_of(0.5f, 0, 3));
    const NodeId constant = net.graph.add("c", Constant{Tensor::of({}, {1.5f})});
    const bool add = kind == Arithmetic::Kind::add;
    net.last = net.graph.add("sum", Arithmetic{kind},
                             add ? std::vector{x, constant} : std::vector{constant, x});
    net.on("y", grid_of(0.5f));
    const IntegerGraph graph = lower(std::move(net).finish(), Requantization::fixed_point);
    CHECK(islands(graph).empty());
    REQUIRE(graph.nodes.size() == 4);
    CHECK(std::get<integer::Lookup>(graph.nodes[2].op).table ==
          (add ? Numbers{-1, 0, 1, 2, 3, 4, 5, 6} : Numbers{7, 6, 5, 4, 3, 2, 1, 0}));
  }
}

TEST_CASE("lower: islands say why they are in float") {
  Chain net({1, 1});
  Grid offset = grid_of(1, 0, 8, false);
  offset.offset = {-1};
  net.on("offset", offset);
  net.then("fc", linear({1, 1}, {1}, {}));
  net.on("16 bits", grid_of(1, 0, 16));
  net.on("x", grid_of(1));
  net.then("swish", Activation{Activation::Kind::swish});
  net.on("y", grid_of(1));
  Linear plain = linear({1, 1}, {1}, {});
  plain.weight_grid.reset();
  net.then("plain", plain);
  net.on("z", grid_of(1));
  net.then("tanh", Activation{Activation::Kind::tanh});
  CHECK(islands(lower(std::move(net).finish(), Requantization::float_scale)) ==
        Strings{"offset, FakeQuantize, it puts values on a grid with an offset",
                "fc, Linear, its input 'offset' is on a grid with an offset",
                "16 bits, FakeQuantize, it puts values on a grid of 16 bits",
                "plain, Linear, its weights are on no grid",
                "tanh, Activation, its result is on no grid"});
}

TEST_CASE("lower: grids made at run time are for layers; others read their values in float") {
  Chain net({1, 1});
  const NodeId edge = net.then("x", FakeQuantize{DynamicGrid{}});
  const NodeId fc = net.then("fc", linear({1, 1}, {1}, {}));
  const NodeId next = net.then("next", FakeQuantize{DynamicGrid{}});
  const NodeId sum = net.graph.add("sum", Arithmetic{}, {edge, fc});
  net.last = next;
  net.then("fc 2", linear({1, 1}, {1}, {}));
  net.graph.outputs = {{"sum", sum}, {"fc 2", net.last}};
  const IntegerGraph graph = lower(net.graph, Requantization::float_scale);
  CHECK(described(graph) == Strings{"image: Input", "x: FakeQuantize", "fc: Linear",
                                    "next: FakeQuantize", "x.f32: Dequantize", "sum: Arithmetic",
                                    "fc 2: Linear"});
  CHECK(islands(graph) ==
        Strings{"next, FakeQuantize, its grid is made at run time, from values in float",
                "sum, Arithmetic, its input 'x' is on a grid made at run time"});
  // 3 = 127 steps of 3/127; both layers multiply by 1
  const auto outputs = evaluate(graph, Tensor::of({1, 1}, {3}));
  CHECK(outputs[0].data<float>()[0] == Approx(6));
  CHECK(outputs[1].data<float>()[0] == Approx(3));

  net.graph.nodes[1].op = FakeQuantize{DynamicGrid{.bits = 16}};
  CHECK(islands(lower(net.graph, Requantization::float_scale)).front() ==
        "x, FakeQuantize, it puts values on a grid of 16 bits");
}

// "node" is in every message; so is what is said here.
void check_refused(Graph graph, const std::string& expected) {
  try {
    lower(std::move(graph), Requantization::fixed_point);
    FAIL("not refused: " << expected);
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::bad_data);
    CHECK_THAT(error.what(), Catch::Contains("node 'fc' (Linear)") && Catch::Contains(expected));
  }
}

Graph one_layer(const Linear& op, float result_scale = 1) {
  Chain net({1, op.weight.dim(1)});
  net.on("x", grid_of(1, 0, 8, false));
  net.then("fc", op);
  net.on("y", grid_of(result_scale));
  return std::move(net).finish();
}

TEST_CASE("lower: sums that could leave 32 bits are refused") {
  // 255 * 127 * 66,312 = 2,147,514,120, and 2^31 - 1 = 2,147,483,647; one feature less is below.
  const auto wide = [](std::int64_t features) {
    return one_layer(
        linear({1, features}, std::vector<float>(static_cast<std::size_t>(features), 127), {}));
  };
  check_refused(wide(66312), "the sum of output channel 0 could reach 2147514120");
  CHECK(lower(wide(66311), Requantization::fixed_point).nodes.size() == 4);
  check_refused(one_layer(linear({2, 1}, {1, 1}, {0, 3e9f})), "output channel 1");
}

TEST_CASE("lower: weights that are no numbers, multipliers out of reach") {
  check_refused(one_layer(linear({1, 1}, {NAN}, {})), "weight number 0 is nan");
  check_refused(one_layer(linear({1, 1}, {1}, {INFINITY})), "bias number 0 is inf");
  check_refused(one_layer(linear({1, 1}, {1}, {}), 0x1p-40f), "channel 0 would be requantised by");
}

TEST_CASE("integer graphs have shapes, and say which node an input does not fit") {
  Chain net({-1, -1});
  net.on("x", grid_of(1));
  net.then("fc", linear({1, 2}, {1, 1}, {}));
  net.on("y", grid_of(1));
  const IntegerGraph graph = lower(std::move(net).finish(), Requantization::fixed_point);
  CHECK(infer_shapes(graph, {3, 2}).at(2) == Shape{3, 1});
  CHECK_THROWS_WITH(infer_shapes(graph, {3, 4}),
                    Catch::Contains("node 'y'") && Catch::Contains("3x4"));

  Chain mean({1, 1, -1, -1});
  mean.on("x", grid_of(1));
  mean.then("mean", Reduce{Reduce::Kind::mean, {-2, -1}});
  mean.on("y", grid_of(1));
  const IntegerGraph average = lower(std::move(mean).finish(), Requantization::fixed_point);
  CHECK(infer_shapes(average, {1, 1, 2048, 4095}).at(2) == Shape{1, 1, 1, 1});
  CHECK_THROWS_WITH(infer_shapes(average, {1, 1, 2048, 4096}),
                    Catch::Contains("2048x4096 numbers could leave 32 bits"));
}

}  // namespace
}  // namespace bench
