#include "models/shapes.h"

#include <catch2/catch.hpp>

#include "models/error.h"

namespace bench {
namespace {

using Catch::Matchers::Contains;

Shape shape_of(Op op, std::vector<Shape> inputs) {
  std::vector<const Shape*> pointers;
  for (const Shape& shape : inputs) pointers.push_back(&shape);
  return infer_shape({"n", std::move(op), {}}, pointers);
}

void require_refused(Op op, std::vector<Shape> inputs, const std::string& why) {
  CHECK_THROWS_WITH(shape_of(std::move(op), std::move(inputs)), Contains(why));
}

Conv2d conv(Shape weight) { return {.weight = Tensor(std::move(weight))}; }

TEST_CASE("convolution sizes") {
  CHECK(shape_of(conv({8, 3, 3, 3}), {{2, 3, 7, 9}}) == Shape{2, 8, 5, 7});
  // floor((9 + 1 + 2 - (2*(3-1)+1)) / 2) + 1 = floor(7/2) + 1 = 4; floor((8 + 0 + 1 - 3) / 3) + 1
  Conv2d op = conv({8, 3, 3, 3});
  op.pad = {.top = 1, .left = 0, .bottom = 2, .right = 1};
  op.stride = {2, 3};
  op.dilation = {2, 1};
  CHECK(shape_of(op, {{1, 3, 9, 8}}) == Shape{1, 8, 4, 3});
  op = conv({6, 1, 1, 1});
  op.groups = 3;
  CHECK(shape_of(op, {{1, 3, 4, 4}}) == Shape{1, 6, 4, 4});
}

TEST_CASE("a convolution that does not fit says both sides") {
  require_refused(conv({8, 32, 3, 3}), {{1, 16, 9, 9}},
                  "node 'n' (Conv2d): input has 16 channels, weight wants 32");
  require_refused(conv({8, 3, 5, 5}), {{1, 3, 4, 9}}, "smaller than the 5x5 window");
  require_refused(conv({8, 3, 5, 5}), {{1, 3, 4}}, "wanted N x C x H x W");
}

// PyTorch's and ONNX's rule, from the formula in graph.h.
TEST_CASE("pooling rounds up in ceil mode, but starts no window past the input") {
  const auto pooled = [](int k, int s, int pad, bool ceil, std::int64_t size) {
    return shape_of(MaxPool{{k, k}, {s, s}, {pad, pad, pad, pad}, {1, 1}, ceil},
                    {{1, 5, size, size}})[2];
  };
  CHECK(pooled(2, 2, 0, false, 5) == 2);
  CHECK(pooled(2, 2, 0, true, 5) == 3);  // ceil(3/2) + 1 = 3, third starts at 4 < 5
  CHECK(pooled(3, 2, 1, false, 112) == 56);
  CHECK(pooled(3, 2, 0, true, 6) == 3);  // ceil(3/2) + 1
  CHECK(pooled(2, 3, 1, true, 4) == 2);  // ceil(4/3) + 1 = 3, but the third starts at 6 >= 4 + 1
  CHECK(pooled(1, 2, 0, true, 4) == 2);  // ceil(3/2) + 1 = 3, but the third starts at 4 >= 4
  require_refused(AveragePool{{3, 3}}, {{1, 1, 2, 3}}, "3x3 window");
}

TEST_CASE("broadcasting as in numpy") {
  CHECK(shape_of(Arithmetic{}, {{2, 3, 4}, {}}) == Shape{2, 3, 4});
  CHECK(shape_of(Arithmetic{}, {{4}, {2, 3, 1}}) == Shape{2, 3, 4});
  CHECK(shape_of(Arithmetic{}, {{2, 1, 4}, {3, 1}}) == Shape{2, 3, 4});
  CHECK(shape_of(Arithmetic{}, {{0, 3}, {1, 3}}) == Shape{0, 3});
  require_refused(Arithmetic{}, {{2, 3}, {2}}, "inputs 2x3 and 2 do not broadcast");
}

TEST_CASE("concat and slices") {
  CHECK(shape_of(Concat{1}, {{1, 2, 5}, {1, 3, 5}, {1, 1, 5}}) == Shape{1, 6, 5});
  CHECK(shape_of(Concat{-1}, {{1, 2, 5}, {1, 2, 1}}) == Shape{1, 2, 6});
  require_refused(Concat{1}, {{1, 2, 5}, {1, 3, 4}}, "inputs 1x2x5 and 1x3x4 differ off axis 1");
  require_refused(Concat{1}, {{1, 2, 5}, {1, 2}}, "differ");
  require_refused(Concat{3}, {{1, 2, 5}}, "has no axis 3");
  const auto sliced = [](std::int64_t begin, std::int64_t end, std::int64_t step) {
    return shape_of(Slice{-1, begin, end, step}, {{2, 10}})[1];
  };
  CHECK(sliced(0, 10, 1) == 10);
  CHECK(sliced(2, INT64_MAX, 3) == 3);  // 2 5 8
  CHECK(sliced(-3, -1, 1) == 2);
  CHECK(sliced(INT64_MIN, INT64_MAX, INT64_MAX) == 1);
  CHECK(sliced(7, 3, 1) == 0);
}

TEST_CASE("reshape: fixed, inferred and copied sizes") {
  const Dim infer{Dim::Kind::infer};
  const auto fixed = [](std::int64_t v) { return Dim{Dim::Kind::fixed, v}; };
  const auto copy = [](int source, int axis) { return Dim{Dim::Kind::copy, 0, source, axis}; };
  CHECK(shape_of(Reshape{{copy(0, 0), infer}}, {{2, 3, 4, 5}}) == Shape{2, 60});
  CHECK(shape_of(Reshape{{infer, fixed(4)}}, {{2, 3, 4}}) == Shape{6, 4});
  CHECK(shape_of(Reshape{{copy(1, -1), fixed(2)}}, {{6}, {9, 3}}) == Shape{3, 2});
  CHECK(shape_of(Reshape{{}}, {{1, 1}}) == Shape{});
  CHECK(shape_of(Reshape{{fixed(0), fixed(3)}}, {{3, 0}}) == Shape{0, 3});
  require_refused(Reshape{{infer, fixed(5)}}, {{2, 3}}, "has 6 elements, which do not fill ?x5");
  require_refused(Reshape{{fixed(5)}}, {{2, 3}}, "do not fill 5");
  require_refused(Reshape{{infer, fixed(0)}}, {{0, 3}}, "input 0x3");
  require_refused(Reshape{{copy(0, 2)}}, {{2, 3}}, "has no axis 2");
  require_refused(Reshape{{fixed(INT64_MAX), fixed(INT64_MAX)}}, {{2}}, "node 'n' (Reshape)");
}

TEST_CASE("transpose, pad, softmax") {
  CHECK(shape_of(Transpose{{0, 2, 3, 1}}, {{1, 2, 3, 4}}) == Shape{1, 3, 4, 2});
  require_refused(Transpose{{1, 0}}, {{1, 2, 3}}, "order is for 2 axes");
  CHECK(shape_of(Pad{{0, 1}, {2, -1}}, {{3, 4}}) == Shape{5, 4});
  require_refused(Pad{{-2}, {-2}}, {{3}}, "crops more");
  require_refused(Pad{{1}, {1}}, {{3, 3}}, "padding is for 1 axes");
  CHECK(shape_of(Softmax{-1}, {{2, 3}}) == Shape{2, 3});
  require_refused(Softmax{-3}, {{2, 3}}, "has no axis -3");
}

TEST_CASE("resize sizes") {
  CHECK(shape_of(Resize{.scale_h = 2, .scale_w = 0.5f}, {{1, 3, 5, 5}}) == Shape{1, 3, 10, 2});
  CHECK(shape_of(Resize{.scale_h = 1.9f, .scale_w = 1.9f}, {{1, 3, 10, 10}}) ==
        Shape{1, 3, 19, 19});
  CHECK(shape_of(Resize{.height = 7, .width = 3}, {{1, 3, 5, 5}}) == Shape{1, 3, 7, 3});
  require_refused(Resize{.scale_h = 0.1f, .scale_w = 1}, {{1, 3, 5, 5}}, "no usable size");
  require_refused(Resize{.scale_h = 1e30f, .scale_w = 1}, {{1, 3, 5, 5}}, "no usable size");
}

TEST_CASE("regions: as many as are pooled, so many of each image are proposed") {
  CHECK(shape_of(RoiPool{{7, 5}}, {{2, 64, 9, 9}, {300, 5}}) == Shape{300, 64, 7, 5});
  require_refused(RoiPool{}, {{2, 64, 9, 9}, {300, 4}}, "regions are 300x4, wanted R x 5");
  require_refused(RoiPool{}, {{2, 64}, {300, 5}}, "wanted N x C x H x W");
  const Shape image{2, 3, 100, 99}, scores{2, 18, 6, 6}, deltas{2, 36, 6, 6};
  CHECK(shape_of(Proposals{.kept = 7}, {scores, deltas, image}) == Shape{14, 5});
  require_refused(Proposals{}, {scores, scores, image}, "for each of 9 anchors");
  require_refused(Proposals{}, {scores, deltas, {1, 3, 9, 9}}, "the image is 1x3x9x9");
  require_refused(Proposals{}, {{2, 18, 0, 6}, {2, 36, 0, 6}, image}, "of no anchor");
  require_refused(Proposals{.kept = INT64_MAX}, {scores, deltas, image}, "node 'n' (Proposals)");
}

TEST_CASE("reduction drops or keeps its axes") {
  CHECK(shape_of(Reduce{.axes = {2, 3}}, {{1, 2, 3, 4}}) == Shape{1, 2, 1, 1});
  CHECK(shape_of(Reduce{.axes = {-1, 2}, .keep_dims = false}, {{1, 2, 3, 4}}) == Shape{1, 2});
  require_refused(Reduce{.axes = {4}}, {{1, 2, 3, 4}}, "has no axis 4");
}

TEST_CASE("channels of linear, batch norm and PRelu") {
  CHECK(shape_of(Linear{Tensor({7, 4}), {}}, {{2, 3, 4}}) == Shape{2, 3, 7});
  require_refused(Linear{Tensor({7, 4}), {}}, {{2, 5}}, "input is 2x5, weight wants 4");
  const Tensor three(Shape{3});
  CHECK(shape_of(BatchNorm{three, three, three, three}, {{2, 3}}) == Shape{2, 3});
  require_refused(BatchNorm{three, three, three, three}, {{2, 4, 1, 1}}, "4 channels, gamma has 3");
  CHECK(shape_of(PRelu{Tensor(Shape{1})}, {{2, 4}}) == Shape{2, 4});
  require_refused(PRelu{three}, {{2, 1}}, "input has 1 channel, slope has 3");
}

TEST_CASE("the input may leave sizes open, and a fixed one is held to") {
  Graph graph;
  graph.add("data", Input{{-1, 3, -1, -1}});
  Conv2d down = conv({8, 3, 3, 3});
  down.stride = {2, 2};
  down.pad = {1, 1, 1, 1};
  const NodeId c = graph.add("conv", down, {0});
  graph.outputs = {{"out", graph.add("pool", Reduce{.axes = {2, 3}, .keep_dims = false}, {c})}};
  CHECK(infer_shapes(graph, {3, 3, 33, 47}) ==
        std::vector<Shape>{{3, 3, 33, 47}, {3, 8, 17, 24}, {3, 8}});
  CHECK(infer_ranks(graph) == std::vector<std::size_t>{4, 4, 2});
  CHECK_THROWS_WITH(infer_shapes(graph, {1, 1, 33, 47}),
                    Contains("node 'data' (Input): the network takes ?x3x?x?, the tensor given is "
                             "1x1x33x47"));
  CHECK_THROWS_WITH(infer_shapes(graph, {3, 33, 47}), Contains("3x33x47"));
  CHECK_THROWS_WITH(infer_shapes(graph, {0, 3, 33, 47}), Contains("0x3x33x47"));
}

TEST_CASE("a result beyond all memory is refused by name") {
  const std::int64_t most = (std::int64_t{1} << 40) - 1;
  require_refused(Pad{{most, most}, {0, 0}}, {{2, 2}}, "node 'n' (Pad): shape");
  require_refused(Resize{.height = most, .width = most}, {{1, 1, 2, 2}}, "node 'n' (Resize)");
}

}  // namespace
}  // namespace bench
