// ncnn networks: layers small enough to follow by hand, damaged files, real ones.
#include "models/formats/ncnn.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <random>

#include "models/conformance.h"
#include "models/error.h"
#include "models/formats/read_file.h"
#include "models/passes/layers.h"
#include "models/reference.h"
#include "models/testing.h"

namespace bench {
namespace {

using Numbers = std::vector<float>;

template <class T>
std::string raw(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string floats(const Numbers& values) { return raw(values); }
std::string tagged(const Numbers& values) { return std::string(4, '\0') + raw(values); }
std::string halves(std::vector<std::uint16_t> values) {
  values.resize((values.size() + 1) / 2 * 2);
  return raw(std::vector<std::uint32_t>{0x01306B47}) + raw(values);
}
std::string bytes(std::vector<std::int8_t> values) {
  values.resize((values.size() + 3) / 4 * 4);
  return raw(std::vector<std::uint32_t>{0x000D4B38}) + raw(values);
}

/// Lines of a .param behind its Input of w x h x c.
std::string param(const std::string& size, const std::vector<std::string>& layers) {
  std::string text = "7767517\n" + std::to_string(layers.size() + 1) + " 9\n";
  text += "Input data 0 1 data " + size + "\n";
  for (const std::string& layer : layers) text += layer + "\n";
  return text;
}

LoadedNetwork read(const std::string& text, const std::string& bin = "") {
  return read_ncnn(text, bin, "net.param");
}

Numbers run(const std::string& text, const std::string& bin, const Numbers& x) {
  const Graph graph = read(text, bin).graph;
  const Shape shape = std::get<Input>(graph.nodes[0].op).shape;
  const Tensor result = evaluate(graph, Tensor::of(shape, x)).at(0);
  const auto values = result.data<float>();
  return {values.begin(), values.end()};
}

/// One layer 'l' over an image of w x h x c, or two.
Numbers run_one(const std::string& size, const std::string& type, const std::string& values,
                const std::string& bin, const Numbers& x) {
  return run(param(size, {type + " l 1 1 data out " + values}), bin, x);
}

TEST_CASE("ncnn: convolutions and their activations") {
  // 2 x 2 kernel, stride 1, a pixel added on every side: 3 x 3 results of 2 x 2 pixels.
  CHECK(run_one("0=2 1=2 2=1", "Convolution", "0=1 1=2 4=1 5=1 6=4",
                tagged({1, 10, 100, 1000}) + floats({.5f}), {1, 2, 3, 4}) ==
        Numbers{1000.5f, 2100.5f, 200.5f, 3010.5f, 4321.5f, 402.5f, 30.5f, 43.5f, 4.5f});
  CHECK(run_one("0=1 1=1 2=2", "Convolution", "0=1 1=1 6=2 9=1", tagged({1, -3}), {1, 2}) ==
        Numbers{0});
  CHECK(run_one("0=1 1=1 2=1", "Convolution", "0=2 1=1 6=2 9=3 -23310=2,0,6", tagged({4, -4}),
                {2}) == Numbers{6, 0});
  // Depthwise, halves: 1.5 and -2; then leaky.
  CHECK(run_one("0=1 1=1 2=2", "ConvolutionDepthWise", "0=2 1=1 6=2 7=2 9=2 -23310=1,0.5",
                halves({0x3e00, 0xc000}), {2, 3}) == Numbers{3, -3});
  // Padding by the TF rule: 3 pixels at stride 2 give 2, 1 added behind (-233) or in front (-234).
  CHECK(run_one("0=2 1=1 2=1", "Convolution", "0=1 1=2 11=1 4=-233 6=2", tagged({1, 10}), {1, 2}) ==
        Numbers{21, 2});
  CHECK(run_one("0=2 1=1 2=1", "Convolution", "0=1 1=2 11=1 4=-234 6=2", tagged({1, 10}), {1, 2}) ==
        Numbers{10, 21});
}

TEST_CASE("ncnn: int8 layers hold the file's numbers and put their input on its grid") {
  const std::string text = param("0=1 1=1 2=2", {"Convolution l 1 1 data out 0=1 1=1 5=1 6=2 8=2"});
  const std::string bin = bytes({3, -127}) + floats({.25f}) + floats({2}) + floats({4});
  const LoadedNetwork network = read(text, bin);
  CHECK(network.format == "ncnn, int8 weights");
  const Graph& graph = network.graph;
  REQUIRE(graph.nodes.size() == 3);
  CHECK(graph.nodes[1].name == "l.input");
  const auto& input = std::get<Grid>(std::get<FakeQuantize>(graph.nodes[1].op).grid);
  CHECK(input == Grid{.narrow = true, .scale = {.25f}, .rounding = Rounding::half_away});
  const auto& conv = std::get<Conv2d>(graph.nodes[2].op);
  CHECK(std::ranges::equal(conv.weight.data<std::int8_t>(), std::vector{3, -127}));
  CHECK(conv.weight_grid->scale == Numbers{.5f});
  CHECK_FALSE(conv.bias_grid);
  // .125 is half a step and becomes .25; -40 is -31.75. 1.5 * .25 + 63.5 * 31.75 + .25
  CHECK(run(text, bin, {.125f, -40}) == Numbers{1.5f * .25f + 63.5f * 31.75f + .25f});

  // Depthwise: a scale for each group, and a grid for the result; then a layer that reads it on the
  // same grid, and needs no second one.
  const std::string two =
      param("0=1 1=1 2=2", {"ConvolutionDepthWise a 1 1 data b 0=2 1=1 6=2 7=2 8=101",
                            "InnerProduct c 1 1 b d 0=1 1=0 2=2 8=1"});
  const std::string weights = bytes({1, 1}) + floats({1, 2}) + floats({1}) + floats({.5f}) +
                              bytes({1, 1}) + floats({1}) + floats({.5f});
  CHECK(run(two, weights, {3, 10}) == Numbers{4 + 6});  // 3 and 5, in steps of 2
  const Graph chain = read(two, weights).graph;
  const auto grids = std::ranges::count_if(
      chain.nodes, [](const Node& n) { return std::holds_alternative<FakeQuantize>(n.op); });
  CHECK(grids == 3);  // data, the result, and as a row
  CHECK(std::get<Conv2d>(chain.nodes[2].op).weight_grid->axis == 0);
}

TEST_CASE("ncnn: pools") {
  const Numbers x = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  CHECK(run_one("0=3 1=3 2=1", "Pooling", "0=0 1=2 2=2", "", x) == Numbers{5, 6, 8, 9});
  CHECK(run_one("0=3 1=3 2=1", "Pooling", "0=0 1=2 2=2 5=1", "", x) == Numbers{5});
  CHECK(run_one("0=3 1=3 2=1", "Pooling", "0=1 1=2 2=2", "", x) == Numbers{3, 4.5f, 7.5f, 9});
  CHECK(run_one("0=3 1=3 2=1", "Pooling", "0=1 4=1", "", x) == Numbers{5});
  CHECK(evaluate(read(param("0=3 1=3 2=1", {"Pooling p 1 1 data out 0=1 4=1"})).graph,
                 Tensor({1, 1, 3, 3}))
            .at(0)
            .shape() == Shape{1, 1});
}

TEST_CASE("ncnn: arithmetic, functions and batch norm") {
  const auto two = [](const std::string& layer, const Numbers& x) {
    return run(param("0=1 1=1 2=2", {"Split s 1 2 data a b", "ReLU r 1 1 b c", layer}), "", x);
  };
  CHECK(two("BinaryOp l 2 1 a c out 0=0", {2, -3}) == Numbers{4, -3});
  CHECK(two("BinaryOp l 2 1 a c out 0=7", {2, -3}) == Numbers{0, 3});
  CHECK(two("Eltwise l 2 1 a c out 0=2", {2, -3}) == Numbers{2, 0});
  CHECK(two("Concat l 2 1 a c out 0=0", {2, -3}) == Numbers{2, -3, 2, 0});
  const std::string image = "0=1 1=1 2=2";
  CHECK(run_one(image, "BinaryOp", "0=2 1=1 2=0.5", "", {2, -3}) == Numbers{1, -1.5f});
  CHECK(run_one(image, "BinaryOp", "0=8 1=1 2=6", "", {2, -3}) == Numbers{3, -2});
  CHECK(run_one(image, "Clip", "0=-1 1=1", "", {2, -3}) == Numbers{1, -1});
  CHECK(run_one(image, "ReLU", "0=0.5", "", {2, -3}) == Numbers{2, -1.5f});
  CHECK(run_one(image, "PReLU", "0=2", floats({5, 2}), {2, -3}) == Numbers{2, -6});
  CHECK(run_one(image, "Scale", "0=2 1=1", floats({5, 2, 1, -1}), {2, -3}) == Numbers{11, -7});
  // slope, mean, variance, bias: (x - 1) / 2 * 4 + 1
  CHECK(run_one("0=1 1=1 2=1", "BatchNorm", "0=1", floats({4, 1, 4, 1}), {3}) == Numbers{5});
  // A row per channel onto an image: squeeze and excite.
  CHECK(run(param("0=2 1=1 2=2", {"Split s 1 2 data a b", "Pooling p 1 1 b c 0=1 4=1",
                                  "BinaryOp l 2 1 a c out 0=2"}),
            "", {1, 3, 2, 2}) == Numbers{2, 6, 4, 4});
}

TEST_CASE("ncnn: shapes") {
  const std::string image = "0=2 1=1 2=2";
  const Numbers x = {1, 2, 3, 4};
  CHECK(run_one(image, "Permute", "0=3", "", x) == Numbers{1, 3, 2, 4});
  CHECK(run_one(image, "Padding", "0=0 1=0 2=1 3=0 5=9", "", x) == Numbers{9, 1, 2, 9, 3, 4});
  CHECK(run_one("0=2 1=1 2=1", "Interp", "0=1 1=1 2=2", "", {5, 6}) == Numbers{5, 5, 6, 6});
  const auto shape = [&](const std::string& values) {
    const Graph graph = read(param(image, {"Reshape l 1 1 data out " + values})).graph;
    return evaluate(graph, Tensor({1, 2, 1, 2})).at(0).shape();
  };
  CHECK(shape("0=-1") == Shape{1, 4});
  CHECK(shape("0=1 1=-1") == Shape{1, 4, 1});
  CHECK(shape("0=0 1=-1 2=1") == Shape{1, 1, 2, 2});
  // The mean over w, and the largest over channels, which older files count behind the batch.
  CHECK(run_one(image, "Reduction", "0=3 1=0 -23303=1,-1", "", x) == Numbers{1.5f, 3.5f});
  CHECK(run_one(image, "Reduction", "0=4 1=0 -23303=1,1", "", x) == Numbers{3, 4});
  CHECK(run_one(image, "Reduction", "0=4 1=0 -23303=1,0 5=1", "", x) == Numbers{3, 4});
  // An Input without a size is an image of any.
  CHECK(std::get<Input>(read(param("", {"ReLU r 1 1 data out"})).graph.nodes[0].op).shape ==
        Shape{1, 3, -1, -1});
}

void require_error(Fault fault, const std::string& why, const std::string& text,
                   const std::string& bin = "") {
  try {
    read(text, bin);
    FAIL("was read");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::StartsWith("net.param: ") && Catch::Contains(why));
    CHECK(error.fault() == fault);
  }
}

TEST_CASE("ncnn: what cannot be read is named with its layer and offset") {
  const auto one = [](const std::string& layer) { return param("0=1 1=1 2=2", {layer}); };
  const std::string conv = "Convolution l 1 1 data out 0=1 1=1 6=2";
  require_error(Fault::bad_data, "ncnn's number", "7767518\n1 1\nInput d 0 1 d\n");
  require_error(Fault::bad_data, "line 2: promises 3 layers; 1 lines",
                "7767517\n3 1\nInput d 0 1 d");
  require_error(Fault::bad_data, "line 3: ends within its blobs", "7767517\n1 1\nInput d 0 2 d");
  require_error(Fault::bad_data, "line 4: 'x' is no number", one("ReLU r 1 1 data out 0=x"));
  require_error(Fault::bad_data, "key 0 twice", one("ReLU r 1 1 data out 0=1 0=2"));
  require_error(Fault::bad_data, "list of key 3", one("Reduction r 1 1 data out -23303=2,1"));
  require_error(Fault::unsupported, "layer 'l' (LSTM): is not supported",
                one("LSTM l 1 1 data out"));
  require_error(Fault::bad_data, "'nobody', which no layer before", one("ReLU r 1 1 nobody out"));
  require_error(Fault::bad_data, "'data', which is there already", one("ReLU r 1 1 data data"));
  require_error(Fault::bad_data, "layer 'l' (Convolution): its weight at offset 0 needs 4 bytes",
                one(conv));
  require_error(Fault::bad_data, "its weight at offset 4 needs 8 bytes; 4 are left", one(conv),
                tagged({1}));
  require_error(Fault::unsupported, "offset 0 is kept as 0x00000007", one(conv),
                raw(std::vector<std::uint32_t>{7, 0, 0}));
  require_error(Fault::bad_data, "4 bytes of weights are left", one(conv), tagged({1, 2, 3}));
  require_error(Fault::bad_data, "3 weights, which do not divide into 2",
                one("Convolution l 1 1 data out 0=2 1=1 6=3"));
  require_error(Fault::bad_data, "int8 weights and no scales", one(conv), bytes({1, 2}));
  require_error(Fault::bad_data, "int8 scales and weights of floats", one(conv + " 8=2"),
                tagged({1, 2}));
  require_error(Fault::bad_data, "weight scales: scale inf", one(conv + " 8=2"),
                bytes({1, 2}) + floats({0, 1}));
  require_error(Fault::bad_data, "input scale is nan", one(conv + " 8=2"),
                bytes({1, 2}) + floats({1, NAN}));
  require_error(Fault::bad_data, "weight of -128", one(conv + " 8=2"),
                bytes({1, -128}) + floats({1, 1}));
  require_error(Fault::bad_data, "key 3 is 0", one(conv + " 3=0"));
  require_error(Fault::bad_data, "axis 3 of a blob with 3 axes", one("Softmax s 1 1 data out 0=3"));
  require_error(Fault::unsupported, "activation 6", one(conv + " 9=6"), tagged({1, 2}));
}

/// A small network that touches most of the reader.
std::string specimen_param() {
  return param("0=6 1=6 2=3",
               {"Convolution c 1 1 data c 0=4 1=3 3=2 4=1 5=1 6=108 8=2", "ReLU r 1 1 c r",
                "Split s 1 2 r s0 s1", "ConvolutionDepthWise d 1 1 s0 d 0=4 1=3 4=1 5=1 6=36 7=4",
                "BinaryOp b 2 1 s1 d b 0=0", "Pooling p 1 1 b p 0=0 1=2 2=2",
                "Reshape f 1 1 p f 0=-1 1=4", "Reduction m 1 1 f m 0=3 1=0 -23303=1,-1",
                "InnerProduct i 1 1 m i 0=5 1=1 2=20", "Softmax prob 1 1 i prob"});
}

std::string specimen_bin() {
  return bytes(std::vector<std::int8_t>(108, 3)) + floats(Numbers(4, .5f)) +
         floats(Numbers(4, 100)) + floats({20}) + tagged(Numbers(36, .1f)) +
         floats(Numbers(4, .1f)) + halves(std::vector<std::uint16_t>(20, 0x3c00)) +
         floats(Numbers(5, 0));
}

bool reads(const std::string& text, const std::string& bin) {
  try {
    const Graph graph = read_ncnn(text, bin, "specimen").graph;
    infer_shapes(graph, std::get<Input>(graph.nodes[0].op).shape);
    return true;
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::StartsWith("specimen: ") || Catch::Contains("node '"));
    return false;
  }
}

TEST_CASE("ncnn: files cut short or damaged give an Error or a network, nothing else") {
  const std::string text = specimen_param(), bin = specimen_bin();
  REQUIRE(reads(text, bin));
  for (std::size_t length = 0; length < bin.size(); ++length) {
    CHECK_FALSE(reads(text, bin.substr(0, length)));
  }
  for (std::size_t length = 0; length < text.size(); ++length) reads(text.substr(0, length), bin);
  std::mt19937 random(1);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = text, weights = bin;
    const int flips = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < flips; ++i) {
      if (random() % 8 == 0) {
        weights[random() % weights.size()] = static_cast<char>(random() % 256);
      } else {
        constexpr std::string_view letters = "0123456789-=,. e\nxyz";
        damaged[random() % damaged.size()] = letters[random() % letters.size()];
      }
    }
    accepted += reads(damaged, weights);
  }
  CHECK(accepted > 1000);
}

