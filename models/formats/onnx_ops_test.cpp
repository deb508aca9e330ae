// Every operator in the forms of opset 6 to 18, with results worked by hand.

#include <catch2/catch.hpp>
#include <cmath>

#include "models/error.h"
#include "models/formats/onnx_testing.h"

namespace bench {
namespace {

using Catch::Matchers::Contains;
using testing::Attributes;
using testing::ints;
using testing::Names;
using testing::OnnxModel;
using Values = std::vector<float>;

const Shape square = {1, 1, 2, 2};

/// y = op(x) on four numbers.
Values of_square(int opset, const std::string& type, const Attributes& attributes,
                 const Values& input) {
  return OnnxModel(opset).add(type, {"x"}, attributes).values(square, input);
}

void check_near(const Values& got, const std::vector<double>& wanted) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(wanted[i]).epsilon(1e-6));
}

void require_refused(const OnnxModel& model, Fault fault, const std::string& why) {
  try {
    model.read();
    FAIL("accepted; should say: " << why);
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Contains(why) && Contains("test.onnx: "));
    CHECK(error.fault() == fault);
  }
}

TEST_CASE("ONNX: functions of one element") {
  const Values x = {-2, -0.5, 0.5, 2};
  CHECK(of_square(6, "Relu", {}, x) == Values{0, 0, 0.5, 2});
  CHECK(of_square(14, "Relu", {}, x) == Values{0, 0, 0.5, 2});
  CHECK(of_square(13, "Abs", {}, x) == Values{2, 0.5, 0.5, 2});
  CHECK(of_square(13, "Neg", {}, x) == Values{2, 0.5, -0.5, -2});
  CHECK(of_square(6, "LeakyRelu", {}, x) == Values{-0.02f, -0.005f, 0.5, 2});
  CHECK(of_square(16, "LeakyRelu", {{"alpha", 0.5f}}, x) == Values{-1, -0.25, 0.5, 2});
  check_near(of_square(6, "Elu", {}, x), {std::expm1(-2), std::expm1(-0.5), 0.5, 2});
  check_near(of_square(6, "Elu", {{"alpha", 2.0f}}, x),
             {2 * std::expm1(-2.0), 2 * std::expm1(-0.5), 0.5, 2});
  check_near(of_square(13, "Exp", {}, x),
             {std::exp(-2), std::exp(-0.5), std::exp(0.5), std::exp(2)});
  check_near(of_square(13, "Tanh", {}, {0, 1, 0, 1}), {0, std::tanh(1.0), 0, std::tanh(1.0)});
  check_near(of_square(13, "Sigmoid", {}, {0, 0, 0, 1}), {0.5, 0.5, 0.5, 1 / (1 + std::exp(-1.0))});
  check_near(of_square(6, "HardSigmoid", {}, {-9, 0, 1, 9}), {0, 0.5, 0.7, 1});
  check_near(of_square(6, "HardSigmoid", {{"alpha", 0.5f}, {"beta", 0.25f}}, {-9, 0, 1, 9}),
             {0, 0.25, 0.75, 1});
  check_near(of_square(14, "HardSwish", {}, {-3, 0, 3, 1}), {0, 0, 3, 2.0 / 3});
  check_near(of_square(6, "Softplus", {}, {0, 1, 0, 1}),
             {std::log(2.0), std::log1p(std::exp(1.0)), std::log(2.0), std::log1p(std::exp(1.0))});
  check_near(of_square(13, "Log", {}, {1, 2, 3, 4}),
             {0, std::log(2.0), std::log(3.0), std::log(4.0)});
  check_near(of_square(13, "Sqrt", {}, {1, 4, 9, 16}), {1, 2, 3, 4});
}

