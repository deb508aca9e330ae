// Shape arithmetic that follows the image instead of fixing its size.

#include <catch2/catch.hpp>

#include "models/conformance.h"
#include "models/error.h"
#include "models/formats/onnx_size.h"
#include "models/formats/onnx_testing.h"

namespace bench {
namespace {

using Catch::Matchers::Contains;
using testing::ints;
using testing::OnnxModel;
using Values = std::vector<float>;

const Shape any{-1, 2, -1, -1};

/// The shape of y for an input of shape `input`.
Shape shape_of_y(const OnnxModel& model, const Shape& input) {
  const Graph graph = model.read().graph;
  return infer_shapes(graph, input)[static_cast<std::size_t>(graph.outputs[0].node)];
}

TEST_CASE("sizes: arithmetic keeps where a size comes from") {
  const Size h = own_size(3, 2, std::nullopt);
  CHECK(multiply(h, constant_size(4)) == Size{std::nullopt, 3, 2, 4});
  CHECK(divide(multiply(h, constant_size(4)), constant_size(2)) == Size{std::nullopt, 3, 2, 2});
  CHECK(add(h, constant_size(0)) == h);
  CHECK(add(h, constant_size(1)).node == Size::computed);
  CHECK(add(constant_size(2), constant_size(3)).is(5));
  CHECK(divide(constant_size(-7), constant_size(2)).is(-3));
  CHECK(divide(own_size(3, 2, 9), constant_size(2)).value == 4);
  CHECK_THROWS_AS(divide(h, constant_size(0)), Error);
  CHECK_THROWS_AS(multiply(constant_size(INT64_MAX), constant_size(2)), Error);
  CHECK_THROWS_AS(divide(constant_size(INT64_MIN), constant_size(-1)), Error);
}

/// The sizes of every node, and the graph run for another image: a size the reader calls constant
/// must stay, and a size that belongs to a node must be that node's.
void check_sizes(const Graph& graph, const std::vector<Sizes>& sizes, const Shape& input) {
  const std::vector<Shape> shapes = infer_shapes(graph, input);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    REQUIRE(sizes[i].size() == shapes[i].size());
    for (std::size_t axis = 0; axis < shapes[i].size(); ++axis) {
      const Size& size = sizes[i][axis];
      INFO(graph.nodes[i].name << ", axis " << axis);
      if (size.is_constant()) {
        CHECK(*size.value == shapes[i][axis]);
      } else {
        const Shape& owner = shapes[static_cast<std::size_t>(size.node)];
        CHECK(owner[static_cast<std::size_t>(size.axis)] * size.factor == shapes[i][axis]);
      }
    }
  }
}

TEST_CASE("sizes agree with infer_shapes for every kind of node") {
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    std::vector<Sizes> sizes;
    for (std::size_t i = 0; i < c.graph.nodes.size(); ++i) {
      std::vector<Sizes> inputs;
      for (const NodeId input : c.graph.nodes[i].inputs) {
        inputs.push_back(sizes[static_cast<std::size_t>(input)]);
      }
      sizes.push_back(infer_sizes(c.graph.nodes[i].op, inputs, static_cast<NodeId>(i)));
    }
    check_sizes(c.graph, sizes, c.input);
  }
}

TEST_CASE("Reshape: -1 infers, 0 copies, unless zero is zero") {
  OnnxModel model(13, any);
  model.whole("s", {0, -1, 1}).add("Reshape", {"x", "s"});
  CHECK(shape_of_y(model, {3, 2, 4, 5}) == Shape{3, 40, 1});
  OnnxModel zero(14, any);
  zero.whole("s", {0, 5}).add("Reshape", {"x", "s"}, {{"allowzero", 1}});
  CHECK_THROWS_AS(shape_of_y(zero, {3, 2, 4, 5}), Error);
  OnnxModel two(13, any);
  two.whole("s", {-1, -1}).add("Reshape", {"x", "s"});
  CHECK_THROWS_WITH(two.read(), Contains("node 'y'") && Contains("more than one dimension of -1"));
  OnnxModel beyond(13, any);
  beyond.whole("s", {1, 1, 1, 1, 0}).add("Reshape", {"x", "s"});
  CHECK_THROWS_WITH(beyond.read(), Contains("0 in place 4"));
}

