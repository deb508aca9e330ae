#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>

#include "bench/backend.h"
#include "bench/run_showing.h"
#include "models/conformance.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/passes/passes.h"
#include "models/passes/quantize.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/testing.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

const Backend& backend() { return find_backend("fake-quant"); }

std::vector<Tensor> run(const Graph& graph, const Tensor& input) {
  return backend().compile(graph, {})->open_session()->run(input);
}

bool bit_equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0;
}

// Every node against evaluate's meaning of it, from the values this backend gave its inputs: grids
// to the bit, everything else to `bound`.
void check_every_node(const Graph& graph, const Tensor& input, double bound) {
  std::vector<Tensor> values(graph.nodes.size());
  run_showing(backend())(graph, input, [&](NodeId id, const Tensor& value) {
    values[static_cast<std::size_t>(id)] = value;
  });
  const std::vector<Shape> shapes = infer_shapes(graph, input.shape());
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<const Tensor*> inputs;
    for (const NodeId id : node.inputs) {
      Tensor& value = values[static_cast<std::size_t>(id)];
      const auto* constant = std::get_if<Constant>(&graph.nodes[static_cast<std::size_t>(id)].op);
      if (constant) value = constant->value;
      inputs.push_back(&value);
    }
    if (inputs.empty()) continue;
    INFO(describe(node));
    const Tensor wanted = evaluate_node(node.op, inputs, shapes[i]);
    if (std::holds_alternative<FakeQuantize>(node.op)) {
      CHECK(bit_equal(values[i], wanted));
    } else {
      CHECK(relative_error(values[i], wanted) <= bound);
    }
  }
}

// A graph's result before its last grid, of one scale.
struct Unrounded {
  Grid grid;
  Tensor values;
};

Unrounded before_last_grid(Graph graph, const Tensor& input) {
  NodeId& output = graph.outputs[0].node;
  const Node& last = graph.nodes[static_cast<std::size_t>(output)];
  const Grid grid = std::get<Grid>(std::get<FakeQuantize>(last.op).grid);
  output = last.inputs[0];
  return {grid, evaluate(graph, input)[0]};
}

// Every kind of grid, on an edge of its own.
std::vector<std::variant<Grid, DynamicGrid>> many_grids(int channels) {
  std::vector<std::variant<Grid, DynamicGrid>> grids;
  Random random(5);
  for (const Rounding rounding : {Rounding::half_even, Rounding::half_up, Rounding::half_away}) {
    for (const int bits : {1, 3, 8, 16}) {
      for (const bool is_signed : {false, true}) {
        Grid grid{.bits = bits, .is_signed = is_signed, .rounding = rounding};
        grid.scale = {random.uniform(1, 3) / static_cast<float>(1 << bits)};
        if (!is_binary(grid)) grid.zero_point = {random.integer(lowest(grid), highest(grid))};
        grids.emplace_back(grid);
        grid.offset = {random.uniform(-1, 1)};
        grids.emplace_back(grid);
      }
      grids.emplace_back(DynamicGrid{DynamicGrid::Range::extremes, bits, rounding});
      if (bits > 1) grids.emplace_back(DynamicGrid{DynamicGrid::Range::largest, bits, rounding});
    }
    for (const int axis : {1, 2, 3}) {  // axes 2 and 3: maps of 6 x 10 pixels
      Grid grid{.scale = {}, .zero_point = {}, .axis = axis, .rounding = rounding};
      const int scales = axis == 1 ? channels : axis == 2 ? 6 : 10;
      for (int i = 0; i < scales; ++i) {
        grid.scale.push_back(random.uniform(0.005f, 0.05f));
        grid.zero_point.push_back(random.integer(-128, 127));
      }
      grids.emplace_back(grid);
      grid.offset = grid.scale;
      grids.emplace_back(grid);
    }
  }
  return grids;
}

// Convolutions with their results on every kind of grid; a depthwise one on top, if asked for,
// makes the engine keep channels in blocks.
Graph many_edges(int channels, bool blocks) {
  Random random(9);
  Graph graph;
  graph.add("image", Input{{-1, 4, 6, 10}});
  for (const auto& grid : many_grids(channels)) {
    const std::string number = std::to_string(graph.nodes.size());
    Conv2d conv{random.tensor({channels, 4, 3, 3}, -0.5f, 0.5f), random.tensor({channels}, -1, 1)};
    conv.pad = {1, 1, 1, 1};
    NodeId id = graph.add("conv" + number, std::move(conv), {0});
    id = graph.add("grid" + number, FakeQuantize{grid}, {id});
    Conv2d next{random.tensor({channels, blocks ? 1 : channels, 1, 1}, -0.5f, 0.5f), Tensor()};
    next.groups = blocks ? channels : 1;
    id = graph.add("next" + number, std::move(next), {id});
    graph.outputs.push_back({"out" + number, id});
  }
  return graph;
}