TEST_CASE("ONNX: Clip by attributes, then by inputs") {
  const Values x = {-2, 3, 7, 0};
  CHECK(of_square(6, "Clip", {{"min", 0.0f}, {"max", 6.0f}}, x) == Values{0, 3, 6, 0});
  CHECK(of_square(6, "Clip", {{"max", 1.0f}}, x) == Values{-2, 1, 1, 0});
  OnnxModel both(13);
  both.reals("low", {}, {-1}).reals("high", {}, {2}).add("Clip", {"x", "low", "high"});
  CHECK(both.values(square, x) == Values{-1, 2, 2, 0});
  OnnxModel upper(11);
  upper.reals("high", {}, {2}).add("Clip", {"x", "", "high"});
  CHECK(upper.values(square, x) == Values{-2, 2, 2, 0});
  OnnxModel lower(11);
  lower.reals("low", {}, {0}).add("Clip", {"x", "low"});
  CHECK(std::get<Activation>(lower.read().graph.nodes[1].op).kind == Activation::Kind::relu);
  require_refused(OnnxModel(11).add("Clip", {"x", "x"}), Fault::unsupported, "must be a constant");
}

TEST_CASE("ONNX: PRelu's slope is one per channel") {
  const Shape two{1, 2, 1, 2};
  const Values x = {-1, 2, -3, -4};
  const auto with_slope = [&](int opset, const Shape& shape, const Values& slope) {
    return OnnxModel(opset, two).reals("s", shape, slope).add("PRelu", {"x", "s"});
  };
  CHECK(with_slope(6, {2}, {2, 3}).values(two, x) == Values{-2, 2, -9, -12});
  CHECK(with_slope(9, {2, 1, 1}, {2, 3}).values(two, x) == Values{-2, 2, -9, -12});
  CHECK(with_slope(16, {1, 2, 1, 1}, {2, 3}).values(two, x) == Values{-2, 2, -9, -12});
  CHECK(with_slope(9, {1}, {2}).values(two, x) == Values{-2, 2, -6, -8});
  require_refused(with_slope(9, {2}, {2, 3}), Fault::unsupported, "slope of shape 2");
  require_refused(with_slope(9, {3, 1, 1}, {2, 3, 4}), Fault::bad_data, "3 slopes");
}

TEST_CASE("ONNX: arithmetic and its broadcasting") {
  const Values x = {1, 2, 3, 4};
  const auto with_b = [&](int opset, const std::string& type, const Shape& shape, const Values& b,
                          const Attributes& attributes = {}) {
    return OnnxModel(opset)
        .reals("b", shape, b)
        .add(type, {"x", "b"}, attributes)
        .values(square, x);
  };
  CHECK(with_b(7, "Add", {2}, {10, 20}) == Values{11, 22, 13, 24});
  CHECK(with_b(14, "Sub", {2, 1}, {10, 20}) == Values{-9, -8, -17, -16});
  CHECK(with_b(13, "Mul", {}, {3}) == Values{3, 6, 9, 12});
  CHECK(with_b(13, "Div", {1}, {2}) == Values{0.5, 1, 1.5, 2});
  CHECK(with_b(15, "Pow", {}, {2}) == Values{1, 4, 9, 16});
  // Opset 6 aligns at `axis`: one number per row here.
  CHECK(with_b(6, "Add", {2}, {10, 20}, {{"broadcast", 1}, {"axis", 2}}) == Values{11, 12, 23, 24});
  CHECK(with_b(6, "Add", {2}, {10, 20}, {{"broadcast", 1}}) == Values{11, 22, 13, 24});
  CHECK(OnnxModel(7).add("Mul", {"x", "x"}).values(square, x) == Values{1, 4, 9, 16});
  CHECK(OnnxModel(8)
            .reals("b", {}, {2})
            .reals("c", {}, {3})
            .add("Max", {"x", "b", "c"})
            .values(square, x) == Values{3, 3, 3, 4});
  CHECK(OnnxModel(8).reals("b", {}, {2}).add("Min", {"x", "b"}).values(square, x) ==
        Values{1, 2, 2, 2});
  CHECK(OnnxModel(8).add("Sum", {"x", "x", "x"}).values(square, x) == Values{3, 6, 9, 12});
  CHECK(OnnxModel(8).add("Sum", {"x"}).values(square, x) == x);
  require_refused(OnnxModel(7).reals("b", {3}, {1, 2, 3}).add("Add", {"x", "b"}), Fault::bad_data,
                  "do not broadcast");
}