TEST_CASE("x.view(x.size(0), -1), as exporters write it") {
  for (const Shape& declared : {any, Shape{1, 2, 4, 5}}) {
    OnnxModel model(11, declared);
    model.constant("zero", testing::whole_tensor({}, {0}))
        .add("Shape", {"x"}, {}, {"shape"})
        .add("Gather", {"shape", "zero"}, {{"axis", 0}}, {"batch"})
        .add("Constant", {}, {{"value", testing::whole_tensor({1}, {-1})}}, {"rest"})
        .add("Unsqueeze", {"batch"}, {ints("axes", {0})}, {"batches"})
        .add("Concat", {"batches", "rest"}, {{"axis", 0}}, {"target"})
        .add("Reshape", {"x", "target"});
    const Graph graph = model.read().graph;
    CHECK(graph.nodes.size() == 2);  // of the arithmetic nothing is left
    const std::vector<Dim> wanted = {{Dim::Kind::copy, 0, 0, 0}, {Dim::Kind::infer, -1, 0, 0}};
    CHECK(std::get<Reshape>(graph.nodes[1].op).dims == wanted);
    CHECK(graph.nodes[1].inputs == std::vector<NodeId>{0});
  }
}

TEST_CASE("a channel shuffle, with every size from Shape") {
  OnnxModel model(13, any);
  model.constant("i1", testing::whole_tensor({}, {1}))
      .whole("two", {2})
      .whole("axis", {0})
      .whole("start", {2})
      .whole("end", {4})
      .add("Shape", {"x"}, {}, {"s"})
      .add("Gather", {"s", "i1"}, {}, {"c"})
      .add("Unsqueeze", {"c", "axis"}, {}, {"cs"})
      .add("Div", {"cs", "two"}, {}, {"half"})
      .add("Slice", {"s", "start", "end"}, {}, {"hw"})
      .add("Slice", {"s", "axis", "cut"}, {}, {"n"})
      .add("Concat", {"n", "two", "half", "hw"}, {{"axis", 0}}, {"grouped"})
      .add("Reshape", {"x", "grouped"}, {}, {"g"})
      .add("Transpose", {"g"}, {ints("perm", {0, 2, 1, 3, 4})}, {"t"})
      .add("Reshape", {"t", "s"})
      .whole("cut", {1});
  CHECK(shape_of_y(model, {3, 2, 7, 9}) == Shape{3, 2, 7, 9});
}

TEST_CASE("interpolation to twice Shape becomes a scale") {
  OnnxModel model(11, any);
  model.reals("none", {0}, {})
      .reals("factor", {2}, {2, 2})
      .whole("a", {0})
      .whole("b", {2})
      .whole("c", {4})
      .add("Shape", {"x"}, {}, {"s"})
      .add("Slice", {"s", "a", "b"}, {}, {"nc"})
      .add("Slice", {"s", "b", "c"}, {}, {"hw"})
      .add("Cast", {"hw"}, {{"to", 1}}, {"real"})
      .add("Mul", {"real", "factor"}, {}, {"bigger"})
      .add("Floor", {"bigger"}, {}, {"floor"})
      .add("Cast", {"floor"}, {{"to", 7}}, {"whole"})
      .add("Concat", {"nc", "whole"}, {{"axis", 0}}, {"sizes"})
      .add("Resize", {"x", "none", "none", "sizes"}, {{"mode", "nearest"}});
  CHECK(shape_of_y(model, {3, 2, 7, 9}) == Shape{3, 2, 14, 18});
}

TEST_CASE("a size lent by another node") {
  OnnxModel model(13, any);
  model.reals("w", {6, 2, 1, 1}, Values(12))
      .whole("i", {2, 3, 0, 1})
      .add("Conv", {"x", "w"}, {ints("strides", {2, 2})}, {"small"})
      .add("Shape", {"small"}, {}, {"s"})
      .add("Shape", {"x"}, {{"start", 2}}, {"unused"})
      .add("ReduceMean", {"small"}, {ints("axes", {1})}, {"flat"})
      .whole("cells", {-1})
      .add("Reshape", {"flat", "cells"}, {}, {"list"})
      .add("Gather", {"s", "i"}, {}, {"hwn6"})
      .whole("first", {0})
      .whole("third", {3})
      .add("Slice", {"hwn6", "first", "third"}, {}, {"hwn"})
      .add("Reshape", {"list", "hwn"});
  CHECK(shape_of_y(model, {3, 2, 7, 9}) == Shape{4, 5, 3});
}