// The layers of a network of the zoo, on small images, with all tensors and weights on grids.
Graph quantized_network(const char* name, Rounding rounding, const Tensor& example) {
  Graph graph = fold_batch_norm(simplify(find(zoo(), "network", name).make(1)));
  std::get<Input>(graph.nodes[0].op).shape = example.shape();
  Calibrator calibrator(graph, {.run = run_showing(find_backend("float"), graph)});
  calibrator.observe(example);
  Scheme activation{.form = Scheme::Form::affine, .is_signed = false, .narrow = false};
  activation.rounding = rounding;
  NodeScheme layer{.weight = Scheme{.rounding = rounding}, .weight_per_channel = true};
  layer.output = activation;
  NodeScheme other;
  other.output = activation;
  const std::vector<QuantizeRule> rules{{{.kind = NodeFilter::Kind::any}, other}, {{}, layer}};
  return quantize(std::move(graph), rules, calibrator.ranges(ByMax{}));
}

const LayerFact& fact_of(const ProgramFacts& facts, const std::string& node) {
  const auto found = std::ranges::find(facts.layers, node, &LayerFact::node);
  REQUIRE(found != facts.layers.end());
  return *found;
}

}  // namespace

TEST_CASE("fake-quant: equals the reference on graphs without grids") {
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 2);
    const auto wanted = evaluate(c.graph, input), got = run(c.graph, input);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], wanted[i]) <= 1e-4);
  }
}

TEST_CASE("fake-quant: puts graphs on their grids as the reference does, but next to ties") {
  for (const ConformanceCase& c : quantized_conformance_cases(1)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 2);
    check_every_node(c.graph, input, 1e-5);
    const Tensor got = run(c.graph, input)[0];
    if (c.graph.nodes.size() == 2) {
      CHECK(bit_equal(got, evaluate(c.graph, input)[0]));
      continue;
    }
    const Unrounded wanted = before_last_grid(c.graph, input);
    CHECK(count_misplaced(wanted.grid, got, wanted.values) == 0);
  }
}

TEST_CASE("fake-quant: graphs with grids everywhere, node by node") {
  for (const ConformanceCase& c : integer_conformance_cases(1)) {
    INFO(c.name);
    check_every_node(c.graph, conformance_input(c, 2), 1e-4);
  }
}

TEST_CASE("fake-quant: whole networks, node by node") {
  const char* name = GENERATE("mobilenet-v2", "resnet50");
  const Rounding rounding = GENERATE(Rounding::half_even, Rounding::half_away);
  INFO(name << ", rounding " << static_cast<int>(rounding));
  const Tensor input = Random(2).tensor({1, 3, 64, 64}, -1, 1);
  const Graph graph = quantized_network(name, rounding, input);
  check_every_node(graph, input, 1e-5);
  // All together, fused and in place. Not compared with evaluate: one tie taken the other way
  // spreads, in an untrained network, to most of the values behind it.
  Tensor last;
  run_showing(backend())(graph, input, [&](NodeId, const Tensor& value) { last = value; });
  CHECK(bit_equal(run(graph, input)[0], last));
}

TEST_CASE("fake-quant: quantised networks as published, node by node") {
  const char* name = GENERATE("voc_imagenet/models/tflite/mobilenet_v1_0.25_128_quant.tflite",
                              "voc_imagenet/models/tflite/mobilenet_v2_1.0_224_quant.tflite",
                              "voc_imagenet/models/tflite/tinymaix/mbnet128_0.25_q.tflite",
                              "face/models/mobilefacenet_993_quant.tflite");
  const auto file = testing::real_data(name);
  if (!file) return;
  INFO(*file);
  const Graph graph = load_network(*file).graph;
  Shape image = std::get<Input>(graph.nodes[0].op).shape;
  image[0] = 1;
  check_every_node(graph, Random(2).tensor(image, 0, 255), 1e-5);
  const auto facts = backend().compile(graph, {})->facts(image);
  if (facts.isa == "sse41") return;  // for which oneDNN has no PReLU
  for (const LayerFact& layer : facts.layers) {
    INFO(layer.node << " " << layer.op);
    CHECK(layer.implementation != "plain");
  }
}