TEST_CASE("ONNX: Conv with pads, strides, groups and bias") {
  // 3 x 3 of ones over a padded 2 x 2: every result sees all four numbers.
  const Values x = {1, 2, 3, 4}, ones(9, 1.0f);
  OnnxModel padded(11);
  padded.reals("w", {1, 1, 3, 3}, ones)
      .reals("b", {1}, {0.5})
      .add("Conv", {"x", "w", "b"},
           {ints("kernel_shape", {3, 3}),
            ints("pads", {1, 1, 1, 1}),
            ints("strides", {1, 1}),
            ints("dilations", {1, 1}),
            {"group", 1}});
  CHECK(padded.values(square, x) == Values{10.5, 10.5, 10.5, 10.5});
  // Pads are top, left, bottom, right: one row above and one column on the right.
  OnnxModel corner(6);
  corner.reals("w", {1, 1, 2, 2}, {1, 10, 100, 1000})
      .add("Conv", {"x", "w"}, {ints("pads", {1, 0, 0, 1})});
  CHECK(corner.values(square, x) == Values{2100, 200, 4321, 402});
  const Shape two{1, 2, 1, 1};
  OnnxModel grouped(11, two);
  grouped.reals("w", {2, 1, 1, 1}, {2, 3}).add("Conv", {"x", "w"}, {{"group", 2}});
  CHECK(grouped.values(two, {5, 7}) == Values{10, 21});
}

TEST_CASE("ONNX: auto_pad becomes pads") {
  const Values x = {1, 2, 3, 4};
  const auto conv = [&](const char* rule, std::int64_t stride, const Shape& input = square) {
    return OnnxModel(11, input)
        .reals("w", {1, 1, 2, 2}, {1, 10, 100, 1000})
        .add("Conv", {"x", "w"}, {{"auto_pad", rule}, ints("strides", {stride, stride})});
  };
  CHECK(conv("SAME_UPPER", 1).values(square, x) == Values{4321, 402, 43, 4});
  CHECK(conv("SAME_LOWER", 1).values(square, x) == Values{1000, 2100, 3010, 4321});
  CHECK(conv("VALID", 1).values(square, x) == Values{4321});
  CHECK(conv("NOTSET", 1).values(square, x) == Values{4321});
  CHECK(conv("SAME_UPPER", 2).values(square, x) == Values{4321});  // 2 -> 1 needs no padding
  CHECK(conv("SAME_UPPER", 1, {1, 1, -1, -1}).values(square, x) == Values{4321, 402, 43, 4});
  require_refused(conv("SAME_UPPER", 2, {1, 1, -1, -1}), Fault::unsupported, "explicit pads");
  require_refused(conv("SOME", 1), Fault::bad_data, "auto_pad is SOME");
}

TEST_CASE("ONNX: pooling") {
  const Values x = {1, 2, 3, 4};
  const auto kernel = ints("kernel_shape", {2, 2});
  CHECK(of_square(6, "MaxPool", {kernel}, x) == Values{4});
  CHECK(of_square(12, "MaxPool", {kernel, ints("pads", {0, 0, 1, 1})}, x) == Values{4, 4, 4, 4});
  CHECK(of_square(12, "MaxPool",
                  {ints("kernel_shape", {1, 1}),
                   ints("strides", {2, 2}),
                   {"ceil_mode", 0},
                   {"storage_order", 0},
                   ints("dilations", {1, 1})},
                  x) == Values{1});
  CHECK(of_square(6, "AveragePool", {kernel}, x) == Values{2.5});
  CHECK(of_square(11, "AveragePool", {kernel, ints("pads", {0, 0, 1, 1})}, x) ==
        Values{2.5, 3, 3.5, 4});
  CHECK(of_square(11, "AveragePool", {kernel, ints("pads", {0, 0, 1, 1}), {"count_include_pad", 1}},
                  x) == Values{2.5, 1.5, 1.75, 1});
  CHECK(of_square(6, "GlobalAveragePool", {}, x) == Values{2.5});
  CHECK(of_square(6, "GlobalMaxPool", {}, x) == Values{4});
  require_refused(OnnxModel(11).add("MaxPool", {"x"}), Fault::bad_data, "has no kernel_shape");
  require_refused(OnnxModel(11).add("MaxPool", {"x"}, {ints("kernel_shape", {2})}),
                  Fault::unsupported, "two spatial axes");
}

