// Damaged and hostile ONNX files: each gets one clear error.

#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "models/error.h"
#include "models/formats/onnx_testing.h"
#include "models/testing.h"

namespace bench {
namespace {

using Catch::Matchers::Contains;
using testing::ints;
using testing::OnnxModel;
using Values = std::vector<float>;

template <class Step>
void require_error(Fault fault, const std::string& why, Step step) {
  try {
    step();
    FAIL("accepted; should say: " << why);
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Contains(why));
    CHECK(error.fault() == fault);
  }
}

void require_bad(const OnnxModel& model, const std::string& why) {
  require_error(Fault::bad_data, why, [&] { model.read(); });
}

OnnxModel relu() { return OnnxModel(11).add("Relu", {"x"}); }

TEST_CASE("ONNX: nodes that do not form an ordered graph") {
  require_bad(OnnxModel(11).add("Relu", {"a"}), "reads 'a', which no node, input or initialiser");
  OnnxModel cycle(11);
  cycle.add("Add", {"x", "b"}, {}, {"a"}).add("Relu", {"a"}, {}, {"b"}).add("Relu", {"b"});
  require_bad(cycle, "node 'a': reads 'b' before it is there: the nodes form a cycle");
  require_bad(relu().add("Abs", {"x"}), "gives 'y', which is given already");
  require_bad(OnnxModel(11).add("Relu", {"x"}, {}, {"x"}), "gives 'x', which is given already");
  require_bad(OnnxModel(11).reals("y", {1}, {1}).add("Relu", {"x"}), "given already");
  require_bad(OnnxModel(11).reals("w", {1}, {1}).reals("w", {1}, {1}), "initialiser 'w'");
  require_bad(OnnxModel(11).add("Relu", {"x"}, {}, {"z"}), "output 'y': is given by no node");
  require_bad(OnnxModel(11).add("Relu", {}), "input 0 is missing");
  OnnxModel twice = relu();
  twice.graph().add_output()->set_name("y");
  require_bad(twice, "output 'y': is listed twice");
  OnnxModel none = relu();
  none.graph().clear_output();
  require_bad(none, "has no output");
}

TEST_CASE("ONNX: node names are made unique and fall back on the result's name") {
  OnnxModel model(11);
  model.add("Relu", {"x"}, {}, {"a"}).add("Abs", {"a"}, {}, {"b"}).add("Neg", {"b"});
  model.graph().mutable_node(0)->set_name("same");
  model.graph().mutable_node(1)->set_name("same");
  const Graph graph = model.read().graph;
  CHECK(graph.nodes[1].name == "same");
  CHECK(graph.nodes[2].name == "same#2");
  CHECK(graph.nodes[3].name == "y");
}

TEST_CASE("ONNX: inputs") {
  OnnxModel second = relu();
  *second.graph().add_input() = second.graph().input(0);
  second.graph().mutable_input(1)->set_name("mask");
  require_error(Fault::unsupported, "the inputs 'x' and 'mask'", [&] { second.read(); });
  OnnxModel none = relu();
  none.graph().clear_input();
  require_bad(none, "has no input");
  OnnxModel negative = relu();
  auto* shape = negative.graph().mutable_input(0)->mutable_type()->mutable_tensor_type();
  shape->mutable_shape()->mutable_dim(2)->set_dim_value(-7);
  require_bad(negative, "input 'x': has the size -7");
  OnnxModel huge(11, {1, 3, std::int64_t{1} << 40, 2});
  require_bad(huge.add("Relu", {"x"}), "has the size 1099511627776");
  OnnxModel listed(6);  // files older than IR version 4 list their weights as inputs
  listed.reals("w", {1}, {2}).add("Mul", {"x", "w"}, {{"broadcast", 1}});
  listed.graph().add_input()->set_name("w");
  CHECK(listed.values({1, 1, 2, 2}, {1, 2, 3, 4}) == Values{2, 4, 6, 8});
}

TEST_CASE("ONNX: opsets") {
  require_error(Fault::unsupported, "opset 5; opset 6 to 18", [] { OnnxModel(5).read(); });
  require_error(Fault::unsupported, "opset 19", [] { OnnxModel(19).read(); });
  OnnxModel none = relu();
  none.proto.clear_opset_import();
  require_bad(none, "names no opset");
  for (int opset = 6; opset <= 18; ++opset) {
    CHECK(OnnxModel(opset).add("Relu", {"x"}).read().format ==
          "onnx opset " + std::to_string(opset));
  }
}

bench_onnx::TensorProto tensor(int type, const Shape& dims) {
  bench_onnx::TensorProto proto;
  proto.set_data_type(type);
  for (const std::int64_t d : dims) proto.add_dims(d);
  return proto;
}

TEST_CASE("ONNX: tensor data of every type") {
  const auto sum = [](bench_onnx::TensorProto proto) {
    OnnxModel model(13);
    model.constant("c", std::move(proto)).add("Cast", {"c"}, {{"to", 1}}, {"f"});
    return model.add("Add", {"x", "f"}).values({1, 1, 2, 2}, Values(4));
  };
  const auto raw = [&](int type, const std::string& bytes) {
    auto proto = tensor(type, {1});
    proto.set_raw_data(bytes);
    return sum(proto).at(0);
  };
  using namespace std::string_literals;
  CHECK(raw(1, "\0\0\xc0\x3f"s) == 1.5f);
  CHECK(raw(2, "\xff"s) == 255);
  CHECK(raw(3, "\xff"s) == -1);
  CHECK(raw(6, "\xfe\xff\xff\xff"s) == -2);
  CHECK(raw(7, "\x05\0\0\0\0\0\0\0"s) == 5);
  CHECK(raw(9, "\x01"s) == 1);
  CHECK(raw(10, "\0\x3e"s) == 1.5f);         // 0 01111 1000000000
  CHECK(raw(10, "\x01\x80"s) == -0x1p-24f);  // the smallest subnormal
  CHECK(raw(10, "\xff\x7b"s) == 65504);      // the largest
  CHECK(raw(11, "\0\0\0\0\0\0\xf8\x3f"s) == 1.5f);
  CHECK(raw(16, "\xc0\x3f"s) == 1.5f);
  auto half = tensor(10, {1});
  half.add_int32_data(0x3e00);
  CHECK(sum(half).at(0) == 1.5f);
  auto small = tensor(3, {1});
  small.add_int32_data(-7);
  CHECK(sum(small).at(0) == -7);
  auto wide = tensor(11, {1});
  wide.add_double_data(0.1);
  CHECK(sum(wide).at(0) == 0.1f);
}

TEST_CASE("ONNX: tensors whose data do not fill their dims") {
  const auto with = [](bench_onnx::TensorProto proto) {
    return OnnxModel(11).constant("w", std::move(proto)).add("Relu", {"x"});
  };
  require_bad(with(tensor(1, {2, 3})), "initialiser 'w': holds 0 values, its dims 2x3 need 6");
  auto raw = tensor(1, {2});
  raw.set_raw_data("1234567");
  require_bad(with(raw), "holds 7 bytes, its dims 2 need 8");
  raw.set_raw_data("12345678");
  raw.add_float_data(1);
  require_bad(with(raw), "both raw and typed");
  require_bad(with(tensor(1, {-1})), "negative dimension -1");
  require_bad(with(tensor(1, {1 << 30, 1 << 30, 1 << 30})), "over 2^48 elements");
  require_bad(with(tensor(1, {std::int64_t{1} << 40})), "need 1099511627776");
  require_error(Fault::unsupported, "element type 8", [&] { with(tensor(8, {1})).read(); });
}

TEST_CASE("ONNX: attributes that cannot be") {
  const auto conv = [](const testing::Attribute& attribute) {
    return OnnxModel(11).reals("w", {1, 1, 1, 1}, {1}).add("Conv", {"x", "w"}, {attribute});
  };
  require_bad(conv(ints("strides", {0, 1})), "strides of 0");
  require_bad(conv(ints("strides", {1, -1})), "strides of -1");
  require_bad(conv(ints("dilations", {INT64_MAX, 1})), "dilations of 9223372036854775807");
  require_bad(conv(ints("pads", {0, 0, 0, -1})), "pads of -1");
  require_bad(conv(ints("pads", {0, 0})), "pads has 2 entries");
  require_bad(conv(ints("kernel_shape", {3, 3})), "kernel_shape is not that of the weight");
  require_bad(conv({"group", 0}), "0 groups");
  require_bad(conv({"group", 2}), "2 groups");
  require_bad(conv({"strides", 1}), "attribute 'strides' is no list of whole numbers");
  require_bad(OnnxModel(11).reals("w", {1, 2, 1, 1}, {1, 1}).add("Conv", {"x", "w"}),
              "does not fit 1 channels");
  require_bad(OnnxModel(11).add("Concat", {"x"}, {{"axis", 4}}), "axis 4 of a tensor with 4");
  require_bad(OnnxModel(11).add("Transpose", {"x"}, {ints("perm", {0, 1, 2, 2})}), "twice");
  require_bad(OnnxModel(13).whole("s", {INT64_MAX, 2}).add("ConstantOfShape", {"s"}),
              "2^48 elements");
  require_bad(OnnxModel(13).whole("s", {1 << 30}).add("ConstantOfShape", {"s"}), "of shape");
  require_bad(OnnxModel(13).whole("s", {-2, 2}).add("Reshape", {"x", "s"}), "dimension -2");
  require_bad(OnnxModel(13).whole("s", {7}).add("Reshape", {"x", "s"}), "Reshape");
}

TEST_CASE("ONNX: files that are no ONNX files") {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() / "net.onnx";
  const auto load = [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
    return load_network(path);
  };
  require_error(Fault::missing, "no such file", [&] { load_network(path); });
  require_error(Fault::bad_data, "not a plain file", [&] { load_network(folder.path()); });
  require_error(Fault::bad_data, "the file is empty", [&] { load(""); });
  require_error(Fault::bad_data, "not a whole ONNX message", [&] { load("\x89PNG\r\n\x1a\n"); });
  require_error(Fault::bad_data, "it has no graph", [&] { load("\x08\x07"); });
  const std::string whole = relu().proto.SerializeAsString();
  CHECK(load(whole).graph.nodes.size() == 2);
  require_error(Fault::bad_data, path, [&] { load(whole.substr(0, whole.size() / 2)); });
  // Groups nested in an unknown field, deeper than protobuf follows.
  require_error(Fault::bad_data, "not a whole", [&] { load(std::string(100'000, '\x7b')); });
}

TEST_CASE("ONNX: external data stays inside the model's folder") {
  const testing::TemporaryFolder folder;
  const auto inside = folder.path() / "model";
  std::filesystem::create_directory(inside);
  std::ofstream(inside / "w.bin", std::ios::binary)
      << std::string("....\0\0\x80\x3f\0\0\0\x40", 12);
  std::ofstream(folder.path() / "secret.bin", std::ios::binary) << "12345678";
  std::filesystem::create_symlink(folder.path() / "secret.bin", inside / "link.bin");

  const auto read = [&](const std::vector<std::pair<std::string, std::string>>& entries) {
    OnnxModel model(11);
    auto proto = tensor(1, {2});
    proto.set_data_location(1);
    for (const auto& [key, value] : entries) {
      auto* entry = proto.add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    model.constant("w", proto).add("Mul", {"x", "w"});
    std::ofstream(inside / "net.onnx", std::ios::binary) << model.proto.SerializeAsString();
    return load_network(inside / "net.onnx");
  };
  const LoadedNetwork good = read({{"location", "w.bin"}, {"offset", "4"}, {"length", "8"}});
  const Tensor x = Tensor::of({1, 1, 2, 2}, {1, 2, 3, 4});
  const Tensor result = evaluate(good.graph, x).at(0);
  CHECK(result.data<float>()[3] == 8);
  REQUIRE(good.files.size() == 2);
  CHECK_THAT(good.files[1], Catch::Matchers::EndsWith("w.bin"));

  const auto bad =
      [&](const std::string& why, const std::vector<std::pair<std::string, std::string>>& entries,
          Fault fault = Fault::bad_data) { require_error(fault, why, [&] { read(entries); }); };
  bad("not inside the model's folder", {{"location", "../secret.bin"}});
  bad("not inside the model's folder", {{"location", "link.bin"}});
  bad("not inside the model's folder", {{"location", "sub/../../secret.bin"}});
  bad("not inside the model's folder", {{"location", folder.path() / "secret.bin"}});
  bad("is no path", {{"location", std::string("w.bin\0/..", 9)}});
  bad("is no path", {{"location", ""}});
  bad("no external_data location", {});
  bad("is not there", {{"location", "gone.bin"}}, Fault::missing);
  bad("is not there", {{"location", "."}}, Fault::missing);
  bad("'w.bin' has 12", {{"location", "w.bin"}, {"offset", "8"}});
  bad("at offset 99", {{"location", "w.bin"}, {"offset", "99"}});
  bad("says 4", {{"location", "w.bin"}, {"length", "4"}});
  bad("is no number", {{"location", "w.bin"}, {"offset", "-4"}});
  bad("is no number", {{"location", "w.bin"}, {"length", "18446744073709551616"}});
}

/// A small network that touches most of the reader.
std::string specimen() {
  OnnxModel model(11, {1, 2, 4, 4});
  model.reals("w", {2, 2, 3, 3}, Values(36, 0.5f))
      .reals("one", {2}, {1, 2})
      .constant("zero", testing::whole_tensor({}, {0}))
      .whole("rest", {-1})
      .add("Conv", {"x", "w"}, {ints("pads", {1, 1, 1, 1}), ints("strides", {1, 1})}, {"a"})
      .add("BatchNormalization", {"a", "one", "one", "one", "one"}, {{"epsilon", 1e-3f}}, {"b"})
      .add("MaxPool", {"b"}, {ints("kernel_shape", {2, 2}), ints("strides", {2, 2})}, {"c"})
      .add("Shape", {"c"}, {}, {"s"})
      .add("Gather", {"s", "zero"}, {}, {"n"})
      .add("Unsqueeze", {"n"}, {ints("axes", {0})}, {"ns"})
      .add("Concat", {"ns", "rest"}, {{"axis", 0}}, {"t"})
      .add("Reshape", {"c", "t"}, {}, {"r"})
      .add("Softmax", {"r"});
  return model.proto.SerializeAsString();
}

TEST_CASE("ONNX: damaged bytes give an Error or a network, nothing else") {
  const std::string whole = specimen();
  CHECK(read_onnx(whole, "specimen").graph.nodes.size() == 6);
  std::mt19937 random(1);
  int accepted = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = whole;
    const int flips = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < flips; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    }
    if (round % 4 == 0) bytes.resize(random() % bytes.size());
    try {
      const Graph graph = read_onnx(bytes, "specimen").graph;
      infer_shapes(graph, {1, 2, 4, 4});
      ++accepted;
    } catch (const Error& error) {
      CHECK_THAT(error.what(), Contains("specimen") || Contains("data") || Contains("'"));
    }
  }
  CHECK(accepted > 100);  // most bytes are weights
}

}  // namespace
}  // namespace bench