TEST_CASE("fake-quant: every kind of grid in every layout") {
  const int channels = GENERATE(1, 5, 16, 24);
  const bool blocks = GENERATE(false, true);
  INFO(channels << " channels, in blocks: " << blocks);
  const Graph graph = many_edges(channels, blocks);
  const Tensor input = Random(1).tensor({2, 4, 6, 10}, -1, 1);
  check_every_node(graph, input, 1e-5);
  // Now with the convolutions' results seen by nobody else, so that grids work in place.
  const auto wanted = evaluate(graph, input), got = run(graph, input);
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO(graph.outputs[i].name);
    CHECK(relative_error(got[i], wanted[i]) <= 0.02);  // a tie taken the other way: a step of many
  }
}

TEST_CASE("fake-quant: a value that others still want is not written over") {
  Graph graph;
  graph.add("image", Input{{-1, 3, -1, -1}});
  Conv2d conv{Random(1).tensor({8, 3, 1, 1}, -1, 1), Tensor()};
  const NodeId x = graph.add("conv", std::move(conv), {0});
  const Grid coarse{.bits = 2, .scale = {0.5f}}, fine{.bits = 8, .scale = {0.01f}};
  const NodeId a = graph.add("coarse", FakeQuantize{coarse}, {x});
  // A view of x, which lies where x does, and is read after x was last read by name.
  const NodeId view =
      graph.add("view", Reshape{{{Dim::Kind::copy, 0, 0, 0}, {Dim::Kind::infer}}}, {x});
  const NodeId b = graph.add("fine", FakeQuantize{fine}, {x});
  const NodeId sum = graph.add("sum", Arithmetic{}, {a, b});
  const NodeId again = graph.add("again", FakeQuantize{coarse}, {view});
  graph.outputs = {{"sum", sum}, {"again", again}, {"view", view}};
  const Tensor input = Random(2).tensor({2, 3, 4, 5}, -1, 1);
  const auto wanted = evaluate(graph, input), got = run(graph, input);
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], wanted[i]) <= 1e-6);
}

TEST_CASE("fake-quant: infinities and NaN become what the grid says") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  Tensor input(Shape{1, 40});
  std::ranges::copy(std::vector<float>{infinity, -infinity, -0.0f, 1e30f, -1e30f, 0.5f,
                                       -0.49999997f, 0.49999997f, 1.5f, -1.5f, 2.5f, -2.5f},
                    input.data<float>().begin());
  input.data<float>()[20] = std::numeric_limits<float>::quiet_NaN();
  for (const Rounding rounding : {Rounding::half_even, Rounding::half_up, Rounding::half_away}) {
    for (const std::vector<float>& offset : {std::vector<float>{}, std::vector<float>{-0.7f}}) {
      const Grid grid{.zero_point = {3}, .offset = offset, .rounding = rounding};
      Graph graph;
      graph.add("x", Input{{-1, 40}});
      graph.outputs = {{"y", graph.add("grid", FakeQuantize{grid}, {0})}};
      CHECK(bit_equal(run(graph, input)[0], evaluate(graph, input)[0]));
    }
  }
}

TEST_CASE("fake-quant: a dynamic range of what is not finite is refused, naming the node") {
  Graph graph;
  graph.add("x", Input{{-1, 100}});
  graph.outputs = {{"y", graph.add("edge 7", FakeQuantize{DynamicGrid{}}, {0})}};
  Tensor input(Shape{1, 100});
  const auto program = backend().compile(graph, {});
  const auto session = program->open_session();
  for (const float bad :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    for (const std::size_t place : {0u, 63u, 99u}) {
      input = Tensor(Shape{1, 100});
      input.data<float>()[place] = bad;
      CHECK_THROWS_WITH(session->run(input), Catch::Contains("edge 7"));
    }
  }
  CHECK(session->run(Tensor(Shape{1, 100})).size() == 1);
}

TEST_CASE("fake-quant: no grid goes through plain code, and facts say what is done") {
  const Graph graph = many_edges(16, true);
  const auto facts = backend().compile(graph, {})->facts({1, 4, 6, 10});
  for (const LayerFact& layer : facts.layers) {
    INFO(layer.node << " " << layer.op << " " << layer.implementation);
    CHECK(layer.implementation != "plain");
    if (layer.op == "FakeQuantize") CHECK(layer.implementation.starts_with("loop:"));
  }
  CHECK(fact_of(facts, "grid1").op == "FakeQuantize");
}

TEST_CASE("fake-quant: grids in place take no memory") {
  const Graph graph = many_edges(16, true);
  const Shape image = {1, 4, 6, 10};
  const auto with = backend().compile(graph, {})->facts(image);
  const auto without = backend().compile(without_grids(graph), {})->facts(image);
  CHECK(with.activation_bytes == without.activation_bytes);
}

}  // namespace bench