TEST_CASE("ONNX: Gemm and MatMul fold their factors") {
  const Shape row{1, 2};
  const auto gemm = [&](const Attributes& attributes, const Shape& c) {
    return OnnxModel(11, row)
        .reals("b", {2, 2}, {1, 2, 3, 4})
        .reals("c", c, Values(static_cast<std::size_t>(count(c)), 10.0f))
        .add("Gemm", {"x", "b", "c"}, attributes)
        .values(row, {1, 10});
  };
  CHECK(gemm({}, {2}) == Values{41, 52});                                 // 1 + 30, 2 + 40
  CHECK(gemm({{"transB", 1}}, {1, 2}) == Values{31, 53});                 // 1 + 20, 3 + 40
  CHECK(gemm({{"alpha", 2.0f}, {"beta", 0.5f}}, {1}) == Values{67, 89});  // 62 + 5, 84 + 5
  OnnxModel plain(13, row);
  plain.reals("b", {2, 3}, {1, 2, 3, 4, 5, 6}).add("MatMul", {"x", "b"});
  CHECK(plain.values(row, {1, 10}) == Values{41, 52, 63});
  require_refused(
      OnnxModel(11, row).reals("b", {2, 2}, Values(4)).add("Gemm", {"x", "b"}, {{"transA", 1}}),
      Fault::unsupported, "transA");
  require_refused(OnnxModel(11, row).reals("b", {3, 2}, Values(6)).add("MatMul", {"x", "b"}),
                  Fault::bad_data, "does not fit 2 features");
  require_refused(OnnxModel(11, {2, 2}).add("MatMul", {"x", "x"}), Fault::unsupported,
                  "must be a constant");
}

TEST_CASE("ONNX: what depends on constants alone is computed: a transposed weight") {
  OnnxModel model(13, {1, 2});
  model.reals("b", {2, 2}, {1, 2, 3, 4})
      .add("Transpose", {"b"}, {}, {"t"})
      .add("MatMul", {"x", "t"});
  CHECK(model.values({1, 2}, {1, 10}) == Values{21, 43});
  CHECK(model.read().graph.nodes.size() == 2);
}

TEST_CASE("ONNX: BatchNormalization in all its forms") {
  // (x - 3) / sqrt(3.99 + 0.01) * 10 + 1
  const auto norm = [&](int opset, Attributes attributes) {
    attributes.push_back({"epsilon", 0.01f});
    return OnnxModel(opset)
        .reals("s", {1}, {10})
        .reals("b", {1}, {1})
        .reals("m", {1}, {3})
        .reals("v", {1}, {3.99f})
        .add("BatchNormalization", {"x", "s", "b", "m", "v"}, attributes);
  };
  for (const auto& model :
       {norm(6, {{"is_test", 1}, {"spatial", 1}, {"momentum", 0.9f}}), norm(7, {{"spatial", 1}}),
        norm(9, {}), norm(15, {{"training_mode", 0}})}) {
    check_near(model.values(square, {1, 3, 5, 7}), {-9, 1, 11, 21});
  }
  require_refused(norm(14, {{"training_mode", 1}}), Fault::unsupported, "training_mode");
  require_refused(norm(7, {{"spatial", 0}}), Fault::unsupported, "spatial");
}

TEST_CASE("ONNX: Softmax before opset 13 runs over all that follows its axis") {
  const Values x = {0, 0, 0, 0};
  CHECK(of_square(13, "Softmax", {}, x) == Values{0.5, 0.5, 0.5, 0.5});
  CHECK(of_square(13, "Softmax", {{"axis", 2}}, x) == Values{0.5, 0.5, 0.5, 0.5});
  CHECK(of_square(11, "Softmax", {}, x) == Values{0.25, 0.25, 0.25, 0.25});
  CHECK(of_square(11, "Softmax", {{"axis", 3}}, x) == Values{0.5, 0.5, 0.5, 0.5});
  CHECK(of_square(11, "Softmax", {{"axis", -1}}, x) == Values{0.5, 0.5, 0.5, 0.5});
  OnnxModel any(11, {-1, 1, -1, -1});
  any.add("Softmax", {"x"});
  CHECK(any.run({2, 1, 2, 4}, Values(16)).shape() == Shape{2, 1, 2, 4});
  CHECK(any.values({2, 1, 2, 4}, Values(16)) == Values(16, 0.125f));
}