TEST_CASE("Shape with start and end, Flatten, Squeeze and Unsqueeze") {
  const auto y = [](OnnxModel& model) { return shape_of_y(model, {3, 2, 4, 5}); };
  OnnxModel flat(11, any), all(11, any), none(11, any), last(13, any);
  CHECK(y(flat.add("Flatten", {"x"})) == Shape{3, 40});
  CHECK(y(all.add("Flatten", {"x"}, {{"axis", 0}})) == Shape{1, 120});
  CHECK(y(none.add("Flatten", {"x"}, {{"axis", 4}})) == Shape{120, 1});
  CHECK(y(last.add("Flatten", {"x"}, {{"axis", -1}})) == Shape{24, 5});
  OnnxModel added(11, any);
  CHECK(y(added.add("Unsqueeze", {"x"}, {ints("axes", {0, 3})})) == Shape{1, 3, 2, 1, 4, 5});
  OnnxModel input_form(13, any);
  input_form.whole("a", {-1}).add("Unsqueeze", {"x", "a"}, {}, {"u"}).add("Squeeze", {"u", "a"});
  CHECK(y(input_form) == Shape{3, 2, 4, 5});
  OnnxModel pooled(11, any);
  pooled.add("GlobalAveragePool", {"x"}, {}, {"p"}).add("Squeeze", {"p"});
  CHECK(y(pooled) == Shape{3, 2});
  OnnxModel wrong(11, any);
  wrong.add("Squeeze", {"x"}, {ints("axes", {1})});
  CHECK_THROWS_WITH(wrong.read(), Contains("axis 1 has 2 elements"));
  OnnxModel ends(15, any);
  ends.add("Shape", {"x"}, {{"start", 2}, {"end", -1}}, {"h"})
      .whole("rest", {-1})
      .add("Concat", {"rest", "h"}, {{"axis", 0}}, {"t"})
      .add("Reshape", {"x", "t"});
  CHECK(y(ends) == Shape{30, 4});
}

TEST_CASE("padding computed the way PyTorch writes it") {
  // pads of the last axes first (right 1, left 2), zeros appended, reversed in pairs, flattened.
  OnnxModel model(13, any);
  model.whole("pads", {2, 1})
      .whole("six", {6})
      .add("ConstantOfShape", {"six"}, {{"value", testing::whole_tensor({1}, {0})}}, {"zeros"})
      .add("Concat", {"pads", "zeros"}, {{"axis", 0}}, {"list"})
      .whole("pairs", {-1, 2})
      .add("Reshape", {"list", "pairs"}, {}, {"table"})
      .whole("from", {-1})
      .whole("to", {INT64_MIN})
      .whole("axis", {0})
      .add("Slice", {"table", "from", "to", "axis", "from"}, {}, {"reversed"})
      .add("Transpose", {"reversed"}, {ints("perm", {1, 0})}, {"columns"})
      .whole("flat", {-1})
      .add("Reshape", {"columns", "flat"}, {}, {"row"})
      .add("Cast", {"row"}, {{"to", 7}}, {"final"})
      .add("Pad", {"x", "final"});
  CHECK(shape_of_y(model, {1, 2, 4, 5}) == Shape{1, 2, 4, 8});
}

TEST_CASE("a size that cannot be followed is refused, not frozen") {
  OnnxModel model(13, any);
  model.constant("i", testing::whole_tensor({1}, {2}))
      .whole("one", {1})
      .whole("minus", {-1})
      .add("Shape", {"x"}, {}, {"s"})
      .add("Gather", {"s", "i"}, {}, {"h"})
      .add("Add", {"h", "one"}, {}, {"more"})
      .add("Concat", {"more", "minus"}, {{"axis", 0}}, {"t"})
      .add("Reshape", {"x", "t"});
  CHECK_THROWS_WITH(model.read(), Contains("node 'y'") && Contains("cannot be followed"));
  OnnxModel data(13, any);
  data.add("Shape", {"x"}, {}, {"s"}).add("Relu", {"s"});
  CHECK_THROWS_WITH(data.read(), Contains("a size that follows the image is used as data"));
}

}  // namespace
}  // namespace bench
