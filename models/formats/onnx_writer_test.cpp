#include <catch2/catch.hpp>

#include "models/conformance.h"
#include "models/error.h"
#include "models/formats/onnx_testing.h"
#include "models/formats/onnx_writer.h"
#include "models/graph_digest.h"

namespace bench {
namespace {

Graph read_back(const Graph& graph, const OnnxWriting& how = {}) {
  return read_onnx(write_onnx(graph, how), "written.onnx").graph;
}

// What ONNX has no one operator for, so that sums are rounded once more on the way.
bool is_split(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    const auto* activation = std::get_if<Activation>(&node.op);
    if (activation && activation->kind == Activation::Kind::swish) return true;
    const auto* input = std::get_if<Input>(&graph.nodes[0].op);
    if (std::holds_alternative<Linear>(node.op) && input->shape.size() == 3) return true;
  }
  return false;
}

void check_same_answers(const ConformanceCase& c, const Graph& again) {
  const Tensor input = conformance_input(c, 7);
  const auto wanted = evaluate(c.graph, input), got = evaluate(again, input);
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CHECK(again.outputs[i].name == c.graph.outputs[i].name);
    CHECK(relative_error(got[i], wanted[i]) <= (is_split(c.graph) ? 1e-6 : 0.0));
  }
}

bool has_proposals(const Graph& graph) {
  return std::ranges::any_of(
      graph.nodes, [](const Node& node) { return std::holds_alternative<Proposals>(node.op); });
}

TEST_CASE("ONNX: what is written is read back and computes the same") {
  int equal = 0, all = 0;
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    if (has_proposals(c.graph)) {
      CHECK_THROWS_WITH(write_onnx(c.graph), Catch::Contains("(Proposals): ONNX has no operator"));
      continue;
    }
    const Graph again = read_back(c.graph);
    check_same_answers(c, again);
    const std::string once = digest(again);
    CHECK(digest(read_back(again)) == once);
    equal += once == digest(c.graph);
    ++all;
  }
  // The rest differs in the order of constants, in what is read as its simpler equal, or in what
  // became two operators.
  CHECK(equal > all * 9 / 10);
}

// What QuantizeLinear of opset 17 can't say.
std::string reason_against(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    const auto* op = std::get_if<FakeQuantize>(&node.op);
    if (!op) continue;
    const auto* grid = std::get_if<Grid>(&op->grid);
    if (!grid) return "made anew for each tensor";
    if (!grid->offset.empty()) return "starts at an offset";
    if (grid->bits > 8) return "has 16 bits";
    if (grid->rounding == Rounding::half_up) return "rounds halves up";
    if (grid->rounding == Rounding::half_away) return "rounds halves away from zero";
  }
  return "";
}

TEST_CASE("ONNX: grids are written as QuantizeLinear and DequantizeLinear, or refused by name") {
  int written = 0;
  for (const ConformanceCase& c : quantized_conformance_cases(1)) {
    INFO(c.name);
    const std::string reason = reason_against(c.graph);
    if (reason.empty()) {
      const Graph again = read_back(c.graph);
      check_same_answers(c, again);
      CHECK(digest(read_back(again)) == digest(again));
      ++written;
      continue;
    }
    try {
      write_onnx(c.graph);
      FAIL("written; should say: " << reason);
    } catch (const Error& error) {
      CHECK(error.fault() == Fault::unsupported);
      CHECK_THAT(error.what(), Catch::Contains("(FakeQuantize)") && Catch::Contains(reason));
    }
  }
  CHECK(written > 5);
}

/// image -> grid -> `layer` -> grid.
Graph around(Op layer, const Grid& before, const Grid& after, const Shape& input) {
  Graph graph;
  graph.add("image", Input{input});
  graph.add("before", FakeQuantize{before}, {0});
  graph.add("layer", std::move(layer), {1});
  graph.add("after", FakeQuantize{after}, {2});
  graph.outputs = {{"after", 3}};
  return graph;
}

Grid grid_of(std::vector<float> scale, int axis = -1, bool is_signed = true, int bits = 8) {
  Grid grid;
  grid.bits = bits;
  grid.is_signed = is_signed;
  grid.zero_point.assign(scale.size(), 0);
  grid.scale = std::move(scale);
  grid.axis = axis;
  return grid;
}

Tensor bytes(const Shape& shape, std::vector<std::int8_t> values) {
  return Tensor::of<std::int8_t>(shape, values);
}