TEST_CASE("ONNX: reductions") {
  const Values x = {1, 2, 3, 4};
  CHECK(of_square(6, "ReduceMean", {ints("axes", {2, 3})}, x) == Values{2.5});
  CHECK(of_square(11, "ReduceMean", {ints("axes", {-1}), {"keepdims", 0}}, x) == Values{1.5, 3.5});
  CHECK(of_square(11, "ReduceSum", {ints("axes", {2})}, x) == Values{4, 6});
  CHECK(of_square(11, "ReduceMax", {}, x) == Values{4});
  CHECK(of_square(11, "ReduceMin", {ints("axes", {3})}, x) == Values{1, 3});
  check_near(of_square(11, "ReduceL2", {ints("axes", {3})}, x), {std::sqrt(5.0), 5});
  CHECK(OnnxModel(13).whole("a", {2}).add("ReduceSum", {"x", "a"}).values(square, x) ==
        Values{4, 6});
  CHECK(OnnxModel(18).whole("a", {-1}).add("ReduceMean", {"x", "a"}).values(square, x) ==
        Values{1.5, 3.5});
  CHECK(of_square(18, "ReduceSum", {{"noop_with_empty_axes", 1}}, x) == x);
  require_refused(OnnxModel(18).add("ReduceMean", {"x"}, {ints("axes", {1})}), Fault::unsupported,
                  "attribute 'axes'");
  require_refused(OnnxModel(11).add("ReduceMean", {"x"}, {ints("axes", {1, -3})}), Fault::bad_data,
                  "twice");
}

TEST_CASE("ONNX: Concat, Split, Slice and Transpose") {
  const Values x = {1, 2, 3, 4};
  CHECK(OnnxModel(11)
            .reals("b", {1, 1, 1, 2}, {8, 9})
            .add("Concat", {"x", "b"}, {{"axis", -2}})
            .values(square, x) == Values{1, 2, 3, 4, 8, 9});
  CHECK(of_square(6, "Transpose", {ints("perm", {0, 1, 3, 2})}, x) == Values{1, 3, 2, 4});
  CHECK(of_square(6, "Transpose", {}, x) == Values{1, 3, 2, 4});
  OnnxModel even(11);
  even.add("Split", {"x"}, {{"axis", 3}}, {"a", "b"}).add("Concat", {"b", "a"}, {{"axis", 3}});
  CHECK(even.values(square, x) == Values{2, 1, 4, 3});
  const Shape five{1, 5};
  const Values v = {1, 2, 3, 4, 5};
  const auto swapped = [](OnnxModel model) {
    return model.add("Concat", {"b", "a"}, {{"axis", 1}}).values({1, 5}, {1, 2, 3, 4, 5});
  };
  CHECK(swapped(OnnxModel(11, five).add("Split", {"x"}, {{"axis", 1}, ints("split", {2, 3})},
                                        {"a", "b"})) == Values{3, 4, 5, 1, 2});
  CHECK(swapped(OnnxModel(13, five)
                    .whole("s", {1, 4})
                    .add("Split", {"x", "s"}, {{"axis", 1}}, {"a", "b"})) == Values{2, 3, 4, 5, 1});
  CHECK(swapped(OnnxModel(18, five).add("Split", {"x"}, {{"axis", 1}, {"num_outputs", 2}},
                                        {"a", "b"})) == Values{4, 5, 1, 2, 3});
  require_refused(OnnxModel(13, five).add("Split", {"x"}, {{"axis", 1}}, {"y", "b"}),
                  Fault::bad_data, "even");
  CHECK(OnnxModel(9, five)
            .add("Slice", {"x"}, {ints("starts", {1}), ints("ends", {-1}), ints("axes", {1})})
            .values(five, v) == Values{2, 3, 4});
  const auto slice = [&](std::int64_t begin, std::int64_t end, std::int64_t step) {
    return OnnxModel(13, five)
        .whole("s", {begin})
        .whole("e", {end})
        .whole("a", {-1})
        .whole("t", {step})
        .add("Slice", {"x", "s", "e", "a", "t"})
        .values(five, v);
  };
  CHECK(slice(0, INT64_MAX, 2) == Values{1, 3, 5});
  CHECK(slice(-2, 99, 1) == Values{4, 5});
  CHECK(slice(-1, INT64_MIN, -1) == Values{5, 4, 3, 2, 1});
  CHECK(slice(3, 0, -2) == Values{4, 2});
}

