#include "models/passes/quantize.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/conformance.h"
#include "models/error.h"
#include "models/integer_graph.h"
#include "models/passes/passes.h"
#include "models/reference.h"

namespace bench {
namespace {

using Form = Scheme::Form;

Conv2d conv(std::vector<float> weight, int channels, int groups) {
  Conv2d op;
  op.weight = Tensor::of({channels, channels / groups, 1, 1}, std::move(weight));
  op.bias = Tensor(Shape{channels});
  op.groups = groups;
  return op;
}

// image -> first (convolution) -> middle (depthwise) -> last (convolution); first is read twice.
Graph three_layers() {
  Graph graph;
  const NodeId image = graph.add("image", Input{{1, 2, 3, 3}});
  const NodeId first = graph.add("first", conv({1, -2, 0.5f, 4}, 2, 1), {image});
  const NodeId middle = graph.add("middle", conv({3, -1}, 2, 2), {first});
  const NodeId last = graph.add("last", conv({1, 0, 0, 1}, 2, 1), {first});
  graph.outputs = {{"sum", graph.add("sum", Arithmetic{}, {middle, last})}};
  return graph;
}

// Document 3's scheme: weights max|x|/127 per tensor, layer inputs too, at run time.
std::vector<QuantizeRule> max127() {
  NodeScheme scheme;
  scheme.weight = Scheme{};
  scheme.input = DynamicGrid{};
  return {{{}, scheme}};
}

const Node& node(const Graph& graph, const std::string& name) {
  for (const Node& one : graph.nodes) {
    if (one.name == name) return one;
  }
  FAIL("no node " << name);
  return graph.nodes[0];
}

const Conv2d& layer(const Graph& graph, const std::string& name) {
  return std::get<Conv2d>(node(graph, name).op);
}

// Regions are coordinates: a grid of 8 bits would move corners and confuse images. What is pooled
// from a grid is on it, so that the layer behind needs no other.
TEST_CASE("regions get no grid, neither where they are made nor where they are read") {
  Graph graph;
  graph.add("image", Input{{1, 6, 8, 8}});
  graph.add("scores", Slice{1, 0, 2, 1}, {0});
  graph.add("deltas", Slice{1, 2, 6, 1}, {0});
  const Proposals op{.base_size = 2, .scales = {1}, .ratios = {1}, .stride = 1, .kept = 4};
  const NodeId regions = graph.add("regions", op, {1, 2, 0});
  const NodeId pool = graph.add("pool", RoiPool{{2, 2}, 1}, {0, regions});
  const NodeId layer = graph.add("layer", conv({1, 0, 0, 1}, 2, 1), {1});
  graph.outputs = {{"pool", pool}, {"layer", layer}};
  NodeScheme everything;
  everything.weight = Scheme{};
  everything.input = everything.output = Scheme{.range = Range{-1, 1}};
  const QuantizeRule rules[] = {{{.kind = NodeFilter::Kind::any}, everything}};
  const Graph quantised = quantize(graph, rules);
  for (const Node& one : quantised.nodes) CHECK(one.name != "regions.grid");
  for (const Node& one : quantised.nodes) CHECK(one.name != "pool.grid");
  const Node& pooled = node(quantised, "pool");
  CHECK(quantised.nodes[static_cast<std::size_t>(pooled.inputs[0])].name == "image.grid");
  CHECK(quantised.nodes[static_cast<std::size_t>(pooled.inputs[1])].name == "regions");
  const IntegerGraph integers = lower(quantised, Requantization::float_scale);
  REQUIRE(integers.islands.size() == 1);
  CHECK(integers.islands[0].op == "Proposals");
}

TEST_CASE("a range becomes a grid") {
  const Range range{-1, 3};
  Grid grid = grid_for_range({}, range, "x");  // symmetric, -127 .. 127
  CHECK(grid.scale[0] == Approx(3.0 / 127));
  CHECK(grid.zero_point[0] == 0);

  // 4 / 255 a step; the minimum lies 63.75 steps below 0, so 0 is number 64
  const Scheme affine{.form = Form::affine, .is_signed = false, .narrow = false};
  grid = grid_for_range(affine, range, "x");
  CHECK(grid.scale[0] == Approx(4.0 / 255));
  CHECK(grid.zero_point[0] == 64);
  grid = grid_for_range(affine, {2, 3}, "x");  // widened to 0 .. 3
  CHECK(grid.scale[0] == Approx(3.0 / 255));
  CHECK(grid.zero_point[0] == 0);

  grid = grid_for_range({.form = Form::offset, .bits = 2}, range, "x");  // -1, 1/3, 5/3, 3
  CHECK(grid.offset[0] == -1);
  CHECK(grid.scale[0] == Approx(4.0 / 3));

  grid = grid_for_range({.power_of_two = true}, range, "x");  // 3/127 = 0.0236 -> 1/32
  CHECK(grid.scale[0] == 1.0f / 32);
  CHECK(grid_for_range({}, {0, 0}, "x").scale[0] == 1);
}

TEST_CASE("what is no range is refused, naming the tensor") {
  CHECK_THROWS_WITH(grid_for_range({}, {0, INFINITY}, "node 'x'"), Catch::Contains("node 'x'"));
  CHECK_THROWS_WITH(grid_for_range({}, {1, 0}, "node 'x'"), Catch::Contains("no range"));
  Graph graph = three_layers();
  std::get<Conv2d>(graph.nodes[2].op).weight.data<float>()[0] = NAN;
  CHECK_THROWS_WITH(quantize(graph, max127()), Catch::Contains("node 'middle' (Conv2d): weight"));
}

TEST_CASE("one scale per output channel") {
  const Tensor weight = Tensor::of({2, 2}, {1, -2, 0.5f, 4});
  const Grid grid = grid_for_weights({}, true, weight, "w");
  CHECK(grid.axis == 0);
  CHECK(grid.scale == std::vector<float>{2.0f / 127, 4.0f / 127});
}

TEST_CASE("max127-dynamic puts weights and inputs of all layers on grids") {
  const Graph graph = quantize(three_layers(), max127());
  validate(graph);
  // image.grid and first.grid, which middle and last share
  CHECK(graph.nodes.size() == three_layers().nodes.size() + 2);
  CHECK(node(graph, "middle").inputs == node(graph, "last").inputs);
  CHECK(layer(graph, "first").weight_grid->scale[0] == 4.0f / 127);
  CHECK_FALSE(layer(graph, "first").bias_grid);

  // By the document's own arithmetic: round(x / s_x) and round(w / s_w) multiplied as integers.
  const Tensor image = conformance_input({"", graph, {1, 2, 3, 3}}, 7);
  const auto x = image.data<float>();
  float largest = 0;
  for (const float v : x) largest = std::max(largest, std::abs(v));
  const float s_x = largest / 127, s_w = 4.0f / 127;
  const double expected = (std::nearbyint(x[0] / s_x) * std::nearbyint(1 / s_w) +
                           std::nearbyint(x[9] / s_x) * std::nearbyint(-2 / s_w)) *
                          double{s_x} * s_w;
  Graph first_only = graph;
  first_only.outputs = {{"first", node(graph, "middle").inputs[0] - 1}};
  CHECK(first_only.nodes[static_cast<std::size_t>(first_only.outputs[0].node)].name == "first");
  CHECK(evaluate(first_only, image)[0].data<float>()[0] == Approx(expected).epsilon(1e-5));
}

TEST_CASE("the last rule that fits a layer decides") {
  auto depthwise_left = max127();
  depthwise_left.push_back({{.kind = NodeFilter::Kind::depthwise}, {}});
  const Graph graph = quantize(three_layers(), depthwise_left);
  CHECK(layer(graph, "first").weight_grid);
  CHECK_FALSE(layer(graph, "middle").weight_grid);
  CHECK(node(graph, "middle").inputs[0] != node(graph, "last").inputs[0]);

  // All but first and last; one layer by name at 4 bits.
  NodeScheme eight, four;
  eight.weight = Scheme{};
  four.weight = Scheme{.bits = 4};
  const std::vector<QuantizeRule> rules = {{{}, eight},
                                           {{.position = NodeFilter::Position::first}, {}},
                                           {{.position = NodeFilter::Position::last}, {}},
                                           {{.name = "last"}, four}};
  const Graph mixed = quantize(three_layers(), rules);
  CHECK_FALSE(layer(mixed, "first").weight_grid);
  CHECK(layer(mixed, "middle").weight_grid->bits == 8);
  CHECK(layer(mixed, "last").weight_grid->bits == 4);
}

TEST_CASE("static inputs need their ranges") {
  NodeScheme scheme;
  scheme.input = Scheme{.form = Form::affine, .is_signed = false, .narrow = false};
  const std::vector<QuantizeRule> rules = {{{}, scheme}};
  CHECK_THROWS_WITH(quantize(three_layers(), rules, {{"image", {-1, 1}}}),
                    Catch::Contains("node 'middle'") && Catch::Contains("node 'first'"));
  const Graph graph = quantize(three_layers(), rules, {{"image", {-1, 1}}, {"first", {0, 2}}});
  const auto& op = std::get<FakeQuantize>(node(graph, "first.grid").op);
  CHECK(std::get<Grid>(op.grid).scale[0] == Approx(2.0 / 255));
}

TEST_CASE("grids come behind a layer's leaky ReLU where a rule says so") {
  const auto grids = [](float slope, bool behind) {
    Graph graph;
    const NodeId image = graph.add("image", Input{{1, 2, 3, 3}});
    const NodeId first = graph.add("first", conv({1, -2, 0.5f, 4}, 2, 1), {image});
    const Activation op{Activation::Kind::leaky_relu, slope};
    graph.outputs = {{"out", graph.add("leaky", op, {first})}};
    const QuantizeRule rule{{.kind = NodeFilter::Kind::layer},
                            {.output = Scheme{}, .output_behind_slope = behind}};
    const Ranges ranges{{"first", {-9, 8}}, {"leaky", {-0.9f, 8}}};
    return quantize(graph, std::span(&rule, 1), ranges);
  };
  const Graph behind = grids(0.1f, true);
  CHECK(behind.nodes.size() == 4);
  const auto& op = std::get<FakeQuantize>(node(behind, "leaky.grid").op);
  CHECK(std::get<Grid>(op.grid).scale[0] == Approx(8.0 / 127));
  for (const Graph& graph : {grids(0.1f, false), grids(-0.1f, true), grids(0, true)}) {
    CHECK(node(graph, "leaky").inputs[0] == 2);
    CHECK(node(graph, "first.grid").inputs[0] == 1);
  }
}

TEST_CASE("float is float again without the grids") {
  const Tensor image = conformance_input({"", three_layers(), {1, 2, 3, 3}}, 7);
  const Graph restored = without_grids(quantize(three_layers(), max127()));
  CHECK(relative_error(evaluate(restored, image)[0], evaluate(three_layers(), image)[0]) == 0);
}

}  // namespace
}  // namespace bench
