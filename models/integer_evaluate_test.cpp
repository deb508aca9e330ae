// The arithmetic of each integer node, worked by hand.

#include <catch2/catch.hpp>
#include <string>

#include "models/integer_graph.h"

namespace bench::integer {
namespace {

using Mode = Requantization;
constexpr Mode modes[] = {Mode::fixed_point, Mode::tflite, Mode::float_scale};

struct Given {
  Shape shape;
  std::vector<std::int32_t> numbers;
  float scale = 1;
  std::int32_t zero_point = 0;
};

Grid grid_of(float scale, std::int32_t zero_point) {
  return {.scale = {scale}, .zero_point = {zero_point}};
}

Tensor numbers_of(const Given& given) {
  return Tensor::of<std::int32_t>(given.shape, given.numbers);
}

IntegerValue value_of(Op op, const std::vector<Given>& inputs, const Shape& shape,
                      std::optional<Grid> grid = grid_of(1, 0)) {
  std::vector<IntegerValue> values;
  std::vector<Node> nodes;
  for (const Given& given : inputs) {
    values.push_back({numbers_of(given)});
    nodes.push_back({"input", "", Known{}, {}, grid_of(given.scale, given.zero_point)});
  }
  std::vector<const IntegerValue*> value_pointers;
  std::vector<const Node*> node_pointers;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    value_pointers.push_back(&values[i]);
    node_pointers.push_back(&nodes[i]);
  }
  const Node node{"node", "", std::move(op), {}, std::move(grid)};
  return evaluate_node(node, value_pointers, node_pointers, shape);
}

template <class T>
std::vector<T> elements(const Tensor& tensor) {
  const auto data = tensor.data<T>();
  return {data.begin(), data.end()};
}

std::vector<std::int32_t> numbers(Op op, const std::vector<Given>& inputs, const Shape& shape,
                                  Grid grid = grid_of(1, 0)) {
  return elements<std::int32_t>(value_of(std::move(op), inputs, shape, std::move(grid)).numbers);
}

using Numbers = std::vector<std::int32_t>;

Requantizer requantizer(Mode mode, const std::vector<double>& multipliers, TargetRange target) {
  return {mode, multipliers, target, "node"};
}

Layer layer(const Shape& shape, const std::vector<std::int8_t>& weight, Numbers zero_point,
            Numbers bias) {
  Layer made;
  made.weight = Tensor::of<std::int8_t>(shape, weight);
  made.weight_zero_point = std::move(zero_point);
  made.bias = std::move(bias);
  return made;
}

// x - 9 = 1 3    w - 4 =  1 0    padded above and to the left, by what counts as 0
//        -1 2            -1 2
// sums: 2*1 = 2, -1*1 + 2*3 = 5, 0*1 + 2*-1 = -2, 1*1 + 0*3 + -1*-1 + 2*2 = 6; bias 7
// halves: 4.5, 6, 2.5, 6.5, which fixed-point and tflite round up here, float-scale to even
TEST_CASE("integer convolution: zero points of inputs and weights, padding, modes, a clamp") {
  for (const Mode mode : modes) {
    Layer op = layer({1, 1, 2, 2}, {5, 4, 3, 6}, {4}, {7});
    op.pad = {1, 1, 0, 0};
    const Given x{{1, 1, 2, 2}, {10, 12, 8, 11}, 1, 9};
    const bool even = mode == Mode::float_scale;
    op.requantizer = requantizer(mode, {0.5}, {-3, -128, 127});
    CHECK(numbers(op, {x}, {1, 1, 2, 2}) == (even ? Numbers{1, 3, -1, 3} : Numbers{2, 3, 0, 4}));
    op.requantizer = requantizer(mode, {0.5}, {-3, 0, 2});
    CHECK(numbers(op, {x}, {1, 1, 2, 2}) == (even ? Numbers{1, 2, 0, 2} : Numbers{2, 2, 0, 2}));
  }
}

// Channel 0: 1*1 + 2*3 = 7, times 1. Channel 1: w - 1 = 2 -2, 2*4 - 2*6 + 10 = 6, times 2.
TEST_CASE("integer convolution: depthwise, dilated, with a zero point and multiplier per channel") {
  for (const Mode mode : modes) {
    Layer op = layer({2, 1, 1, 2}, {1, 2, 3, -1}, {0, 1}, {0, 10});
    op.groups = 2;
    op.dilation = {1, 2};
    op.requantizer = requantizer(mode, {1, 2}, {});
    CHECK(numbers(op, {{{1, 2, 1, 3}, {1, 2, 3, 4, 5, 6}}}, {1, 2, 1, 1}) == Numbers{7, 12});
  }
}

// Channel 0: 2 * -6 + 1 = -11, with slope 1/4 times 1/2 is -1.375; (2 * 6 + 1) / 2 = 6.5, which
// only float-scale rounds to even. Channel 1: 6 / 2 = 3, and -6 with slope 2 is -6, with the zero
// point -3, which is cut to -2.
TEST_CASE("integer convolution: sums below 0 have multipliers of their own, a leaky ReLU") {
  for (const Mode mode : modes) {
    Layer op = layer({2, 1, 1, 1}, {2, -1}, {0}, {1, 0});
    op.requantizer = requantizer(mode, {0.5, 0.5}, {3, -2, 127});
    op.negative = requantizer(mode, {0.125, 1}, {3, -2, 127});
    const int half = mode == Mode::float_scale ? 6 : 7;
    CHECK(numbers(op, {{{1, 1, 1, 2}, {-6, 6}}}, {1, 2, 1, 2}) == Numbers{2, half + 3, 6, -2});
  }
}

// Group 0 sees channels 0 and 1: 1*1 + 1*2 = 3, 1*1 - 1*2 = -1; group 1: 2*3 + 0*4 = 6, 4.
TEST_CASE("integer convolution: groups, strides") {
  Layer op = layer({4, 2, 1, 1}, {1, 1, 1, -1, 2, 0, 0, 1}, {0}, {0, 0, 0, 0});
  op.groups = 2;
  op.stride = {1, 2};
  op.requantizer = requantizer(Mode::fixed_point, {1, 1, 1, 1}, {});
  const Given x{{1, 4, 1, 2}, {1, 9, 2, 9, 3, 9, 4, 9}};
  CHECK(numbers(op, {x}, {1, 4, 1, 1}) == Numbers{3, -1, 6, 4});
}

TEST_CASE("integer linear layer: floats come of it where no grid follows") {
  Layer op = layer({1, 2}, {3, 4}, {0}, {0});
  op.linear = true;
  op.scale = {0.5f};
  op.float_bias = {0.25f};
  const auto value = value_of(op, {{{2, 2}, {1, 2, 3, 0}, 1, 1}}, {2, 1}, std::nullopt);
  // 3*0 + 4*1 = 4, and 3*2 + 4*-1 = 2
  CHECK(elements<float>(value.numbers) == std::vector<float>{2.25f, 1.25f});
}

// 254 and -100 on a grid of scale 254/127 = 2: 127 and -50; 1*127 - 2*-50 = 227;
// 227 * (0.5 * 2) + 1 = 228
TEST_CASE("integer linear layer: an input whose grid is made at run time") {
  Layer op = layer({1, 2}, {1, -2}, {0}, {0});
  op.linear = true;
  op.scale = {0.5f};
  op.float_bias = {1};
  const Node image{"image", "", Input{}, {}}, edge{"edge", "", QuantizeDynamic{}, {0}};
  const Node node{"node", "", op, {1}}, back{"back", "", Dequantize{}, {1}};
  const IntegerValue x{Tensor::of({1, 2}, {254, -100})};
  const IntegerValue* const given[] = {&x};
  const Node* const from_image[] = {&image};
  const IntegerValue on_grid = evaluate_node(edge, given, from_image, {1, 2});
  CHECK(elements<std::int32_t>(on_grid.numbers) == Numbers{127, -50});
  CHECK(on_grid.dynamic_scale == 2);
  const IntegerValue* const quantised[] = {&on_grid};
  const Node* const from_edge[] = {&edge};
  const auto result = evaluate_node(node, quantised, from_edge, {1, 1});
  CHECK(elements<float>(result.numbers) == std::vector<float>{228});
  const auto floats = evaluate_node(back, quantised, from_edge, {1, 2});
  CHECK(elements<float>(floats.numbers) == std::vector<float>{254, -100});
}

Numbers added(Mode mode, std::int32_t a, std::int32_t b, float output_scale) {
  const Given x{{1}, {a}, 0.5f, 1}, y{{1}, {b}, 0.25f, 0};
  const Add op{{mode, {0.5f, 1}, {0.25f, 0}, output_scale, {2, -128, 127}, "node"}};
  return numbers(op, {x, y}, {1}, grid_of(output_scale, 2));
}

TEST_CASE("integer sum") {
  for (const Mode mode : modes) {
    // (5 - 1) / 2 + 6 / 4 = 3.5, which is 14 quarters; 1 - 1 = 0
    CHECK(added(mode, 5, 6, 0.25f) == Numbers{14 + 2});
    CHECK(added(mode, 3, -4, 0.25f) == Numbers{0 + 2});
  }
  // 2.5 and -2.5: away from 0, up, to even
  CHECK(added(Mode::fixed_point, 5, 2, 1) == Numbers{3 + 2});
  CHECK(added(Mode::tflite, 5, 2, 1) == Numbers{3 + 2});
  CHECK(added(Mode::float_scale, 5, 2, 1) == Numbers{2 + 2});
  CHECK(added(Mode::fixed_point, -3, -2, 1) == Numbers{-3 + 2});
  CHECK(added(Mode::tflite, -3, -2, 1) == Numbers{-2 + 2});
  CHECK(added(Mode::float_scale, -3, -2, 1) == Numbers{-2 + 2});
}

// (7 - 2, 2 - 2) times (-3 - 1, 5 - 1): -20, 20, 0, 0; quarters: -5, 5, 0, 0; plus 3
TEST_CASE("integer product, with broadcasting") {
  for (const Mode mode : modes) {
    const Multiply op{requantizer(mode, {0.25}, {3, -128, 127})};
    const Given a{{2, 1}, {7, 2}, 1, 2}, b{{1, 2}, {-3, 5}, 1, 1};
    CHECK(numbers(op, {a, b}, {2, 2}) == Numbers{-2, 8, 3, 3});
  }
}

TEST_CASE("integer average: onto another grid") {
  for (const Mode mode : modes) {
    // (3 - 1) + (4 - 1) = 5 over 2 pixels, from scale 1 to 1/2: 5 / (2 / 2) = 5
    Average op{.window = {.kernel = {1, 2}}, .mode = mode, .target = {0, -128, 127}};
    const Given x{{1, 1, 1, 2}, {3, 4}, 1, 1};
    CHECK(numbers(op, {x}, {1, 1, 1, 1}, grid_of(0.5f, 0)) == Numbers{5});
    op.window = {.kernel = {0, 0}};  // the whole map
    CHECK(numbers(op, {x}, {1, 1, 1, 1}, grid_of(0.5f, 0)) == Numbers{5});
    op.flat = true;
    CHECK(numbers(op, {x}, {1, 1}, grid_of(0.5f, 0)) == Numbers{5});
    op.target = {0, -128, 4};
    CHECK(numbers(op, {x}, {1, 1}, grid_of(0.5f, 0)) == Numbers{4});
    // One pixel, 4 - 2 = 2, and one of padding: 2 / 2, or 2 / 1 where padding does not count.
    op = {.window = {.kernel = {1, 2}, .pad = {0, 1, 0, 0}}, .mode = mode, .target = {2, 0, 9}};
    const Given pixel{{1, 1, 1, 1}, {4}, 1, 2};
    CHECK(numbers(op, {pixel}, {1, 1, 1, 1}, grid_of(1, 2)) == Numbers{2 + 2});
    op.window.count_include_pad = true;
    CHECK(numbers(op, {pixel}, {1, 1, 1, 1}, grid_of(1, 2)) == Numbers{1 + 2});
  }
}

TEST_CASE("integer average: on its own grid, half away from the number 0") {
  Average op{.window = {.kernel = {1, 2}, .stride = {1, 2}}, .own_grid = true};
  op.target = {10, -128, 127};
  const Given x{{1, 1, 1, 4}, {3, 4, -3, -4}, 1, 10};
  CHECK(numbers(op, {x}, {1, 1, 1, 2}, grid_of(1, 10)) == Numbers{4, -4});
  op.window = {.kernel = {1, 2}, .pad = {0, 1, 0, 0}, .count_include_pad = true};
  // the padding is 10: (10 + 3) / 2 = 6.5
  CHECK(numbers(op, {{{1, 1, 1, 1}, {3}, 1, 10}}, {1, 1, 1, 1}, grid_of(1, 10)) == Numbers{7});
}

TEST_CASE("integer maximum: padding never wins") {
  const Max op{{.kernel = {3, 3}, .pad = {1, 1, 1, 1}}};
  CHECK(numbers(op, {{{1, 1, 1, 2}, {-7, -5}}}, {1, 1, 1, 2}) == Numbers{-5, -5});
}

TEST_CASE("integer table: from the lowest number of the input's grid on") {
  Lookup op;
  for (int i = 0; i < 256; ++i) op.table.push_back(-i / 2);
  CHECK(numbers(op, {{{3}, {-128, -126, 127}}}, {3}) == Numbers{0, -1, -127});
}

// x + 1 = -3, 6 in each of two channels; slope 1/2: -1.5, which fixed-point and tflite round up and
// float-scale to even; slope -2: 6
TEST_CASE("integer PRelu: slopes of both signs") {
  for (const Mode mode : modes) {
    const TargetRange target{.zero_point = 1};
    const PReluNumbers op{
        requantizer(mode, {1}, target), requantizer(mode, {0.5, 2}, target), {1, -1}};
    const Given x{{1, 2, 2}, {-4, 5, -4, 5}, 1, -1};
    const std::int32_t half = mode == Mode::float_scale ? -2 : -1;
    CHECK(numbers(op, {x}, {1, 2, 2}) == Numbers{half + 1, 6 + 1, 6 + 1, 6 + 1});
  }
}

Numbers resized(Resize::Coordinates coordinates, std::int64_t width, const Numbers& row) {
  const ResizeLinear op{
      {.mode = Resize::Mode::linear, .coordinates = coordinates, .height = 1, .width = width}};
  return numbers(op, {{{1, 1, 1, 2}, row}}, {1, 1, 1, width});
}

TEST_CASE("integer linear resize") {
  // Positions -1/4 (that is, 0), 1/4, 3/4, 5/4 (that is, 1): 0, 2.5, 7.5, 10.
  CHECK(resized(Resize::Coordinates::half_pixel, 4, {0, 10}) == Numbers{0, 3, 8, 10});
  CHECK(resized(Resize::Coordinates::half_pixel, 4, {0, -10}) == Numbers{0, -3, -8, -10});
  // 0, 1/2, 1
  CHECK(resized(Resize::Coordinates::align_corners, 3, {0, 10}) == Numbers{0, 5, 10});
  // 0, 1/2, 1, 3/2
  CHECK(resized(Resize::Coordinates::asymmetric, 4, {0, 10}) == Numbers{0, 5, 10, 10});
  // 1/3 is 341/1024 (341.33): 100 * 341 / 1024 = 33.3
  CHECK(resized(Resize::Coordinates::align_corners, 4, {0, 100}) == Numbers{0, 33, 67, 100});
  const auto taps = linear_taps({.mode = Resize::Mode::linear,
                                 .coordinates = Resize::Coordinates::align_corners,
                                 .height = 1,
                                 .width = 4},
                                2, 4, 0);
  REQUIRE(taps.size() == 4);
  CHECK(taps[1].first == 0);
  CHECK(taps[1].second == 1);
  CHECK(taps[1].second_weight == 341);
  CHECK(taps[3].first == 1);
}

// e(0) = 2^24 and e(1) = 2^23: 2/3 and 1/3 of 256 are 170.7 and 85.3
TEST_CASE("integer softmax") {
  const SoftmaxNumbers op{
      .axis = -1, .exponentials = {1 << 24, 1 << 23}, .target = {-128, -128, 127}};
  const Grid grid = grid_of(1.0f / 256, -128);
  const Given x{{3, 2}, {6, 5, 5, 6, 5, 5}};
  CHECK(numbers(op, {x}, {3, 2}, grid) == Numbers{171 - 128, 85 - 128, -43, 43, 0, 0});
  CHECK(numbers(op, {{{1, 1}, {5}}}, {1, 1}, grid) == Numbers{127});  // 256 is beyond
}

TEST_CASE("integer movement: numbers go where the graph's op takes them") {
  const Given a{{1, 2}, {1, -2}, 1, 3}, b{{1, 1}, {127}, 1, 3};
  CHECK(numbers(Move{Concat{1}}, {a, b}, {1, 3}) == Numbers{1, -2, 127});
  CHECK(numbers(Move{Pad{{0, 1}, {0, 0}, 3}}, {a}, {1, 3}) == Numbers{3, 1, -2});
  CHECK(numbers(Move{Transpose{{1, 0}}}, {a}, {2, 1}) == Numbers{1, -2});
}

}  // namespace
}  // namespace bench::integer