TEST_CASE("ONNX: Pad by attribute, by input and on named axes") {
  const Values x = {1, 2, 3, 4}, wanted = {7, 1, 2, 7, 3, 4};
  CHECK(of_square(6, "Pad", {ints("pads", {0, 0, 0, 1, 0, 0, 0, 0}), {"value", 7.0f}}, x) ==
        wanted);
  CHECK(OnnxModel(13)
            .whole("p", {0, 0, 0, 1, 0, 0, 0, 0})
            .reals("v", {}, {7})
            .add("Pad", {"x", "p", "v"}, {{"mode", "constant"}})
            .values(square, x) == wanted);
  CHECK(OnnxModel(18)
            .whole("p", {1, 0})
            .reals("v", {}, {7})
            .whole("a", {3})
            .add("Pad", {"x", "p", "v", "a"})
            .values(square, x) == wanted);
  require_refused(OnnxModel(6).add("Pad", {"x"}, {ints("pads", Shape(8)), {"mode", "reflect"}}),
                  Fault::unsupported, "mode reflect");
}

TEST_CASE("ONNX: Resize and Upsample, by scales and by sizes") {
  const Values x = {1, 2, 3, 4}, doubled = {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4};
  const Shape four{4};
  CHECK(OnnxModel(7)
            .add("Upsample", {"x"}, {{"mode", "nearest"}, {"scales", Values{1, 1, 2, 2}}})
            .values(square, x) == doubled);
  CHECK(OnnxModel(9).reals("s", four, {1, 1, 2, 2}).add("Upsample", {"x", "s"}).values(square, x) ==
        doubled);
  CHECK(OnnxModel(10).reals("s", four, {1, 1, 2, 2}).add("Resize", {"x", "s"}).values(square, x) ==
        doubled);
  CHECK(OnnxModel(11)
            .reals("r", {0}, {})
            .reals("s", four, {1, 1, 2, 2})
            .add("Resize", {"x", "r", "s"},
                 {{"coordinate_transformation_mode", "asymmetric"}, {"nearest_mode", "floor"}})
            .values(square, x) == doubled);
  CHECK(
      OnnxModel(13).whole("z", {1, 1, 4, 4}).add("Resize", {"x", "", "", "z"}).values(square, x) ==
      doubled);
  CHECK(OnnxModel(18)
            .reals("s", {2}, {2, 2})
            .add("Resize", {"x", "", "s"}, {ints("axes", {2, 3})})
            .values(square, x) == doubled);
  // Linear, half-pixel, one row 0 4 to four: places -0.25 0.25 0.75 1.25.
  const Shape line{1, 1, 1, 2};
  OnnxModel linear(13, line);
  linear.reals("s", four, {1, 1, 1, 2}).add("Resize", {"x", "", "s"}, {{"mode", "linear"}});
  CHECK(linear.values(line, {0, 4}) == Values{0, 1, 3, 4});
  OnnxModel corners(13, line);
  corners.whole("z", {1, 1, 1, 5})
      .add("Resize", {"x", "", "", "z"},
           {{"mode", "linear"}, {"coordinate_transformation_mode", "align_corners"}});
  CHECK(corners.values(line, {0, 4}) == Values{0, 1, 2, 3, 4});
  const auto refused = [&](const Attributes& attributes) {
    return OnnxModel(18).reals("s", four, {1, 1, 2, 2}).add("Resize", {"x", "", "s"}, attributes);
  };
  require_refused(refused({{"mode", "cubic"}}), Fault::unsupported, "mode cubic");
  require_refused(refused({{"antialias", 1}}), Fault::unsupported, "antialias");
  require_refused(refused({{"coordinate_transformation_mode", "tf_crop_and_resize"}}),
                  Fault::unsupported, "tf_crop_and_resize");
  require_refused(OnnxModel(10).reals("s", four, {1, 1, 0.5, 0.5}).add("Resize", {"x", "s"}),
                  Fault::unsupported, "smaller");
}

