#include "models/reference.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "models/shapes.h"

namespace bench {
namespace {

using Values = std::vector<float>;

Values values(const Tensor& t) {
  const auto data = t.data<float>();
  return {data.begin(), data.end()};
}

Tensor compute(Op op, const std::vector<Tensor>& inputs) {
  std::vector<const Tensor*> pointers;
  std::vector<const Shape*> shapes;
  for (const Tensor& input : inputs) {
    pointers.push_back(&input);
    shapes.push_back(&input.shape());
  }
  const Shape shape = infer_shape({"n", op, {}}, shapes);
  Tensor result = evaluate_node(op, pointers, shape);
  CHECK(result.shape() == shape);
  return result;
}

Tensor counting(Shape shape) {
  Tensor t(std::move(shape));
  const auto data = t.data<float>();
  std::iota(data.begin(), data.end(), 1.0f);
  return t;
}

// 1 2 3     1 0      1 - 5 = -4, 2 - 6; 4 - 8, 5 - 9
// 4 5 6  *  0 -1  =
// 7 8 9
TEST_CASE("convolution is cross-correlation") {
  const Conv2d op{.weight = Tensor::of({1, 1, 2, 2}, {1, 0, 0, -1})};
  CHECK(values(compute(op, {counting({1, 1, 3, 3})})) == Values{-4, -4, -4, -4});
  Conv2d biased = op;
  biased.bias = Tensor::of({1}, {10});
  CHECK(values(compute(biased, {counting({1, 1, 3, 3})})) == Values{6, 6, 6, 6});
}

// Padding 1 on top and left only, stride 2, all-ones 2x2 kernel on 1..9: the windows are
// {1}, {2 3}, {4 7}, {5 6 8 9}.
TEST_CASE("convolution pads each side by its own amount and strides") {
  const Conv2d op{.weight = Tensor::of({1, 1, 2, 2}, {1, 1, 1, 1}),
                  .stride = {2, 2},
                  .pad = {.top = 1, .left = 1}};
  CHECK(values(compute(op, {counting({1, 1, 3, 3})})) == Values{1, 5, 11, 28});
}

// Dilation 2 on a row 1..5 with taps 1 and 10: 1 + 30, 2 + 40, 3 + 50.
TEST_CASE("convolution dilates") {
  const Conv2d op{.weight = Tensor::of({1, 1, 1, 2}, {1, 10}), .dilation = {1, 2}};
  CHECK(values(compute(op, {counting({1, 1, 1, 5})})) == Values{31, 42, 53});
}

// A kernel wider than the input: taps 100, 10, 1 on one pixel 7, padded by 2 on both sides.
TEST_CASE("convolution where most taps see padding") {
  const Conv2d op{.weight = Tensor::of({1, 1, 1, 3}, {100, 10, 1}), .pad = {.left = 2, .right = 2}};
  CHECK(values(compute(op, {Tensor::of({1, 1, 1, 1}, {7})})) == Values{7, 70, 700});
}

// A map of 4 x 4 pixels 1 .. 16, at half the input's size.
//   region 0: x 0 .. 4, y 0 .. 2: halves 0 .. 2 and 0 .. 1, 3 x 2 pixels. Columns of two bins are
//     [0, ceil 1.5) and [1, 3): pixels 1 2 | 2 3 above, 5 6 | 6 7 below.
//   region 1: one pixel, 5 / 2 = 2.5 -> 3, 3 / 2 = 1.5 -> 2 (halves away from 0): every bin has it,
//     row 2, column 3: 12.
//   region 2: x -4 .. 1: -2 .. round(0.5) = 1, 4 pixels; the first bin's two lie outside: 0. The
//     second has columns 0 and 1; y 6 .. 7 is rows 3 .. 4, of which the second one is outside.
TEST_CASE("regions are pooled over the bins of rounded corners; bins without pixels give 0") {
  const RoiPool op{{2, 2}, 0.5f};
  const Tensor regions = Tensor::of({3, 5}, {0, 0, 0, 4, 2,  //
                                             0, 5, 3, 5, 3,  //
                                             0, -4, 6, 1, 7});
  CHECK(values(compute(op, {counting({1, 1, 4, 4}), regions})) ==
        Values{2, 3, 6, 7, 12, 12, 12, 12, 0, 14, 0, 0});
}

TEST_CASE("a region is of one image of the batch; channels stay apart") {
  const RoiPool op{{1, 1}, 1};
  const Tensor regions = Tensor::of({2, 5}, {1, 0, 0, 0, 0, 0, 1, 0, 1, 0});
  CHECK(values(compute(op, {counting({2, 2, 1, 2}), regions})) == Values{5, 7, 2, 4});
  const auto pool = [&](float image, float corner) {
    compute(op, {counting({2, 2, 1, 2}), Tensor::of({1, 5}, {image, corner, 0, 0, 0})});
  };
  CHECK_THROWS_WITH(pool(2, 0), Catch::Contains("region 0 is of image 2"));
  CHECK_THROWS_WITH(pool(std::nanf(""), 0), Catch::Contains("is of image"));
  CHECK_THROWS_WITH(pool(0, std::nanf("")), Catch::Contains("no finite coordinates"));
}

// Two cells side by side on an image of 20 x 12, one anchor of 4 x 4: (0, 0, 3, 3) and (8, 0, 11,
// 3). The first is moved by half its width, 2, and made twice as high around y = 1.5: y from
// 1.5 - 3.5 to 1.5 + 3.5, clipped at 0. The second stays. The background's scores, which come
// first, are not looked at.
TEST_CASE("proposals are anchors moved by their deltas, best first, repeated") {
  Proposals op{.base_size = 4, .scales = {1}, .ratios = {1}, .stride = 8, .kept = 3};
  op.min_size = 2;
  const Tensor scores = Tensor::of({1, 2, 1, 2}, {9, 9, 0.25f, 0.5f});
  const Tensor deltas =
      Tensor::of({1, 4, 1, 2}, {0.5f, 0, 0, 0, 0, 0, std::log(2.0f), 0});  // dx dy dw dh
  const Tensor got = compute(op, {scores, deltas, Tensor({1, 3, 12, 20})});
  CHECK(values(got) == Values{0, 8, 0, 11, 3, 0, 2, 0, 5, 5, 0, 8, 0, 11, 3});
}

// The two anchors of a cell, 4 x 4 and 8 x 8 around (1.5, 1.5), clipped: (0, 0, 3, 3) and
// (0, 0, 5, 5), 16 of 36 pixels: IoU 0.444.
TEST_CASE("of proposals that overlap the best stays; small ones grow and come last") {
  Proposals op{.base_size = 4, .scales = {1, 2}, .ratios = {1}, .kept = 2};
  op.min_size = 0;
  const Tensor scores = Tensor::of({1, 4, 1, 1}, {0, 0, 0.75f, 0.5f});
  const std::vector<Tensor> inputs{scores, Tensor({1, 8, 1, 1}), Tensor({1, 3, 9, 9})};
  CHECK(values(compute(op, inputs)) == Values{0, 0, 0, 3, 3, 0, 0, 0, 5, 5});
  op.overlap = 0.44f;
  CHECK(values(compute(op, inputs)) == Values{0, 0, 0, 3, 3, 0, 0, 0, 3, 3});
  op.overlap = 0.7f;
  op.min_size = 5;  // 4 < 5: score -1, 2.5 more on all sides
  CHECK(values(compute(op, inputs)) == Values{0, 0, 0, 5, 5, 0, -2.5f, -2.5f, 5.5f, 5.5f});
  op.candidates = 1;
  CHECK(values(compute(op, inputs)) == Values{0, 0, 0, 5, 5, 0, 0, 0, 5, 5});
}

// Four channels of one pixel (1 2 3 4), two groups: outputs 0 and 1 see channels 0 and 1, outputs
// 2 and 3 see 2 and 3. Second image (5 6 7 8).
TEST_CASE("convolution in groups, over a batch") {
  const Conv2d op{.weight = Tensor::of({4, 2, 1, 1}, {1, 0, 1, 1, 10, 1, 0, 2}),
                  .bias = Tensor::of({4}, {0, 0, 0, 100}),
                  .groups = 2};
  CHECK(values(compute(op, {counting({2, 4, 1, 1})})) == Values{1, 3, 34, 108, 5, 11, 78, 116});
}

TEST_CASE("sums are kept in double") {
  const Linear op{Tensor::of({1, 3}, {1, 1, 1}), {}};
  CHECK(values(compute(op, {Tensor::of({1, 3}, {1e8f, 1, -1e8f})})) == Values{1});
  const Conv2d conv{.weight = Tensor::of({1, 3, 1, 1}, {1, 1, 1})};
  CHECK(values(compute(conv, {Tensor::of({1, 3, 1, 1}, {1e8f, 1, -1e8f})})) == Values{1});
}

TEST_CASE("linear works on the last axis") {
  // (1 2) . (1 1) + 0, (1 2) . (0 3) + 5; (3 4): 7, 12 + 5
  const Linear op{Tensor::of({2, 2}, {1, 1, 0, 3}), Tensor::of({2}, {0, 5})};
  CHECK(values(compute(op, {counting({2, 2})})) == Values{3, 11, 7, 17});
  CHECK(compute(op, {counting({2, 3, 2})}).shape() == Shape{2, 3, 2});
}

// channel 0: 2 (x - 1) / sqrt(3 + 1) + 10 = x + 9; channel 1: (x - 0) / sqrt(0.25) = 2 x
TEST_CASE("batch norm") {
  const BatchNorm op{Tensor::of({2}, {2, 1}), Tensor::of({2}, {10, 0}), Tensor::of({2}, {1, 0}),
                     Tensor::of({2}, {3, -0.75f}), 1.0f};
  CHECK(values(compute(op, {counting({1, 2, 1, 2})})) == Values{10, 11, 6, 8});
  CHECK(values(compute(op, {counting({2, 2})})) == Values{10, 4, 12, 8});
}

TEST_CASE("activations") {
  using Kind = Activation::Kind;
  const auto at = [](Kind kind, float x, float alpha = 0, float beta = 0) {
    return double{compute(Activation{kind, alpha, beta}, {Tensor::of({1}, {x})}).data<float>()[0]};
  };
  CHECK(at(Kind::relu, -2) == 0);
  CHECK(at(Kind::relu, 3) == 3);
  CHECK(at(Kind::clip, 7, 0, 6) == 6);
  CHECK(at(Kind::clip, -1, 0, 6) == 0);
  CHECK(at(Kind::leaky_relu, -4, 0.25f) == -1);
  CHECK(at(Kind::leaky_relu, 4, 0.25f) == 4);
  CHECK(at(Kind::elu, -1, 2) == Approx(2 * (1 / M_E - 1)));
  CHECK(at(Kind::sigmoid, 0) == 0.5);
  CHECK(at(Kind::sigmoid, -1000) == 0);
  CHECK(at(Kind::tanh, 1) == Approx((M_E * M_E - 1) / (M_E * M_E + 1)));
  CHECK(at(Kind::hard_sigmoid, 1, 0.25f, 0.5f) == 0.75);
  CHECK(at(Kind::hard_sigmoid, 9, 0.25f, 0.5f) == 1);
  CHECK(at(Kind::hard_swish, 1.5f) == 1.5 * 0.75);
  CHECK(at(Kind::hard_swish, -4) == 0);
  CHECK(at(Kind::swish, 1) == Approx(1 / (1 + 1 / M_E)));
  CHECK(at(Kind::softplus, 0) == Approx(std::log(2.0)));
  CHECK(at(Kind::softplus, 1000) == 1000);
  CHECK(at(Kind::exp, 1) == Approx(M_E));
  CHECK(at(Kind::log, 1) == 0);
  CHECK(at(Kind::sqrt, 9) == 3);
  CHECK(at(Kind::abs, -3) == 3);
  CHECK(at(Kind::neg, -3) == 3);
  CHECK(std::isnan(at(Kind::relu, std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE("PRelu has a slope per channel or one for all") {
  const Tensor x = Tensor::of({1, 2, 1, 2}, {-1, 2, -3, 4});
  CHECK(values(compute(PRelu{Tensor::of({2}, {0.5f, 10})}, {x})) == Values{-0.5f, 2, -30, 4});
  CHECK(values(compute(PRelu{Tensor::of({1}, {2})}, {x})) == Values{-2, 2, -6, 4});
}

// 1 2 3 / 4 5 6 / 7 8 9, kernel 2, stride 2, ceil: 5 6 / 8 9
TEST_CASE("max pooling") {
  MaxPool op{.kernel = {2, 2}, .stride = {2, 2}, .ceil_mode = true};
  CHECK(values(compute(op, {counting({1, 1, 3, 3})})) == Values{5, 6, 8, 9});
  op = {.kernel = {2, 2}, .dilation = {2, 2}};
  CHECK(values(compute(op, {counting({1, 1, 3, 3})})) == Values{9});
  op = {.kernel = {2, 2}, .stride = {2, 2}, .pad = {1, 1, 1, 1}};
  CHECK(values(compute(op, {Tensor::of({1, 1, 2, 2}, {-1, -2, -3, -4})})) ==
        Values{-1, -2, -3, -4});  // padding never wins
}

// A row 1 2 3, kernel 2, stride 2, ceil, one pixel of padding on the left: windows {pad 1} {2 3}.
// With padding 0 the second window {3 -} hangs over the edge: it never counts.
TEST_CASE("average pooling and its divisors") {
  AveragePool op{.kernel = {1, 2}, .stride = {1, 2}, .pad = {.left = 1}, .ceil_mode = true};
  CHECK(values(compute(op, {counting({1, 1, 1, 3})})) == Values{1, 2.5f});
  op.count_include_pad = true;
  CHECK(values(compute(op, {counting({1, 1, 1, 3})})) == Values{0.5f, 2.5f});
  op.pad = {};
  CHECK(values(compute(op, {counting({1, 1, 1, 3})})) == Values{1.5f, 3});
}

TEST_CASE("arithmetic broadcasts") {
  using Kind = Arithmetic::Kind;
  const Tensor a = counting({2, 3});
  const auto with = [&](Kind kind, Tensor b) { return values(compute(Arithmetic{kind}, {a, b})); };
  CHECK(with(Kind::add, Tensor::of({3}, {10, 20, 30})) == Values{11, 22, 33, 14, 25, 36});
  CHECK(with(Kind::sub, Tensor::of({2, 1}, {1, 2})) == Values{0, 1, 2, 2, 3, 4});
  CHECK(with(Kind::mul, Tensor::of({}, {2})) == Values{2, 4, 6, 8, 10, 12});
  CHECK(with(Kind::div, Tensor::of({1}, {4})) == Values{0.25f, 0.5f, 0.75f, 1, 1.25f, 1.5f});
  CHECK(with(Kind::pow, Tensor::of({1}, {2})) == Values{1, 4, 9, 16, 25, 36});
  CHECK(with(Kind::min, Tensor::of({1}, {3})) == Values{1, 2, 3, 3, 3, 3});
  CHECK(with(Kind::max, Tensor::of({1}, {3})) == Values{3, 3, 3, 4, 5, 6});
  // both stretch: (1 2)^T and (10 20 30)
  CHECK(values(compute(Arithmetic{}, {counting({2, 1}), Tensor::of({3}, {10, 20, 30})})) ==
        Values{11, 21, 31, 12, 22, 32});
}

TEST_CASE("concat joins along any axis") {
  const Tensor a = counting({2, 2}), b = Tensor::of({2, 1}, {8, 9});
  CHECK(values(compute(Concat{1}, {a, b})) == Values{1, 2, 8, 3, 4, 9});
  CHECK(values(compute(Concat{-2}, {a, a})) == Values{1, 2, 3, 4, 1, 2, 3, 4});
}

TEST_CASE("slice takes Python's bounds") {
  const auto sliced = [](int axis, std::int64_t begin, std::int64_t end, std::int64_t step) {
    return values(compute(Slice{axis, begin, end, step}, {counting({2, 5})}));
  };
  CHECK(sliced(1, 1, 4, 2) == Values{2, 4, 7, 9});
  CHECK(sliced(-1, -2, INT64_MAX, 1) == Values{4, 5, 9, 10});
  CHECK(sliced(0, 1, 2, 1) == Values{6, 7, 8, 9, 10});
  CHECK(sliced(1, 3, 1, 1).empty());
  CHECK(sliced(1, -99, 99, INT64_MAX) == Values{1, 6});
}

TEST_CASE("transpose") {
  CHECK(values(compute(Transpose{{1, 0}}, {counting({2, 3})})) == Values{1, 4, 2, 5, 3, 6});
  // NCHW -> NHWC of two channels of one row
  CHECK(values(compute(Transpose{{0, 2, 3, 1}}, {counting({1, 2, 1, 3})})) ==
        Values{1, 4, 2, 5, 3, 6});
  // out[c][a][b] = in[a][b][c] of a 2x1x3
  CHECK(values(compute(Transpose{{2, 0, 1}}, {counting({2, 1, 3})})) == Values{1, 4, 2, 5, 3, 6});
}

TEST_CASE("reshape keeps the order of elements") {
  const Reshape op{{{Dim::Kind::fixed, 3}, {Dim::Kind::infer}}};
  CHECK(values(compute(op, {counting({2, 3})})) == Values{1, 2, 3, 4, 5, 6});
}

TEST_CASE("pad adds and crops") {
  CHECK(values(compute(Pad{{0, 1}, {1, 0}, 9}, {counting({1, 2})})) == Values{9, 1, 2, 9, 9, 9});
  CHECK(values(compute(Pad{{-1, 0}, {1, -1}, 9}, {counting({2, 2})})) == Values{3, 9});
  CHECK(values(compute(Pad{{-3}, {5}, 9}, {counting({2})})) == Values{9, 9, 9, 9});
}

TEST_CASE("resize to the nearest pixel") {
  using R = Resize;
  const auto resized = [](R op) { return values(compute(op, {counting({1, 1, 1, 3})})); };
  R op{.coordinates = R::Coordinates::asymmetric, .rounding = R::Rounding::floor, .scale_h = 1};
  op.scale_w = 2;
  CHECK(resized(op) == Values{1, 1, 2, 2, 3, 3});
  // x / 2 = 0 .5 1 1.5 2 2.5: halves to even sides
  op.rounding = R::Rounding::round_prefer_floor;
  CHECK(resized(op) == Values{1, 1, 2, 2, 3, 3});
  op.rounding = R::Rounding::round_prefer_ceil;
  CHECK(resized(op) == Values{1, 2, 2, 3, 3, 3});
  op.rounding = R::Rounding::ceil;
  CHECK(resized(op) == Values{1, 2, 2, 3, 3, 3});
  // half pixel, sized 3 -> 2: (x + .5) * 1.5 - .5 = .25, 1.75
  R sized{.height = 1, .width = 2};
  CHECK(resized(sized) == Values{1, 3});
  // 5 = 3 / 0.6 exactly in the scale's own precision: pixel 3 of 6 comes from 5 of 10
  R odd{.coordinates = R::Coordinates::asymmetric, .rounding = R::Rounding::floor, .scale_h = 1};
  odd.scale_w = 0.6f;
  CHECK(values(compute(odd, {counting({1, 1, 1, 10})})) == Values{1, 2, 4, 6, 7, 9});
}

TEST_CASE("resize linearly") {
  using R = Resize;
  const auto resized = [](R::Coordinates rule, std::int64_t width) {
    return values(
        compute(R{.mode = R::Mode::linear, .coordinates = rule, .height = 1, .width = width},
                {Tensor::of({1, 1, 1, 2}, {0, 4})}));
  };
  // positions (x + .5) / 2 - .5 = -.25 .25 .75 1.25, clamped to 0 .. 1
  CHECK(resized(R::Coordinates::half_pixel, 4) == Values{0, 1, 3, 4});
  CHECK(resized(R::Coordinates::asymmetric, 4) == Values{0, 2, 4, 4});
  CHECK(resized(R::Coordinates::align_corners, 5) == Values{0, 1, 2, 3, 4});
  CHECK(resized(R::Coordinates::align_corners, 1) == Values{0});
  CHECK(resized(R::Coordinates::half_pixel, 1) == Values{2});
  CHECK(resized(R::Coordinates::pytorch_half_pixel, 1) == Values{0});
  // both directions: rows 0 4 / 8 12 to 4 x 1 at the columns' middle: 2, 2 + 2, 2 + 6, 10
  const R tall{.mode = R::Mode::linear, .height = 4, .width = 1};
  CHECK(values(compute(tall, {Tensor::of({1, 1, 2, 2}, {0, 4, 8, 12})})) == Values{2, 4, 8, 10});
}

TEST_CASE("softmax along any axis") {
  const float ln3 = std::log(3.0f);
  const Tensor x = Tensor::of({2, 2}, {0, ln3, 1000, 1000});
  const Values rows = values(compute(Softmax{-1}, {x}));
  CHECK(rows[0] == Approx(0.25));
  CHECK(rows[1] == Approx(0.75));
  CHECK(rows[2] == 0.5f);
  const Values columns = values(compute(Softmax{0}, {Tensor::of({2, 2}, {0, 5, ln3, 5})}));
  CHECK(columns[0] == Approx(0.25));
  CHECK(columns[2] == Approx(0.75));
  CHECK(columns[3] == 0.5f);
}

TEST_CASE("reductions") {
  using Kind = Reduce::Kind;
  const auto reduced = [](Kind kind, std::vector<int> axes) {
    return values(compute(Reduce{kind, std::move(axes), false}, {counting({2, 3})}));
  };
  CHECK(reduced(Kind::sum, {0}) == Values{5, 7, 9});
  CHECK(reduced(Kind::mean, {1}) == Values{2, 5});
  CHECK(reduced(Kind::max, {-1}) == Values{3, 6});
  CHECK(reduced(Kind::min, {0, 1}) == Values{1});
  CHECK(values(compute(Reduce{Kind::l2, {1}}, {Tensor::of({1, 2}, {3, 4})})) == Values{5});
  // global average pooling of 1..4 and 5..8
  CHECK(values(compute(Reduce{.axes = {2, 3}}, {counting({1, 2, 2, 2})})) == Values{2.5f, 6.5f});
}

// (x + 1) and (x + 1) * x, from an input of open size
TEST_CASE("evaluate runs a graph and gives its outputs in order") {
  Graph graph;
  graph.add("x", Input{{-1}});
  const NodeId one = graph.add("one", Constant{Tensor::of({}, {1})});
  const NodeId sum = graph.add("sum", Arithmetic{}, {0, one});
  graph.add("nobody reads this", Activation{}, {sum});
  const NodeId product = graph.add("product", Arithmetic{Arithmetic::Kind::mul}, {sum, 0});
  graph.outputs = {{"product", product}, {"sum", sum}, {"x", 0}, {"one", one}};
  validate(graph);
  const auto outputs = evaluate(graph, Tensor::of({3}, {1, 2, 3}));
  REQUIRE(outputs.size() == 4);
  CHECK(values(outputs[0]) == Values{2, 6, 12});
  CHECK(values(outputs[1]) == Values{2, 3, 4});
  CHECK(values(outputs[2]) == Values{1, 2, 3});
  CHECK(values(outputs[3]) == Values{1});
  CHECK_THROWS(evaluate(graph, Tensor({2, 2})));
}

}  // namespace
}  // namespace bench
