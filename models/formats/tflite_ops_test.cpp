// Every operator on numbers small enough to follow by hand. Values are listed N x H x W x C.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "models/error.h"
#include "models/formats/flatbuffer_testing.h"

namespace bench {
namespace {

using testing::Flat;
using testing::Numbers;
using testing::Quantised;
using testing::TfliteModel;
using testing::Whole;

enum : int {
  ADD = 0,
  AVERAGE_POOL = 1,
  CONCATENATION = 2,
  CONV = 3,
  DEPTHWISE = 4,
  DEQUANTIZE = 6,
  FULLY_CONNECTED = 9,
  LOGISTIC = 14,
  MAX_POOL = 17,
  MUL = 18,
  RELU = 19,
  RELU_N1_TO_1 = 20,
  RELU6 = 21,
  RESHAPE = 22,
  RESIZE = 23,
  SOFTMAX = 25,
  CUSTOM = 32,
  PAD = 34,
  MEAN = 40,
  SUB = 41,
  SQUEEZE = 43,
  CAST = 53,
  PRELU = 54,
  ARG_MAX = 56,
  SHAPE = 77,
  LEAKY_RELU = 98,
  QUANTIZE = 114
};
enum : std::int8_t { same = 0, valid = 1 };

/// Padding and strides, and for pools the kernel: fields 0 to 4.
Flat window(std::int8_t padding, int stride_h, int stride_w, int kernel_h = 0, int kernel_w = 0) {
  Flat flat = Flat().number(0, padding).number(1, stride_w).number(2, stride_h);
  if (kernel_h > 0) flat = std::move(flat).number(3, kernel_w).number(4, kernel_h);
  return flat;
}

Flat fused(int field, std::int8_t activation) { return Flat().number(field, activation); }

Numbers counting(int n) {
  Numbers values;
  for (int i = 1; i <= n; ++i) values.push_back(static_cast<float>(i));
  return values;
}

void check_close(const Numbers& got, const Numbers& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(wanted[i]));
}

TEST_CASE("TFLite: a convolution's weight is O x H x W x I") {
  TfliteModel model({1, 1, 2, 2});
  const int weight = model.real("w", {1, 1, 2, 2}, {1, 10, 100, 1000});
  const int bias = model.real("b", {1}, {50000});
  model.op(CONV, {0, weight, bias}, window(valid, 1, 1));
  // pixel 0 has channels 1 2, pixel 1 has 3 4: 1 + 2*10 + 3*100 + 4*1000
  CHECK(model.run({1, 2, 3, 4}) == Numbers{54321});
}

TEST_CASE("TFLite: SAME puts the odd row and column of padding behind") {
  TfliteModel model({1, 4, 4, 1});
  const int weight = model.real("w", {1, 3, 3, 1}, Numbers(9, 1));
  model.op(CONV, {0, weight}, window(same, 2, 2));
  // 2 results per axis span 2 + 3 = 5 of 4 pixels, so 1 is added, at the end: windows at 0 and 2.
  // 1+2+3+5+6+7+9+10+11, 3+4+7+8+11+12, 9+10+11+13+14+15, 11+12+15+16
  CHECK(model.run(counting(16)) == Numbers{54, 45, 72, 54});
}

TEST_CASE("TFLite: SAME with dilation and unequal strides; VALID") {
  TfliteModel model({1, 3, 3, 1});
  const int weight = model.real("w", {1, 3, 1, 1}, {1, 10, 100});
  model.op(CONV, {0, weight}, window(same, 1, 2).number(4, 1).number(5, 2));
  // Dilated by 2 the kernel spans 5 rows: 2 above, 2 below. Columns 0 and 2.
  // row 0: 10 x0 + 100 x2; row 1: 10 x1; row 2: x0 + 10 x2
  CHECK(model.run(counting(9)) == Numbers{710, 930, 40, 60, 71, 93});

  TfliteModel pool({1, 3, 3, 1});
  pool.op(MAX_POOL, {0}, window(valid, 2, 1, 2, 2));
  CHECK(pool.run(counting(9)) == Numbers{5, 6});
}

TEST_CASE("TFLite: depthwise with a multiplier, and groups") {
  TfliteModel model({1, 1, 1, 2});
  const int weight = model.real("w", {1, 1, 1, 4}, {1, 10, 100, 1000});
  model.op(DEPTHWISE, {0, weight}, window(valid, 1, 1).number(3, 2).number<std::int8_t>(4, 3));
  // Channel 0 gives results 0 and 1, channel 1 gives 2 and 3; ReLU6 cuts them.
  CHECK(model.run({.5f, -3}) == Numbers{.5f, 5, 0, 0});

  TfliteModel groups({1, 1, 1, 4});
  const int two = groups.real("w", {2, 1, 1, 2}, {1, 10, 100, 1000});
  groups.op(CONV, {0, two}, window(valid, 1, 1));
  CHECK(groups.run({1, 2, 3, 4}) == Numbers{21, 4300});
}

TEST_CASE("TFLite: what is added does not count in an average") {
  TfliteModel model({1, 2, 2, 1});
  model.op(AVERAGE_POOL, {0}, window(same, 1, 1, 2, 2));
  CHECK(model.run({1, 2, 3, 6}) == Numbers{3, 4, 4.5f, 6});
}

TEST_CASE("TFLite: an image is flattened as it lies in the file") {
  TfliteModel model({1, 2, 1, 2});
  const int weight = model.real("w", {1, 4}, {1, 10, 100, 1000});
  model.op(FULLY_CONNECTED, {0, weight}, fused(0, 1));
  CHECK(model.run({1, 2, 3, 4}) == Numbers{4321});
  CHECK(model.run({1, 2, 3, -4}) == Numbers{0});
}

TEST_CASE("TFLite: reshapes keep the file's order") {
  TfliteModel model({1, 2, 2, 2});
  const int flat = model.whole("flat", {-1, 8}), image = model.whole("image", {1, 1, 4, 2});
  const int row = model.op(RESHAPE, {0, flat});
  model.op(RESHAPE, {row, image});
  CHECK(model.run(counting(8)) == counting(8));
  CHECK(evaluate(model.read().graph, Tensor({1, 2, 2, 2})).at(0).shape() == Shape{1, 2, 1, 4});

  TfliteModel by_option({1, 2, 2, 2});
  by_option.op(RESHAPE, {0}, Flat().list(0, Whole{1, 2, 4}));
  CHECK(by_option.run(counting(8)) == counting(8));

  TfliteModel squeezed({1, 1, 1, 3});
  squeezed.op(SQUEEZE, {0}, Flat().list(0, Whole{1, -2}));
  CHECK(evaluate(squeezed.read().graph, Tensor({1, 3, 1, 1})).at(0).shape() == Shape{1, 3});
}

TEST_CASE("TFLite: computed shapes are taken from the file's declarations") {
  TfliteModel model({1, 2, 1, 2});
  const int shape = model.op(SHAPE, {0}, {}, {4}, {TfliteTensor::int32});
  model.op(RESHAPE, {0, shape}, {}, {1, 4});
  CHECK(model.run(counting(4)) == counting(4));
}

TEST_CASE("TFLite: elementwise operators, broadcast over channels") {
  const auto run = [](int code, const Numbers& with, std::int8_t activation = 0) {
    TfliteModel model({1, 1, 2, 2});
    const int other = model.real("c", {static_cast<int>(with.size())}, with);
    model.op(code, {0, other}, fused(0, activation));
    return model.run({1, 2, 3, 4});
  };
  CHECK(run(ADD, {10, 20}) == Numbers{11, 22, 13, 24});
  CHECK(run(MUL, {10, 20}) == Numbers{10, 40, 30, 80});
  CHECK(run(SUB, {2, 2}, 1) == Numbers{0, 0, 1, 2});
  CHECK(run(SUB, {3, 3}, 2) == Numbers{-1, -1, 0, 1});
  CHECK(run(MUL, {2}, 3) == Numbers{2, 4, 6, 6});
}

TEST_CASE("TFLite: functions of one element") {
  const auto run = [](int code, Flat options = {}) {
    TfliteModel model({1, 1, 1, 3});
    model.op(code, {0}, std::move(options));
    return model.run({-2, 0, 7});
  };
  CHECK(run(RELU) == Numbers{0, 0, 7});
  CHECK(run(RELU6) == Numbers{0, 0, 6});
  CHECK(run(RELU_N1_TO_1) == Numbers{-1, 0, 1});
  CHECK(run(LEAKY_RELU, Flat().number(0, .5f)) == Numbers{-1, 0, 7});
  check_close(run(LOGISTIC), {.11920292f, .5f, .99908895f});
  // e^-2, 1, e^7 over their sum
  check_close(run(SOFTMAX, Flat().number(0, 1.f)), {.1232822e-3f, .9109388e-3f, .99896578f});
  TfliteModel prelu({1, 1, 1, 3});
  const int slopes = prelu.real("a", {1, 1, 3}, {.5f, 1, 9});
  prelu.op(PRELU, {0, slopes});
  CHECK(prelu.run({-2, -3, 7}) == Numbers{-1, -3, 7});
}

TEST_CASE("TFLite: axes are those of the file") {
  TfliteModel concat({1, 1, 2, 2});
  concat.op(CONCATENATION, {0, 0}, Flat().number(0, -1));
  CHECK(concat.run({1, 2, 3, 4}) == Numbers{1, 2, 1, 2, 3, 4, 3, 4});

  TfliteModel padded({1, 1, 2, 1});
  const int sizes =
      padded.parameter("p", {4, 2}, Whole{0, 0, 0, 1, 1, 0, 0, 0}, {TfliteTensor::int32});
  padded.op(PAD, {0, sizes});
  CHECK(padded.run({5, 6}) == Numbers{0, 5, 6, 0, 0, 0});

  TfliteModel mean({1, 1, 2, 2});
  const int axes = mean.whole("axes", {1, 2});
  mean.op(MEAN, {0, axes});
  CHECK(mean.run({1, 2, 3, 6}) == Numbers{2, 4});
}

TEST_CASE("TFLite: bilinear resizing and its three kinds of corners") {
  const auto run = [](Flat options) {
    TfliteModel model({1, 1, 2, 1});
    const int size = model.whole("size", {1, 4});
    model.op(RESIZE, {0, size}, std::move(options));
    return model.run({0, 12});
  };
  CHECK(run({}) == Numbers{0, 6, 12, 12});                               // at 0, .5, 1, 1.5
  CHECK(run(Flat().number<std::int8_t>(2, 1)) == Numbers{0, 4, 8, 12});  // at 0, 1/3, 2/3, 1
  CHECK(run(Flat().number<std::int8_t>(3, 1)) == Numbers{0, 3, 9, 12});  // at -.25, .25, .75, 1.25
}

const Node& node_called(const Graph& graph, const std::string& name) {
  const auto found = std::ranges::find(graph.nodes, name, &Node::name);
  REQUIRE(found != graph.nodes.end());
  return *found;
}

const Grid& grid_called(const Graph& graph, const std::string& name) {
  return std::get<Grid>(std::get<FakeQuantize>(node_called(graph, name).op).grid);
}

std::ptrdiff_t count_grids(const Graph& graph) {
  return std::ranges::count_if(
      graph.nodes, [](const Node& node) { return std::holds_alternative<FakeQuantize>(node.op); });
}

TEST_CASE("TFLite: a quantised file is a quantised graph of the file's numbers") {
  TfliteModel model({1, 1, 1, 2}, {TfliteTensor::uint8, {.5f}, {128}});
  const int weight = model.parameter("w", {2, 1, 1, 2}, std::vector<std::int8_t>{1, -2, 3, 4},
                                     {TfliteTensor::int8, {.5f, .25f}, {0, 0}, 0});
  const int bias =
      model.parameter("b", {2}, Whole{8, -8}, {TfliteTensor::int32, {.25f, .125f}, {0, 0}, 0});
  const int conv = model.op(CONV, {0, weight, bias}, window(valid, 1, 1).number<std::int8_t>(3, 1),
                            {1, 1, 1, 2}, {TfliteTensor::uint8, {.1f}, {3}});
  model.op(DEQUANTIZE, {conv});
  // 1.2 is 1 on its grid. Weights .5 -1 / .75 1, biases 2 -1: 1.5 .75, then ReLU, then steps of .1,
  // halves away from zero.
  CHECK(model.run({1.2f, 1}) == Numbers{15 * .1f, 8 * .1f});

  const LoadedNetwork network = model.read();
  CHECK(network.format == "tflite, int8 weights");
  const auto& layer = std::get<Conv2d>(node_called(network.graph, "op0").op);
  REQUIRE(layer.weight.type() == DType::i8);
  CHECK(std::ranges::equal(layer.weight.data<std::int8_t>(), Whole{1, -2, 3, 4}));
  CHECK(layer.weight_grid.value().scale == Numbers{.5f, .25f});
  CHECK(layer.weight_grid->axis == 0);
  REQUIRE(layer.bias.type() == DType::i32);
  CHECK(std::ranges::equal(layer.bias.data<std::int32_t>(), Whole{8, -8}));
  CHECK(layer.bias_grid.value().scale == Numbers{.25f, .125f});
  CHECK(layer.bias_grid->bits == 32);
  const Grid& result = grid_called(network.graph, "op0/activation.grid");
  CHECK(result.scale == Numbers{.1f});
  CHECK(result.zero_point == std::vector<std::int32_t>{3});
  CHECK_FALSE(result.is_signed);
  CHECK(result.rounding == Rounding::half_away);
  CHECK(grid_called(network.graph, "x.grid").zero_point == std::vector<std::int32_t>{128});
  CHECK(count_grids(network.graph) == 2);
  CHECK(network.graph.nodes[static_cast<std::size_t>(network.graph.outputs.at(0).node)].name ==
        "op0/activation.grid");
}

TEST_CASE("TFLite: another grid is another node, the same grid is not") {
  const Quantised fine{TfliteTensor::int8, {.5f}, {0}}, coarse{TfliteTensor::uint8, {2}, {100}};
  const Quantised wide{TfliteTensor::int16, {.5f}, {0}};
  TfliteModel model({1, 1, 2, 1}, fine);
  const int moved = model.op(RESHAPE, {0, model.whole("s", {1, 2, 1, 1})}, {}, {1, 2, 1, 1}, fine);
  const int once = model.op(QUANTIZE, {moved}, {}, {1, 2, 1, 1}, coarse);
  const int twice = model.op(QUANTIZE, {once}, {}, {1, 2, 1, 1}, wide);
  model.op(MAX_POOL, {twice}, window(valid, 1, 1, 2, 1), {1, 1, 1, 1}, wide);
  // 3.6 is 3.5 is 4, halves away from zero; -3 is -4.
  CHECK(model.run({3.6f, -3}) == Numbers{4});
  CHECK(model.run({-3, -3}) == Numbers{-4});
  const Graph graph = model.read().graph;
  CHECK(count_grids(graph) == 3);
  CHECK(grid_called(graph, "op0.grid").scale == Numbers{2});
  CHECK(grid_called(graph, "op0.grid.grid").bits == 16);
}

TEST_CASE("TFLite: an operand kept in the file has its grid, an average is put back onto it") {
  const Quantised grid{TfliteTensor::int8, {1}, {0}};
  TfliteModel model({1, 1, 2, 1}, grid);
  const int pooled = model.op(AVERAGE_POOL, {0}, window(valid, 1, 1, 1, 2), {1, 1, 1, 1}, grid);
  const int c = model.parameter("c", {1}, std::vector<std::int8_t>{-3}, grid);
  model.op(ADD, {pooled, c}, {}, {1, 1, 1, 1}, grid);
  CHECK(model.run({1, 2}) == Numbers{-1});  // 1.5 is 2
  const Graph graph = model.read().graph;
  CHECK(node_called(graph, "op1").inputs ==
        std::vector<NodeId>{3, 5});  // x, x.grid, op0, op0.grid, c, c.grid
  CHECK(count_grids(graph) == 4);
}

TEST_CASE("TFLite: biases of 64 bits are 32-bit numbers if they fit") {
  const auto bias_of = [](std::int64_t number) {
    TfliteModel model({1, 1, 1, 1}, {TfliteTensor::int16, {1}, {0}});
    const int weight = model.parameter("w", {1, 1, 1, 1}, std::vector<std::int8_t>{1},
                                       {TfliteTensor::int8, {.5f}, {0}});
    const int bias = model.parameter("b", {1}, std::vector<std::int64_t>{number},
                                     {TfliteTensor::int64, {.5f}, {0}});
    model.op(CONV, {0, weight, bias}, window(valid, 1, 1));
    return std::get<Conv2d>(node_called(model.read().graph, "op0").op);
  };
  CHECK(bias_of(-7).bias.data<std::int32_t>()[0] == -7);
  CHECK(bias_of(-7).bias_grid);
  CHECK(bias_of(std::int64_t{1} << 40).bias.data<float>()[0] == std::ldexp(1.f, 39));
  CHECK_FALSE(bias_of(std::int64_t{1} << 40).bias_grid);
}

TEST_CASE("TFLite: depthwise grids run along the last axis of the file") {
  TfliteModel model({1, 1, 1, 2});
  const int weight = model.parameter("w", {1, 1, 1, 2}, std::vector<std::int8_t>{10, 10},
                                     {TfliteTensor::int8, {1, .5f}, {0, 0}, 3});
  model.op(DEPTHWISE, {0, weight}, window(valid, 1, 1));
  CHECK(model.run({1, 1}) == Numbers{10, 5});
  const Graph graph = model.read().graph;
  const auto& layer = std::get<Conv2d>(node_called(graph, "op0").op);
  CHECK(layer.weight_grid.value().axis == 0);
}

TEST_CASE("TFLite: parameters behind DEQUANTIZE, and float16 ones") {
  TfliteModel model({1, 1, 1, 1});
  const int half = model.parameter("h", {1}, std::vector<std::uint16_t>{0xbe00},
                                   {TfliteTensor::float16});  // -1.5
  const int slope = model.op(DEQUANTIZE, {half}, {}, {1});
  model.op(PRELU, {0, slope});
  CHECK(model.run({-2}) == Numbers{3});
  CHECK(model.read().format == "tflite");
}

TEST_CASE("TFLite: the largest at a network's end is left to the decoder") {
  TfliteModel model({1, 1, 1, 2});
  const int axis = model.whole("axis", {3});
  model.op(ARG_MAX, {0, axis}, {}, {1, 1, 1}, {TfliteTensor::int64});
  CHECK(model.run({4, 5}) == Numbers{4, 5});
}

void require_error(Fault fault, const std::string& why, const TfliteModel& model) {
  try {
    model.read();
    FAIL("was read");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::StartsWith("net.tflite: ") && Catch::Contains(why));
    CHECK(error.fault() == fault);
  }
}