TEST_CASE("ONNX: Gather with constant indices") {
  const Shape five{1, 5};
  const Values v = {1, 2, 3, 4, 5};
  const auto gather = [&](const Shape& shape, const std::vector<std::int64_t>& indices) {
    return OnnxModel(13, five)
        .constant("i", testing::whole_tensor(shape, indices))
        .add("Gather", {"x", "i"}, {{"axis", 1}});
  };
  CHECK(gather({}, {-1}).run(five, v).shape() == Shape{1});
  CHECK(gather({}, {-1}).values(five, v) == Values{5});
  CHECK(gather({1}, {2}).run(five, v).shape() == Shape{1, 1});
  CHECK(gather({3}, {4, 0, -2}).values(five, v) == Values{5, 1, 4});
  require_refused(gather({}, {5}), Fault::bad_data, "axis 5");
}

TEST_CASE("ONNX: what only means something in training vanishes") {
  const Values x = {1, 2, 3, 4};
  OnnxModel model(13);
  model.reals("r", {}, {0.5})
      .add("Dropout", {"x", "r"}, {}, {"a", ""})
      .add("Identity", {"a"}, {}, {"b"})
      .add("Cast", {"b"}, {{"to", 1}}, {"c"})
      .add("Relu", {"c"});
  CHECK(model.values(square, x) == x);
  CHECK(model.read().graph.nodes.size() == 2);
  CHECK(OnnxModel(6)
            .add("Dropout", {"x"}, {{"ratio", 0.5f}, {"is_test", 1}})
            .read()
            .graph.nodes.size() == 1);
}

TEST_CASE("ONNX: constants in every form") {
  const Values x = {1, 2, 3, 4};
  const auto plus = [&](const testing::Attribute& attribute) {
    return OnnxModel(13)
        .add("Constant", {}, {attribute}, {"c"})
        .add("Add", {"x", "c"})
        .values(square, x);
  };
  CHECK(plus({"value", testing::real_tensor({1}, {10})}) == Values{11, 12, 13, 14});
  CHECK(plus({"value_float", 10.0f}) == Values{11, 12, 13, 14});
  CHECK(plus({"value_floats", Values{10, 20}}) == Values{11, 22, 13, 24});
  CHECK(OnnxModel(13)
            .add("Constant", {}, {{"value_int", 2}}, {"c"})
            .add("Cast", {"c"}, {{"to", 1}}, {"f"})
            .add("Mul", {"x", "f"})
            .values(square, x) == Values{2, 4, 6, 8});
  CHECK(OnnxModel(13)
            .add("Constant", {}, {ints("value_ints", {4, 1})}, {"c"})
            .add("Reshape", {"x", "c"})
            .run(square, x)
            .shape() == Shape{4, 1});
  OnnxModel filled(9);
  filled.whole("n", {2})
      .add("ConstantOfShape", {"n"}, {{"value", testing::real_tensor({1}, {5})}}, {"c"})
      .add("Add", {"x", "c"});
  CHECK(filled.values(square, x) == Values{6, 7, 8, 9});
}

TEST_CASE("ONNX: an unsupported operator, attribute or input is named with its node") {
  OnnxModel unknown(11);
  unknown.add("LRN", {"x"});
  unknown.graph().mutable_node(0)->set_name("norm_7");
  require_refused(unknown, Fault::unsupported,
                  "node 'norm_7': operator 'LRN' (domain ai.onnx, opset 11) is not supported");
  OnnxModel foreign(11);
  foreign.add("Relu", {"x"});
  foreign.graph().mutable_node(0)->set_domain("com.acme");
  require_refused(foreign, Fault::unsupported, "node 'y': operator 'Relu' (domain 'com.acme'");
  require_refused(OnnxModel(11).add("Relu", {"x"}, {{"slope", 1.0f}}), Fault::unsupported,
                  "attribute 'slope' is not supported");
  require_refused(OnnxModel(11).add("Relu", {"x", "x"}), Fault::unsupported,
                  "input 1 is not supported");
  require_refused(OnnxModel(11).add("InstanceNormalization", {"x"}), Fault::unsupported,
                  "'InstanceNormalization'");
  require_refused(OnnxModel(11, {1, 2, 9}).reals("w", {1, 2, 3}, Values(6)).add("Conv", {"x", "w"}),
                  Fault::unsupported, "1-dimensional convolution");
}

}  // namespace
}  // namespace bench
