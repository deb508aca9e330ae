// Quantised files: QDQ graphs, and graphs of operators on numbers. Results worked by hand.

#include <catch2/catch.hpp>
#include <random>

#include "models/error.h"
#include "models/formats/onnx_testing.h"

namespace bench {
namespace {

using Catch::Matchers::Contains;
using testing::ints;
using testing::OnnxModel;
using Values = std::vector<float>;

enum : int { u8 = 2, i8 = 3, i32 = 6 };  // TensorProto.DataType

bench_onnx::TensorProto numbers(int type, const Shape& shape, const std::vector<int>& values) {
  bench_onnx::TensorProto proto;
  proto.set_data_type(type);
  for (const std::int64_t d : shape) proto.add_dims(d);
  for (const int x : values) proto.add_int32_data(x);
  return proto;
}

void require_error(const OnnxModel& model, Fault fault, const std::string& why) {
  try {
    model.read();
    FAIL("accepted; should say: " << why);
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Contains(why) && Contains("test.onnx: "));
    CHECK(error.fault() == fault);
  }
}

void require_refused(const OnnxModel& model, const std::string& why) {
  require_error(model, Fault::unsupported, why);
}
void require_bad(const OnnxModel& model, const std::string& why) {
  require_error(model, Fault::bad_data, why);
}

/// A model with the scale "s" = 1/2, a zero point "z" of u8 3 and an i8 "z8" of 0.
OnnxModel model(int opset, const Shape& input = {1, 1, 2, 2}) {
  OnnxModel result(opset, input);
  result.reals("s", {}, {0.5f}).constant("z", numbers(u8, {}, {3}));
  return result.constant("z8", numbers(i8, {}, {0}));
}

template <class T>
const T& op(const Graph& graph, std::size_t node) {
  return std::get<T>(graph.nodes[node].op);
}

TEST_CASE("ONNX: QuantizeLinear and DequantizeLinear are one FakeQuantize") {
  for (const int opset : {10, 13, 18}) {
    const auto qdq = model(opset)
                         .add("QuantizeLinear", {"x", "s", "z"}, {}, {"q"})
                         .add("DequantizeLinear", {"q", "s", "z"});
    const Graph graph = qdq.read().graph;
    REQUIRE(graph.nodes.size() == 2);
    CHECK(graph.nodes[1].name == "q");
    Grid grid;
    grid.is_signed = false;
    grid.scale = {0.5f};
    grid.zero_point = {3};
    CHECK(std::get<Grid>(op<FakeQuantize>(graph, 1).grid) == grid);
    // 0.25 / 0.5 + 3 = 3.5 with the half going to even: 0 + 3. The least is -3 * 0.5.
    CHECK(qdq.values({1, 1, 2, 2}, {0.25f, 0.75f, -9, 500}) == Values{0, 1, -1.5f, 126});
  }
}

TEST_CASE("ONNX: a zero point left out is 0, of a u8 or of the numbers' type") {
  const auto qdq =
      model(13).add("QuantizeLinear", {"x", "s"}, {}, {"q"}).add("DequantizeLinear", {"q", "s"});
  CHECK(qdq.values({1, 1, 2, 2}, {-1, 1, 0.2f, 999}) == Values{0, 1, 0, 127.5f});
  const auto weight = model(13)
                          .constant("n", numbers(i8, {1, 1, 1, 1}, {-4}))
                          .add("DequantizeLinear", {"n", "s"}, {}, {"w"})
                          .add("Conv", {"x", "w"});
  CHECK(op<Conv2d>(weight.read().graph, 1).weight_grid->is_signed);
  CHECK(weight.values({1, 1, 2, 2}, {1, 2, 3, 4}) == Values{-2, -4, -6, -8});
}

TEST_CASE("ONNX: numbers read twice are put onto their grid once") {
  const auto twice = model(13)
                         .add("QuantizeLinear", {"x", "s", "z"}, {}, {"q"})
                         .add("DequantizeLinear", {"q", "s", "z"}, {}, {"a"})
                         .add("Identity", {"q"}, {}, {"r"})
                         .add("DequantizeLinear", {"r", "s", "z"}, {}, {"b"})
                         .add("Add", {"a", "b"});
  CHECK(twice.read().graph.nodes.size() == 3);
  CHECK(twice.values({1, 1, 2, 2}, {1, 1, 1, 1}) == Values{2, 2, 2, 2});
}

TEST_CASE("ONNX: scales along an axis of an edge") {
  OnnxModel m(13, {1, 2, 1, 2});
  m.reals("s", {2}, {1, 0.5f})
      .constant("z", numbers(i8, {2}, {0, 1}))
      .add("QuantizeLinear", {"x", "s", "z"}, {{"axis", -3}}, {"q"})
      .add("DequantizeLinear", {"q", "s", "z"}, {{"axis", 1}});
  CHECK(std::get<Grid>(op<FakeQuantize>(m.read().graph, 1).grid).axis == 1);
  CHECK(m.values({1, 2, 1, 2}, {0.6f, 1.4f, 0.6f, 999}) == Values{1, 1, 0.5f, 63});
}

/// Conv of 1 -> 2 channels, 1x1, weights 2 and -3 times `w_s`, biases 10 and -10 times `b_s`.
OnnxModel conv(const Values& scales, const bench_onnx::TensorProto& zeros) {
  const Shape shape =
      scales.size() == 1 ? Shape{} : Shape{static_cast<std::int64_t>(scales.size())};
  Values of_bias = scales;
  for (float& s : of_bias) s *= 0.5f;
  OnnxModel m = model(13, {1, 1, 1, 1});
  m.reals("ws", shape, scales)
      .constant("wz", zeros)
      .reals("bs", shape, of_bias)
      .constant("wn",
                numbers(zeros.data_type(), {2, 1, 1, 1}, {2, zeros.data_type() == i8 ? -3 : 7}))
      .constant("bn", numbers(i32, {2}, {10, -10}))
      .add("QuantizeLinear", {"x", "s", "z"}, {}, {"q"})
      .add("DequantizeLinear", {"q", "s", "z"}, {}, {"in"})
      .add("DequantizeLinear", {"wn", "ws", "wz"}, {{"axis", 0}}, {"w"})
      .add("DequantizeLinear", {"bn", "bs"}, {{"axis", 0}}, {"b"})
      .add("Conv", {"in", "w", "b"}, {}, {"y"});
  return m;
}

TEST_CASE("ONNX: a layer keeps the file's numbers") {
  const auto m = conv({0.5f, 0.25f}, numbers(i8, {2}, {0, 0}));
  const Graph graph = m.read().graph;
  REQUIRE(graph.nodes.size() == 3);  // image, edge, layer
  const auto& layer = op<Conv2d>(graph, 2);
  CHECK(layer.weight.type() == DType::i8);
  CHECK(layer.weight.data<std::int8_t>()[1] == -3);
  CHECK(layer.weight_grid->scale == Values{0.5f, 0.25f});
  CHECK(layer.weight_grid->axis == 0);
  CHECK(layer.bias.type() == DType::i32);
  CHECK(layer.bias.data<std::int32_t>()[1] == -10);
  CHECK(layer.bias_grid->bits == 32);
  CHECK(layer.bias_grid->scale == Values{0.25f, 0.125f});
  // 1 * x + 2.5 and -0.75 * x - 1.25.
  CHECK(m.run({1, 1, 1, 1}, {4}).data<float>()[0] == 6.5f);
  CHECK(m.run({1, 1, 1, 1}, {4}).data<float>()[1] == -4.25f);

  const auto unsigned_weight = conv({0.5f}, numbers(u8, {}, {10}));
  CHECK(op<Conv2d>(unsigned_weight.read().graph, 2).weight.type() == DType::u8);
  // (2 - 10) / 2 x + 2.5 and (7 - 10) / 2 x - 2.5.
  CHECK(unsigned_weight.run({1, 1, 1, 1}, {4}).data<float>()[0] == -13.5f);
  CHECK(unsigned_weight.run({1, 1, 1, 1}, {4}).data<float>()[1] == -8.5f);
}

TEST_CASE("ONNX: real weights behind both steps become numbers") {
  const auto m = model(13)
                     .reals("w", {1, 1, 1, 1}, {0.8f})
                     .add("QuantizeLinear", {"w", "s", "z8"}, {}, {"wq"})
                     .add("DequantizeLinear", {"wq", "s", "z8"}, {}, {"wd"})
                     .add("Conv", {"x", "wd"});
  const Graph graph = m.read().graph;
  CHECK(op<Conv2d>(graph, 1).weight.data<std::int8_t>()[0] == 2);
  CHECK(m.values({1, 1, 2, 2}, {1, 2, 3, 4}) == Values{1, 2, 3, 4});
}

/// x (1 x 2) times B, whose numbers are {1, 2, 3; 4, 5, 6} and scales {1, 2, 4} per output.
OnnxModel product(const std::string& type, bool turned, int axis, bool transpose_step = false) {
  OnnxModel m(13, {1, 2});
  const bool by_output = turned != transpose_step;
  m.reals("s", {3}, {1, 2, 4})
      .constant("z", numbers(i8, {3}, {0, 0, 0}))
      .constant("n", by_output ? numbers(i8, {3, 2}, {1, 4, 2, 5, 3, 6})
                               : numbers(i8, {2, 3}, {1, 2, 3, 4, 5, 6}))
      .add("DequantizeLinear", {"n", "s", "z"}, {{"axis", axis}}, {"d"});
  if (transpose_step) m.add("Transpose", {"d"}, {}, {"w"});
  testing::Attributes attributes;
  if (turned) attributes.push_back({"transB", 1});
  return m.add(type, {"x", transpose_step ? "w" : "d"}, attributes);
}

TEST_CASE("ONNX: the scales of a matrix follow its outputs") {
  const Values wanted = {1 * 1 + 10 * 4, 2 * (2 + 10 * 5), 4 * (3 + 10 * 6)};
  for (const auto& m : {product("Gemm", false, 1), product("Gemm", true, 0),
                        product("MatMul", false, -1), product("MatMul", false, 0, true)}) {
    const Graph graph = m.read().graph;
    REQUIRE(graph.nodes.size() == 2);
    CHECK(op<Linear>(graph, 1).weight.type() == DType::i8);
    CHECK(op<Linear>(graph, 1).weight_grid->axis == 0);
    CHECK(m.values({1, 2}, {1, 10}) == wanted);
  }
  OnnxModel square(13, {1, 2});
  square.reals("s", {2}, {1, 2})
      .constant("n", numbers(i8, {2, 2}, {1, 2, 3, 4}))
      .add("DequantizeLinear", {"n", "s"}, {{"axis", 0}}, {"w"})
      .add("MatMul", {"x", "w"});
  require_refused(square, "scales along axis 0; one scale per output, axis 1");
  OnnxModel alpha = product("Gemm", true, 0);
  alpha.graph().mutable_node(1)->add_attribute()->set_name("alpha");
  alpha.graph().mutable_node(1)->mutable_attribute(1)->set_type(1);
  alpha.graph().mutable_node(1)->mutable_attribute(1)->set_f(2);
  require_refused(alpha, "alpha of 2");
}

TEST_CASE("ONNX: a constant operand keeps its grid on its edge") {
  const auto m = model(13)
                     .constant("n", numbers(u8, {1, 1, 1, 2}, {3, 5}))
                     .add("DequantizeLinear", {"n", "s", "z"}, {}, {"c"})
                     .add("Add", {"x", "c"});
  const Graph graph = m.read().graph;
  CHECK(std::get<Grid>(op<FakeQuantize>(graph, 2).grid).zero_point[0] == 3);
  CHECK(m.values({1, 1, 2, 2}, {1, 1, 2, 2}) == Values{1, 2, 2, 3});
}

TEST_CASE("ONNX: what moves numbers does not need them as reals") {
  const auto m = model(13)
                     .whole("shape", {1, -1})
                     .add("QuantizeLinear", {"x", "s", "z"}, {}, {"q"})
                     .add("MaxPool", {"q"}, {ints("kernel_shape", {1, 2})}, {"p"})
                     .add("Concat", {"p", "q"}, {{"axis", 3}}, {"c"})
                     .add("Reshape", {"c", "shape"}, {}, {"r"})
                     .add("DequantizeLinear", {"r", "s", "z"});
  CHECK(m.values({1, 1, 2, 2}, {0.2f, 1.1f, -7, -9}) == Values{1, 0, 1, -1.5f, -1.5f, -1.5f});
  const auto padded = model(13)
                          .whole("pads", {0, 0, 0, 0, 0, 0, 0, 1})
                          .constant("v", numbers(u8, {}, {9}))
                          .add("QuantizeLinear", {"x", "s", "z"}, {}, {"q"})
                          .add("Pad", {"q", "pads", "v"}, {}, {"p"})
                          .add("DequantizeLinear", {"p", "s", "z"});
  CHECK(padded.values({1, 1, 2, 2}, {0, 1, 2, 3}) == Values{0, 1, 3, 2, 3, 3});
}

TEST_CASE("ONNX: a Clip of numbers is a grid of fewer numbers") {
  const auto m = model(13)
                     .constant("low", numbers(i8, {}, {-7}))
                     .constant("high", numbers(i8, {}, {7}))
                     .add("QuantizeLinear", {"x", "s", "z8"}, {}, {"q"})
                     .add("Clip", {"q", "low", "high"}, {}, {"c"})
                     .add("DequantizeLinear", {"c", "s", "z8"});
  const Graph graph = m.read().graph;
  REQUIRE(graph.nodes.size() == 2);
  const Grid grid = std::get<Grid>(op<FakeQuantize>(graph, 1).grid);
  CHECK((grid.bits == 4 && grid.narrow));
  CHECK(m.values({1, 1, 2, 2}, {-9, 9, 1, 2}) == Values{-3.5f, 3.5f, 1, 2});
  OnnxModel odd = m;
  odd.graph().mutable_initializer(4)->set_int32_data(0, 9);
  require_refused(odd, "of quantised numbers to -7 .. 9, the numbers of no grid");
}

// Operators on numbers ------------------------------------------------------------------------

/// "x" as the numbers "q" of s, z, and a result grid "ys" = 1/4, "yz" = u8 10.
OnnxModel on_numbers(const Shape& input = {1, 1, 2, 2}) {
  OnnxModel m = model(13, input);
  return m.reals("ys", {}, {0.25f})
      .constant("yz", numbers(u8, {}, {10}))
      .add("QuantizeLinear", {"x", "s", "z"}, {}, {"q"});
}

OnnxModel& ended(OnnxModel& m) { return m.add("DequantizeLinear", {"r", "ys", "yz"}); }

OnnxModel& microsoft(OnnxModel& m, const std::string& type, const testing::Names& inputs,
                     const testing::Attributes& attributes = {}) {
  m.add(type, inputs, attributes, {"r"});
  m.graph().mutable_node(m.graph().node_size() - 1)->set_domain("com.microsoft");
  return m;
}

TEST_CASE("ONNX: QLinearConv and QLinearMatMul") {
  OnnxModel m = on_numbers({1, 1, 1, 1});
  m.reals("ws", {2}, {0.5f, 0.25f})
      .constant("wz", numbers(i8, {2}, {0, 0}))
      .constant("w", numbers(i8, {2, 1, 1, 1}, {2, -3}))
      .constant("b", numbers(i32, {2}, {10, -10}))
      .add("QLinearConv", {"q", "s", "z", "w", "ws", "wz", "ys", "yz", "b"},
           {ints("strides", {2, 2})}, {"r"});
  const Graph graph = ended(m).read().graph;
  REQUIRE(graph.nodes.size() == 4);  // image, edge, layer, edge
  const auto& layer = op<Conv2d>(graph, 2);
  CHECK(layer.weight.type() == DType::i8);
  CHECK(layer.bias_grid->scale == Values{0.25f, 0.125f});
  CHECK(layer.stride == Pair{2, 2});
  // 4 + 2.5 and, clamped at -10 / 4, -3 - 1.25.
  CHECK(m.values({1, 1, 1, 1}, {4}) == Values{6.5f, -2.5f});

  OnnxModel matmul = on_numbers({1, 2});
  matmul.reals("ws", {2}, {1, 2})
      .constant("wz", numbers(i8, {2}, {0, 0}))
      .constant("w", numbers(i8, {2, 2}, {1, 2, 3, 4}))
      .add("QLinearMatMul", {"q", "s", "z", "w", "ws", "wz", "ys", "yz"}, {}, {"r"});
  CHECK(ended(matmul).values({1, 2}, {1, 2}) == Values{7, 20});
}

TEST_CASE("ONNX: the operators of ONNX Runtime's quantiser") {
  const Shape square{1, 1, 2, 2};
  const Values x = {-1, 0, 1, 2.5f};
  const auto run = [&](const std::string& type, const testing::Names& inputs,
                       const testing::Attributes& attributes = {}) {
    OnnxModel m = on_numbers();
    return ended(microsoft(m, type, inputs, attributes)).values(square, x);
  };
  const testing::Names twice = {"q", "s", "z", "q", "s", "z", "ys", "yz"};
  const testing::Names once = {"q", "s", "z", "ys", "yz"};
  CHECK(run("QLinearAdd", twice) == Values{-2, 0, 2, 5});
  CHECK(run("QLinearMul", twice) == Values{1, 0, 1, 6.25f});
  CHECK(run("QLinearLeakyRelu", once, {{"alpha", 0.5f}}) == Values{-0.5f, 0, 1, 2.5f});
  CHECK(run("QLinearSigmoid", once) == Values{0.25f, 0.5f, 0.75f, 1});
  CHECK(run("QLinearSoftmax", once, {{"axis", 3}, {"opset", 13}}) ==
        Values{0.25f, 0.75f, 0.25f, 0.75f});
  CHECK(run("QLinearGlobalAveragePool", once) == Values{0.5f});  // 2.5 / 4 = 2.5 steps
  CHECK(run("QLinearAveragePool", once, {ints("kernel_shape", {1, 2})}) == Values{-0.5f, 1.75f});
  CHECK(run("QLinearConcat", {"ys", "yz", "q", "s", "z", "q", "s", "z"}, {{"axis", 2}}) ==
        Values{-1, 0, 1, 2.5f, -1, 0, 1, 2.5f});
  OnnxModel gemm = on_numbers({1, 2});
  gemm.reals("ws", {}, {0.5f})
      .constant("wz", numbers(u8, {}, {1}))
      .constant("w", numbers(u8, {1, 2}, {3, 5}))
      .constant("c", numbers(i32, {1}, {8}));
  microsoft(gemm, "QGemm", {"q", "s", "z", "w", "ws", "wz", "c", "ys", "yz"}, {{"transB", 1}});
  CHECK(ended(gemm).values({1, 2}, {1, 2}) == Values{7});  // 1 * 1 + 2 * 2 + 8 / 4
}

TEST_CASE("ONNX: quantised files that cannot be what they say") {
  const auto quantized = [](const bench_onnx::TensorProto& scale,
                            const bench_onnx::TensorProto& zero, int axis = 1) {
    OnnxModel m(13, {1, 2, -1, 2});
    m.constant("s", scale).constant("z", zero);
    return m.add("QuantizeLinear", {"x", "s", "z"}, {{"axis", axis}}, {"q"})
        .add("DequantizeLinear", {"q", "s", "z"}, {{"axis", axis}});
  };
  const auto scale = [](const Values& values) {
    return testing::real_tensor({static_cast<std::int64_t>(values.size())}, values);
  };
  const auto zero = numbers(u8, {}, {0});
  require_bad(quantized(scale({0}), zero), "QuantizeLinear: its grid: scale 0.000000 is not");
  require_bad(quantized(scale({-1}), zero), "is not a positive number");
  require_bad(quantized(scale({NAN}), zero), "is not a positive number");
  require_bad(quantized(scale({INFINITY}), zero), "is not a positive number");
  require_bad(quantized(scale({1, 2}), zero), "zero points and scales differ in number");
  require_bad(quantized(scale({}), numbers(u8, {0}, {})), "a grid without scales");
  require_bad(quantized(scale({1, 2, 3}), numbers(u8, {3}, {0, 0, 0})),
              "3 scales for the 2 elements");
  require_bad(quantized(scale({1, 2}), numbers(u8, {2}, {0, 0}), 4), "axis 4");
  require_refused(quantized(scale({1, 2}), numbers(u8, {2}, {0, 0}), 2),
                  "follows the image's size");
  require_refused(quantized(scale({1}), numbers(i32, {}, {0})), "to int32");
  require_refused(quantized(scale({1}), testing::whole_tensor({}, {0})),
                  "a zero point of type i64");
  require_bad(quantized(testing::whole_tensor({}, {1}), zero), "the scale holds whole numbers");
  // int16, uint4, int4 and 8-bit floats.
  for (const int type : {5, 17, 21, 22}) {
    require_refused(quantized(scale({1}), numbers(type, {}, {0})), "initialiser 'z': element type");
  }

  const auto q = model(13).add("QuantizeLinear", {"x", "s", "z"}, {}, {"q"});
  require_refused(OnnxModel(q).add("Relu", {"q"}), "Relu: of the quantised numbers 'q'");
  require_refused(OnnxModel(q).add("DequantizeLinear", {"q", "s", "z8"}),
                  "numbers of another grid");
  require_refused(OnnxModel(q).add("Concat", {"q", "x"}, {{"axis", 1}}), "and on reals");
  require_refused(OnnxModel(q).add("Concat", {"x", "q"}, {{"axis", 1}}), "and on reals");
  require_bad(OnnxModel(q).add("Identity", {"q"}), "'y' is quantised numbers");
  require_refused(OnnxModel(q).add("DequantizeLinear", {"q", "x"}), "must be a constant");
  require_bad(model(13).add("DequantizeLinear", {"s", "s"}), "of numbers of type f32");
  require_bad(model(13).add("DequantizeLinear", {"z", "s", "z8"}),
              "type u8 with a zero point of type i8");
  require_refused(model(13).add("DequantizeLinear", {"x", "s", "z"}), "must be a constant");
  require_refused(model(13).add("DynamicQuantizeLinear", {"x"}), "at run time");
  require_refused(model(13).add("MatMulInteger", {"x", "x"}), "at run time");

  OnnxModel other = on_numbers();
  microsoft(other, "QLinearSigmoid", {"q", "ys", "yz", "ys", "yz"});
  require_refused(other, "input 0 holds numbers of another grid");
  OnnxModel last = on_numbers();
  microsoft(last, "QLinearGlobalAveragePool", {"q", "s", "z", "ys", "yz"}, {{"channels_last", 1}});
  require_refused(last, "channels_last");
  OnnxModel unknown = on_numbers();
  require_refused(microsoft(unknown, "QAttention", {"q"}), "(domain 'com.microsoft', opset 13)");
}

TEST_CASE("ONNX: constants read over and over do not fill the memory") {
  OnnxModel m(13);
  m.reals("s", {}, {1}).constant("n", [] {
    bench_onnx::TensorProto proto = numbers(i8, {1 << 20}, {});
    proto.set_raw_data(std::string(1 << 20, '\1'));
    return proto;
  }());
  for (int i = 0; i < 400; ++i) {
    m.add("DequantizeLinear", {"n", "s"}, {}, {"d" + std::to_string(i)});
  }
  m.add("Relu", {"x"});
  require_refused(m, "reads its constants so often");
}

TEST_CASE("ONNX: damaged quantised files give an Error or a network, nothing else") {
  OnnxModel m = on_numbers();
  m.reals("ws", {2}, {0.5f, 0.25f})
      .constant("wz", numbers(i8, {2}, {0, 0}))
      .constant("w", numbers(i8, {2, 1, 1, 1}, {2, -3}))
      .constant("b", numbers(i32, {2}, {10, -10}))
      .add("QLinearConv", {"q", "s", "z", "w", "ws", "wz", "ys", "yz", "b"}, {}, {"n"})
      .add("DequantizeLinear", {"n", "ys", "yz"}, {}, {"d"})
      .add("DequantizeLinear", {"w", "ws", "wz"}, {{"axis", 0}}, {"wd"})
      .add("QuantizeLinear", {"d", "s", "z"}, {}, {"e"})
      .add("Transpose", {"e"}, {ints("perm", {0, 1, 3, 2})}, {"t"})
      .add("DequantizeLinear", {"t", "s", "z"});
  const std::string whole = m.proto.SerializeAsString();
  CHECK(read_onnx(whole, "specimen").graph.nodes.size() == 6);
  std::mt19937 random(1);
  int accepted = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = whole;
    bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    try {
      infer_shapes(read_onnx(bytes, "specimen").graph, {1, 1, 2, 2});
      ++accepted;
    } catch (const Error& error) {
      CHECK_THAT(error.what(), Contains("specimen") || Contains("'"));
    }
  }
  CHECK(accepted > 100);
}

}  // namespace
}  // namespace bench
