// Every preset on a small network, the grids worked out by hand.
#include <catch2/catch.hpp>
#include <cmath>

#include "bench/recipe.h"
#include "models/error.h"
#include "models/integer_graph.h"
#include "models/passes/layers.h"
#include "models/reference.h"

namespace bench {
namespace {

Conv2d pointwise(std::vector<float> weight, std::vector<float> bias) {
  Conv2d op;
  const auto outputs = static_cast<std::int64_t>(bias.size());
  const auto inputs = static_cast<std::int64_t>(weight.size() / bias.size());
  op.weight = Tensor::of({outputs, inputs, 1, 1}, std::move(weight));
  op.bias = Tensor::of({outputs}, std::move(bias));
  return op;
}

// image -> a -> r (relu) -> b, c; b + c = sum -> mean -> fc -> prob
//
// Shown pixels (1, 0), (0, 0.5), (0, 0) and (-1, 1):
//   a = (x0 - 2 x1 + 0.5, 0.5 x0 + 4 x1 - 1): (1.5, -0.5) (-0.5, 1) (0.5, -1) (-2.5, 2.5)
//   r in [0, 2.5];  b = 2 r0 + r1 + 0.25: 3.25 1.25 1.25 2.75;  c = r1 - r0: -1.5 1 -0.5 2.5
//   sum: 1.75 2.25 0.75 5.25;  mean 2.5
Graph small(std::vector<float> bias_of_a = {0.5f, -1}) {
  Graph graph;
  const NodeId image = graph.add("image", Input{{1, 2, 2, 2}});
  const NodeId a = graph.add("a", pointwise({1, -2, 0.5f, 4}, std::move(bias_of_a)), {image});
  const NodeId r = graph.add("r", Activation{}, {a});
  const NodeId b = graph.add("b", pointwise({2, 1}, {0.25f}), {r});
  const NodeId c = graph.add("c", pointwise({-1, 1}, {0}), {r});
  const NodeId sum = graph.add("sum", Arithmetic{}, {b, c});
  const NodeId mean = graph.add("mean", Reduce{Reduce::Kind::mean, {2, 3}, false}, {sum});
  Linear fc;
  fc.weight = Tensor::of({2, 1}, {1, -1});
  fc.bias = Tensor::of({2}, {0, 0.5f});
  graph.outputs = {{"prob", graph.add("prob", Softmax{}, {graph.add("fc", fc, {mean})})}};
  return graph;
}

// The same with a batch norm behind a: means 1 and 0, deviations 0.5 and 0.25.
Graph small_with_norm() {
  Graph with_norm;
  for (Node node : small().nodes) {
    for (NodeId& input : node.inputs) input += input >= 1 ? 1 : 0;
    if (node.name == "r") {
      BatchNorm norm;
      norm.gamma = Tensor::of({2}, {0.5f, 0.25f});
      norm.beta = Tensor::of({2}, {1, 0});
      norm.mean = Tensor::of({2}, {0, 0});
      norm.variance = Tensor::of({2}, {1, 1});
      with_norm.add("norm", norm, {1});
    }
    with_norm.nodes.push_back(std::move(node));
  }
  with_norm.outputs = {{"prob", 9}};
  validate(with_norm);
  return with_norm;
}

Tensor shown() { return Tensor::of({1, 2, 2, 2}, {1, 0, 0, -1, 0, 0.5f, 0, 1}); }

CalibrationInputs one_image() {
  CalibrationInputs inputs;
  inputs.images = 1;
  inputs.load = [](std::size_t) { return std::vector<Tensor>{shown()}; };
  return inputs;
}

Graph cook(const std::string& recipe, Graph graph = small()) {
  return apply(parse_recipe(recipe), std::move(graph), one_image(), "small.onnx").graph;
}

std::string edges(const Graph& graph) {
  std::string names;
  for (const Node& node : graph.nodes) {
    if (std::holds_alternative<FakeQuantize>(node.op)) names += node.name + " ";
  }
  return names;
}

const Op& op_of(const Graph& graph, const std::string& name) {
  const NodeId id = find_node(graph, name);
  REQUIRE(id >= 0);
  return graph.nodes[static_cast<std::size_t>(id)].op;
}

const Grid& edge(const Graph& graph, const std::string& name) {
  return std::get<Grid>(std::get<FakeQuantize>(op_of(graph, name + ".grid")).grid);
}

const Grid& weight(const Graph& graph, const std::string& name) {
  return *weight_grid_of(op_of(graph, name));
}

const Grid& bias(const Graph& graph, const std::string& name) {
  return *bias_grid_of(op_of(graph, name));
}

std::string islands(const Graph& graph) {
  std::string names;
  for (const FloatIsland& island : lower(graph, Requantization::float_scale).islands) {
    names += island.node + ": " + island.reason + "; ";
  }
  return names;
}

double error_of(const Graph& graph) {
  const Tensor before = evaluate(small(), shown())[0], after = evaluate(graph, shown())[0];
  return std::abs(before.data<float>()[0] - after.data<float>()[0]);
}

TEST_CASE("int8: weights symmetric, activations from end to end, the tail in float") {
  const Graph graph = cook("int8");
  CHECK(edges(graph) == "image.grid r.grid b.grid c.grid sum.grid mean.grid ");
  // [-1, 1] in 255 steps: 0 is just below 127.5; c in [-1.5, 2.5] has it at 95.6
  CHECK(edge(graph, "image") ==
        Grid{.is_signed = false, .scale = {2.0f / 255}, .zero_point = {127}});
  CHECK(edge(graph, "r") == Grid{.is_signed = false, .scale = {2.5f / 255}});
  CHECK(edge(graph, "c") == Grid{.is_signed = false, .scale = {4.0f / 255}, .zero_point = {96}});
  const Graph middle = cook("int8:symmetric=true");
  CHECK(edge(middle, "image").scale[0] == 1 / 127.0f);
  CHECK(edge(middle, "image").is_signed);
  CHECK(edge(middle, "r") == Grid{.is_signed = false, .scale = {2.5f / 255}});
  CHECK(edge(middle, "c") == Grid{.narrow = true, .scale = {2.5f / 127}});
  CHECK(edge(graph, "sum").scale[0] == 5.25f / 255);
  CHECK(weight(graph, "a").scale == std::vector<float>{2 / 127.0f, 4 / 127.0f});
  CHECK(bias(graph, "a").scale[1] == Approx(4.0 / 127 * 2 / 255));
  CHECK(bias(graph, "a").bits == 32);
  CHECK(islands(graph) == "prob: its input 'fc' is on no grid; ");
  CHECK(error_of(graph) < 0.01);
  CHECK(islands(cook("int8:integer_tail=true")).empty());
}

TEST_CASE("grids stand behind a layer's leaky ReLU, but for TFLite, which has no such layers") {
  Graph leaky = small();
  leaky.nodes[2].op = Activation{Activation::Kind::leaky_relu, 0.25f};
  for (const char* recipe : {"int8", "nbit:integer=true", "dfq:zero_on_grid=true,ranges=max"}) {
    INFO(recipe);
    CHECK(edges(cook(recipe, leaky)).starts_with("image.grid r.grid b.grid "));
  }
  // a's second channel is -0.5 1 -1 2.5, the first 1.5 -0.5 0.5 -2.5: r in [-0.625, 2.5]
  CHECK(edge(cook("int8", leaky), "r").scale[0] == 3.125f / 255);
  CHECK(edge(cook("int8:symmetric=true", leaky), "r").scale[0] == 2.5f / 127);
  CHECK(edges(cook("tflite", leaky)).starts_with("image.grid a.grid r.grid b.grid "));
  CHECK(islands(cook("int8:integer_tail=true", leaky)).empty());
}

TEST_CASE("tflite: every tensor asymmetric, integers throughout") {
  const Graph graph = cook("tflite");
  CHECK(edges(graph) == "image.grid r.grid b.grid c.grid sum.grid mean.grid fc.grid prob.grid ");
  // [-1, 1] in 255 steps: 0 is -128 + 127.5, away from zero
  CHECK(edge(graph, "image") ==
        Grid{.scale = {2.0f / 255}, .zero_point = {-1}, .rounding = Rounding::half_away});
  CHECK(edge(graph, "r").zero_point[0] == -128);
  CHECK(edge(graph, "b").scale[0] == 3.25f / 255);  // widened to hold 0
  CHECK(edge(graph, "prob").scale[0] == 1 / 256.0f);
  CHECK(edge(graph, "prob").zero_point[0] == -128);
  CHECK(weight(graph, "a").scale == std::vector<float>{2 / 127.0f, 4 / 127.0f});
  CHECK(weight(graph, "fc").scale == std::vector<float>{1 / 127.0f});
  CHECK(bias(graph, "fc").scale[0] == Approx(edge(graph, "mean").scale[0] / 127));
  CHECK(islands(graph).empty());
  CHECK(error_of(graph) < 0.02);
}

TEST_CASE("dfq: offset grids before what it names, and its switches") {
  const Graph graph = cook("dfq:equalize=false,ranges=max");
  CHECK(edges(graph) == "image.grid r.grid b.grid c.grid sum.grid mean.grid ");
  CHECK(edge(graph, "b") ==
        Grid{.is_signed = false, .scale = {2.0f / 255}, .offset = {1.25f}});  // 1.25 .. 3.25
  CHECK(weight(graph, "a") == Grid{.is_signed = false, .scale = {6.0f / 255}, .offset = {-2}});
  CHECK(bias(graph, "a") == Grid{.is_signed = false, .scale = {1.5f / 255}, .offset = {-1}});
  CHECK(bias(cook("dfq:equalize=false,ranges=max,bias_bits=16"), "a").scale[0] == 1.5f / 65535);
  const Graph symmetric = cook("dfq:symmetric=true,equalize=false,ranges=max,bias_bits=32");
  CHECK(weight(symmetric, "a").scale[0] == 4 / 127.0f);
  CHECK(bias(symmetric, "a").scale[0] == Approx(4.0 / 127 / 127));
  CHECK_FALSE(bias_grid_of(op_of(cook("dfq:ranges=max,bias_bits=0"), "a")));
  CHECK(islands(cook("dfq:zero_on_grid=true,ranges=max,bias_bits=16")).empty());
  CHECK_THROWS_WITH(cook("dfq"), Catch::Contains("no batch norms"));
}

TEST_CASE("dfq without data, from a batch norm") {
  const Graph with_norm = small_with_norm();
  const Graph cooked = cook("dfq:equalize=false", with_norm);
  // r: behind a ReLU from 0 to max(1 + 6 0.5, 0 + 6 0.25) = 4; the image as in the document
  CHECK(edge(cooked, "r").offset[0] == 0);
  CHECK(edge(cooked, "r").scale[0] == Approx(4.0 / 255));
  CHECK(edge(cooked, "image").offset[0] == -2.11790393f);
  const Quantized full =
      apply(parse_recipe("dfq:correct_bias=true,absorb=true,clip=15"), with_norm, {}, "small.onnx");
  std::string passes;
  for (const PassReport& pass : full.reports) passes += pass.pass + " ";
  CHECK(passes ==
        "fold-batch-norm replace-relu6 equalize absorb-bias clip-weights calibrate quantize "
        "correct-bias quantize ");
}

TEST_CASE("nbit: results of relus at run time, weights from their minimum; and for integers") {
  const Graph graph = cook("nbit:n=4");
  CHECK(edges(graph) == "r.grid ");
  const auto& rule = std::get<DynamicGrid>(std::get<FakeQuantize>(op_of(graph, "r.grid")).grid);
  CHECK(rule == DynamicGrid{.range = DynamicGrid::Range::extremes, .bits = 4});
  CHECK(weight(graph, "a") ==
        Grid{.bits = 4, .is_signed = false, .scale = {6.0f / 15}, .offset = {-2}});
  CHECK_FALSE(weight_grid_of(op_of(cook("nbit:first_last=false"), "a")));
  Graph with_relu6 = small();
  with_relu6.nodes[2].op = Activation{Activation::Kind::clip, 0, 6};
  const Graph capped = cook("nbit:n=4", with_relu6);
  CHECK(std::get<Activation>(op_of(capped, "r")).beta == 16);

  const auto first_report = [](const std::string& recipe) {
    return apply(parse_recipe(recipe), small_with_norm(), one_image(), "small.onnx").reports[0];
  };
  CHECK(first_report("nbit").summary == "1 batch norm rounded");
  CHECK(first_report("nbit:round_gamma=false").pass == "replace-relu6");

  const Graph integer = cook("nbit:n=6,integer=true", with_relu6);
  CHECK(islands(integer).empty());
  CHECK(edge(integer, "image").bits == 8);
  CHECK(edge(integer, "r").bits == 6);
  CHECK(std::get<Activation>(op_of(integer, "r")).beta == 6);
}

TEST_CASE("ncnn: layers' inputs and weights, the rest in float") {
  const Graph graph = cook("ncnn");
  CHECK(edges(graph) == "image.grid r.grid mean.grid ");
  CHECK(edge(graph, "r").is_signed);
  CHECK(edge(graph, "r").rounding == Rounding::half_away);
  CHECK(edge(graph, "r").scale[0] <= 2.5f / 127);
  CHECK(weight(graph, "a").scale == std::vector<float>{2 / 127.0f, 4 / 127.0f});
  CHECK(weight(cook("ncnn:per_channel=false"), "a").scale == std::vector<float>{4 / 127.0f});
  CHECK_FALSE(bias_grid_of(op_of(graph, "a")));
}

TEST_CASE("tf-qat: results of layers and additions, zero nudged onto the grid") {
  const Graph graph = cook("tf-qat:rule=max");
  CHECK(edges(graph) == "r.grid b.grid c.grid sum.grid fc.grid ");
  // c in [-1.5, 2.5]: steps of 4 / 255, zero at 95.625 -> 96
  CHECK(edge(graph, "c") == Grid{.is_signed = false,
                                 .scale = {4.0f / 255},
                                 .zero_point = {96},
                                 .rounding = Rounding::half_up});
  // weights of a in [-2, 4] on 1 .. 255: steps of 6 / 254, zero at 1 + 84.67 -> 86
  CHECK(weight(graph, "a") == Grid{.is_signed = false,
                                   .narrow = true,
                                   .scale = {6.0f / 254},
                                   .zero_point = {86},
                                   .rounding = Rounding::half_up});
  CHECK_FALSE(bias_grid_of(op_of(graph, "a")));
}

// Document 2's grid hangs on the minimum, TensorFlow's on 0: of the same range they miss other
// values by as much, but only the latter has 0, which padding and ReLU make so common.
TEST_CASE("document 2's grid and TensorFlow's of one range") {
  const Range range{-1, 2};
  const Grid own = grid_for_range({.form = Scheme::Form::offset}, range, "x");
  const Grid nudged = grid_for_range({.form = Scheme::Form::affine,
                                      .is_signed = false,
                                      .narrow = false,
                                      .rounding = Rounding::half_up},
                                     range, "x");
  CHECK(own.scale == nudged.scale);
  const auto error = [](const Grid& grid, float x) {
    return std::abs(dequantize(grid, quantize(grid, x)) - x);
  };
  const float step = own.scale[0];
  CHECK(error(own, -1) == 0);
  CHECK(error(nudged, 0) == 0);
  CHECK(error(own, 0) == Approx(0).margin(step / 2));
  double squares_own = 0, squares_nudged = 0;
  for (int i = 0; i < 3000; ++i) {
    const float x = -1 + static_cast<float>(i) / 1000;
    squares_own += std::pow(error(own, x), 2);
    squares_nudged += std::pow(error(nudged, x), 2);
  }
  CHECK(squares_own / 3000 == Approx(step * step / 12).epsilon(0.02));
  CHECK(squares_nudged / 3000 == Approx(step * step / 12).epsilon(0.02));
}

// A batch norm can switch a channel all but off: tiny weights, a bias that stays.
TEST_CASE("a channel whose bias is beyond the sums of its weights gets a coarser scale") {
  Graph graph = small();
  auto weights = std::get<Conv2d>(graph.nodes[1].op).weight.data<float>();
  weights[2] = 1e-13f;
  weights[3] = -1e-14f;
  const Graph cooked = cook("tflite", graph);
  CHECK(weight(cooked, "a").scale[1] ==
        Approx(1 / (1073741824.0 * edge(cooked, "image").scale[0])));
  CHECK(islands(cooked).empty());
  CHECK_THROWS_WITH(cook("tflite:per_channel=false", small({0.5f, 3e9f})),
                    Catch::Contains("node 'a' (Conv2d): bias, channel 1: 3e+09 is beyond 32 bits"));
}

TEST_CASE("max127-dynamic: layers alone") {
  CHECK(edges(cook("max127-dynamic")) == "image.grid r.grid mean.grid ");
  CHECK(weight(cook("max127-dynamic"), "a").scale[0] == 4 / 127.0f);
}

TEST_CASE("what a recipe cannot do is said by name") {
  const auto without_images = [](const std::string& recipe) {
    return apply(parse_recipe(recipe), small(), {}, "small.onnx");
  };
  CHECK_THROWS_WITH(without_images("int8"), Catch::Contains("no calibration images"));
  CHECK_THROWS_WITH(cook("int8", cook("int8")),
                    Catch::Contains("small.onnx: is quantised already"));
  CHECK_THROWS_WITH(cook("int8", small({-10, -10})),
                    Catch::Contains("node 'r' (Activation)") && Catch::Contains("were 0"));
  Graph broken = small();
  std::get<Conv2d>(broken.nodes[1].op).weight.data<float>()[0] = NAN;
  CHECK_THROWS_WITH(cook("int8", broken), Catch::Contains("node 'a' (Conv2d)"));
}

TEST_CASE("equalization is checked: answers must not move") {
  Recipe recipe;
  recipe.passes = {pass::Equalize{}};
  CHECK(apply(recipe, small(), {}, "x").reports[0].summary.find("moved by") != std::string::npos);
  recipe.passes = {pass::Equalize{{}, -1}};
  CHECK_THROWS_WITH(apply(recipe, small(), {}, "x"), Catch::Contains("float answers moved"));
}

}  // namespace
}  // namespace bench