TEST_CASE("ncnn: a network lies in two files, either of which names it") {
  const testing::TemporaryFolder folder;
  const std::string stem = folder.path() / "net.v1";
  std::ofstream(stem + ".param", std::ios::binary) << specimen_param();
  CHECK_THROWS_WITH(load_network(stem + ".param"), Catch::Contains("net.v1.bin should lie beside"));
  std::ofstream(stem + ".bin", std::ios::binary) << specimen_bin();
  for (const char* ending : {".param", ".bin"}) {
    const LoadedNetwork network = load_network(stem + ending);
    CHECK(network.format == "ncnn, int8 weights");
    CHECK(network.files == std::vector{stem + ".param", stem + ".bin"});
  }
}

TEST_CASE("ncnn: the real files load, every byte of them") {
  const auto dfq = testing::real_data("voc_imagenet/models/ncnn/dfq_mobilenetv2");
  if (!dfq) return;
  const LoadedNetwork network = load_network(*dfq + "/model_quant_relu_equal.param");
  std::int64_t layers = 0, weights = 0;
  for (const Node& node : network.graph.nodes) {
    if (!weight_of(node.op)) continue;
    ++layers;
    weights += weight_of(node.op)->size();
    CHECK(weight_of(node.op)->type() == DType::i8);
    CHECK(weight_grid_of(node.op)->scale.size() == 1);
    const Node& input = network.graph.nodes[static_cast<std::size_t>(node.inputs[0])];
    CHECK(std::holds_alternative<FakeQuantize>(input.op));
  }
  CHECK(layers == 53);
  CHECK(weights == 3'469'760);
  // Layers that were equalized together have one scale.
  const auto scale = [&](const char* name) {
    const Node& node =
        network.graph.nodes[static_cast<std::size_t>(find_node(network.graph, name))];
    return 1 / weight_grid_of(node.op)->scale[0];
  };
  CHECK(scale("619") == Approx(163.0882));
  CHECK(scale("633") == Approx(163.0882));
  CHECK(scale("757") == Approx(301.6189));
  CHECK(scale("781") == Approx(301.6189));

  const auto squeeze = testing::real_data("voc_imagenet/models/ncnn/squeezenet_v1.1.bin");
  const auto slim = testing::real_data("face/models/slim_320.ncnn.bin");
  const auto onnx = testing::real_data("face/models/version-slim-320.onnx");
  if (!squeeze || !slim || !onnx) return;
  CHECK(infer_shapes(load_network(*squeeze).graph, {1, 3, 227, 227}).back() == Shape{1, 1000});
  // The face detector is its ONNX file, but for the boxes, which it does not decode.
  const Graph ours = load_network(*slim).graph, theirs = load_network(*onnx).graph;
  Tensor image({1, 3, 240, 320});
  std::mt19937 random(1);
  for (float& x : image.data<float>()) x = static_cast<float>(random() % 256) / 128 - 1;
  const auto scores = [&](Graph graph) {
    std::erase_if(graph.outputs, [](const Output& output) { return output.name != "scores"; });
    return evaluate(graph, image).at(0);
  };
  CHECK(relative_error(scores(ours), scores(theirs)) < 1e-5);
}

}  // namespace
}  // namespace bench