TEST_CASE("TFLite: what cannot be read is named with its node") {
  const auto single = [](int code, Flat options = {}) {
    TfliteModel model({1, 1, 1, 2});
    model.op(code, {0}, std::move(options));
    return model;
  };
  require_error(Fault::unsupported, "node 'op0': CAST: is not supported", single(CAST));
  require_error(Fault::unsupported, "node 'op0': CUSTOM: ''", single(CUSTOM));
  require_error(Fault::unsupported, "operator 126", single(126));
  require_error(Fault::unsupported, "beta of 2", single(SOFTMAX, Flat().number(0, 2.f)));
  require_error(Fault::bad_data, "CONV_2D: has no input 1", single(CONV));
  require_error(Fault::bad_data, "option 2 is -1", single(MAX_POOL, window(same, -1, 1, 1, 1)));
  require_error(Fault::bad_data, "axis 4", single(CONCATENATION, Flat().number(0, 4)));
  require_error(Fault::bad_data, "input 'x': is 1x0x1x1", TfliteModel({1, 1, 1, 0}));

  TfliteModel data({1, 1, 1, 2});
  data.op(ADD, {0, data.real("c", {3}, {1, 2})});
  require_error(Fault::bad_data, "tensor 'c': holds 8 bytes, its shape 3 needs 12", data);
  TfliteModel unscaled({1, 1, 1, 2});
  unscaled.op(ADD,
              {0, unscaled.parameter("c", {1}, std::vector<std::int8_t>{1}, {TfliteTensor::int8})});
  require_error(Fault::unsupported, "'c' are int8 without a scale", unscaled);
  TfliteModel early({1, 1, 1, 2});
  early.op(RELU, {1});
  require_error(Fault::bad_data, "reads 'op0', which no operator before it gives", early);
  TfliteModel scales({1, 1, 1, 2}, {TfliteTensor::int8, {1, 1, 1}, {0}, 3});
  scales.op(RELU, {0});
  require_error(Fault::bad_data, "has 3 scales along axis 3 of 1x1x1x2", scales);
  TfliteModel across({1, 1, 1, 1});
  const int weight = across.parameter("w", {1, 2, 1, 1}, std::vector<std::int8_t>{1, 1},
                                      {TfliteTensor::int8, {1, 2}, {0, 0}, 1});
  across.op(CONV, {0, weight}, window(same, 1, 1));
  require_error(Fault::unsupported, "'w' has scales along axis 1, not along its outputs", across);
  TfliteModel zero({1, 1, 1, 2}, {TfliteTensor::int8, {0}, {0}});
  zero.op(RELU, {0});
  require_error(Fault::bad_data, "has a scale of 0", zero);
}

}  // namespace
}  // namespace bench