TEST_CASE("ONNX: a file's own numbers come back as they were") {
  Conv2d conv{.weight = bytes({2, 1, 1, 2}, {-128, 127, 3, -4})};
  conv.weight_grid = grid_of({0.5f, 0.25f}, 0);
  const std::vector<std::int32_t> bias = {-2'000'000'000, 77};
  conv.bias = Tensor::of<std::int32_t>({2}, bias);
  conv.bias_grid = grid_of({0.05f, 0.025f}, 0, true, 32);
  Grid before = grid_of({0.1f}, -1, false), after = grid_of({0.125f});
  before.zero_point = {128};
  Graph graph = around(conv, before, after, {-1, 1, -1, -1});
  CHECK(digest(read_back(graph)) == digest(graph));

  SECTION("unsigned weights with a zero point, one scale, narrow result of 4 bits") {
    const std::vector<std::uint8_t> numbers = {0, 255, 100, 7};
    auto& op = std::get<Conv2d>(graph.nodes[2].op);
    op.weight = Tensor::of<std::uint8_t>({2, 1, 1, 2}, numbers);
    op.weight_grid = grid_of({0.5f}, -1, false);
    op.weight_grid->zero_point = {100};
    op.bias_grid = grid_of({0.05f}, -1, true, 32);
    after.bits = 4;
    after.narrow = true;
    graph.nodes[3].op = FakeQuantize{after};
    CHECK(digest(read_back(graph)) == digest(graph));
  }
  SECTION("a linear layer") {
    Linear linear{.weight = bytes({2, 3}, {1, 2, 3, 4, 5, 6})};
    linear.weight_grid = grid_of({0.5f, 0.25f}, 0);
    linear.bias = conv.bias;
    linear.bias_grid = conv.bias_grid;
    graph = around(linear, before, after, {-1, 3});
    CHECK(digest(read_back(graph)) == digest(graph));
  }
  SECTION("a matrix product of several axes: the axis of the scales is turned along") {
    Linear linear{.weight = bytes({2, 3}, {1, 2, 3, 4, 5, 6})};
    linear.weight_grid = grid_of({0.5f, 0.25f}, 0);
    graph = around(linear, before, after, {-1, 5, 3});
    CHECK(digest(read_back(graph)) == digest(graph));
  }
}

TEST_CASE("ONNX: what the grids of parameters cannot be written as") {
  const auto refuse = [](Grid grid, const std::string& why) {
    Conv2d conv{.weight = Tensor({1, 1, 1, 1})};
    conv.weight_grid = std::move(grid);
    try {
      write_onnx(around(conv, grid_of({1}), grid_of({1}), {1, 1, 1, 1}));
      FAIL("written; should say: " << why);
    } catch (const Error& error) {
      CHECK_THAT(error.what(), Catch::Contains("node 'layer' (Conv2d): its weight's grid " + why));
    }
  };
  refuse(grid_of({1}, -1, true, 12), "has 12 bits");
  Grid offset = grid_of({1});
  offset.offset = {0.5f};
  refuse(offset, "starts at an offset");
}

TEST_CASE("ONNX: halves are rounded to even if that is allowed") {
  Grid grid = grid_of({1});
  grid.rounding = Rounding::half_away;
  const Graph graph = around(Activation{}, grid, grid, {4});
  CHECK_THROWS_AS(write_onnx(graph), Error);
  const Tensor result =
      evaluate(read_back(graph, {.ties_to_even = true}), Tensor::of({4}, {0.5f, 1.5f, 2.5f, 2.6f}))
          .at(0);
  CHECK(std::vector<float>(result.data<float>().begin(), result.data<float>().end()) ==
        std::vector<float>{0, 2, 2, 3});
}

TEST_CASE("ONNX: what pools regions is MaxRoiPool, to the digest") {
  Graph graph;
  graph.add("image", Input{{-1, 3, -1, -1}});
  graph.add("regions", Constant{Tensor::of({2, 5}, {0, 0, 0, 9, 9, 0, 4, 2, 30, 20})});
  graph.add("pool", RoiPool{{7, 5}, 0.25f}, {0, 1});
  graph.outputs = {{"pool", 2}};
  CHECK(digest(read_back(graph)) == digest(graph));
}

TEST_CASE("ONNX: names and open sizes are kept") {
  Graph graph;
  graph.add("image", Input{{-1, 3, -1, 8}});
  const NodeId relu = graph.add("same", Activation{}, {0});
  graph.add("other", Activation{Activation::Kind::abs}, {relu});
  graph.outputs = {{"same", 2}, {"twice", 2}, {"image out", 0}};
  const std::string bytes_once = write_onnx(graph);
  CHECK(bytes_once == write_onnx(graph));
  const Graph again = read_onnx(bytes_once, "written.onnx").graph;
  CHECK(std::get<Input>(again.nodes[0].op).shape == Shape{-1, 3, -1, 8});
  CHECK(again.nodes[1].name == "same");
  CHECK(again.nodes[2].name == "other");
  CHECK(digest(again) == digest(graph));
}

}  // namespace
}  // namespace bench
