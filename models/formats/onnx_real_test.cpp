#include <algorithm>
#include <catch2/catch.hpp>

#include "models/formats/formats.h"
#include "models/formats/onnx_reader.h"
#include "models/formats/onnx_writer.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/testing.h"

namespace bench {
namespace {

std::vector<Shape> output_shapes(const Graph& graph, const Shape& input) {
  const std::vector<Shape> shapes = infer_shapes(graph, input);
  std::vector<Shape> result;
  for (const Output& output : graph.outputs) {
    result.push_back(shapes[static_cast<std::size_t>(output.node)]);
  }
  return result;
}

struct RealFile {
  const char* path;
  const char* format;
  Shape input;
  std::vector<Shape> outputs;
};

const std::vector<Shape> yunet_at_320 = {{1, 1600, 1}, {1, 400, 1},   {1, 100, 1},  {1, 1600, 1},
                                         {1, 400, 1},  {1, 100, 1},   {1, 1600, 4}, {1, 400, 4},
                                         {1, 100, 4},  {1, 1600, 10}, {1, 400, 10}, {1, 100, 10}};

const RealFile real_files[] = {
    {"face/models/version-slim-320.onnx",
     "onnx opset 9",
     {1, 3, 240, 320},
     {{1, 4420, 2}, {1, 4420, 4}}},
    {"face/models/version-RFB-320.onnx",
     "onnx opset 9",
     {1, 3, 240, 320},
     {{1, 4420, 2}, {1, 4420, 4}}},
    {"face/models/version-RFB-320_without_postprocessing.onnx",
     "onnx opset 9",
     {1, 3, 240, 320},
     {{1, 4420, 2}, {1, 4420, 4}}},
    {"face/models/yunet_n_320_320.onnx", "onnx opset 11", {1, 3, 320, 320}, yunet_at_320},
    {"face/models/yunet_n_dynamic.onnx", "onnx opset 11", {1, 3, 320, 320}, yunet_at_320},
    {"face/models/foamliu_MobileFaceNet.onnx", "onnx opset 18", {1, 3, 112, 112}, {{1, 128}}},
    {"voc_imagenet/models/derived/mobilenetv1x0.25.onnx",
     "onnx opset 11",
     {1, 3, 224, 224},
     {{1, 1000}}},
};

TEST_CASE("real ONNX files load and have the shapes they declare") {
  for (const RealFile& file : real_files) {
    const auto path = testing::real_data(file.path);
    if (!path) return;
    INFO(file.path);
    const LoadedNetwork network = load_network(*path);
    CHECK(network.format == file.format);
    CHECK(network.files == std::vector<std::string>{*path});
    CHECK(output_shapes(network.graph, file.input) == file.outputs);
  }
}

TEST_CASE("real networks, quantised or not, are written as ONNX and compute the same") {
  struct Written {
    const char* path;
    Shape input;
  };
  const Written written[] = {
      {"face/models/version-slim-320.onnx", {1, 3, 240, 320}},
      {"face/models/yunet_n_dynamic.onnx", {1, 3, 64, 96}},
      {"voc_imagenet/models/derived/mobilenetv1x0.25.onnx", {1, 3, 224, 224}},
      {"voc_imagenet/models/tflite/mobilenet_v1_0.25_128_quant.tflite", {1, 3, 128, 128}},
      {"voc_imagenet/models/tflite/tinymaix/mbnet128_0.25_q.tflite", {1, 3, 128, 128}},
  };
  for (const auto& [name, shape] : written) {
    const auto path = testing::real_data(name);
    if (!path) return;
    INFO(name);
    Graph graph = simplify(fold_batch_norm(simplify(load_network(*path).graph)));
    for (Node& node : graph.nodes) {  // the grids of TFLite round halves away from zero
      if (auto* op = std::get_if<FakeQuantize>(&node.op)) {
        std::get<Grid>(op->grid).rounding = Rounding::half_even;
      }
    }
    const Graph again = read_onnx(write_onnx(graph), "written.onnx").graph;
    const Tensor image = Random(1).tensor(shape, -1, 1);
    const auto wanted = evaluate(graph, image), got = evaluate(again, image);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      REQUIRE(got[i].shape() == wanted[i].shape());
      const auto a = got[i].data<float>(), b = wanted[i].data<float>();
      CHECK(std::ranges::equal(a, b));
    }
  }
}

TEST_CASE("YuNet takes any multiple of 32, and a batch") {
  const auto path = testing::real_data("face/models/yunet_n_dynamic.onnx");
  if (!path) return;
  const Graph graph = load_network(*path).graph;
  CHECK(std::get<Input>(graph.nodes[0].op).shape == Shape{-1, 3, -1, -1});
  const auto shapes = output_shapes(graph, {2, 3, 96, 1024});
  CHECK(shapes[0] == Shape{2, 12 * 128, 1});
  CHECK(shapes[4] == Shape{2, 6 * 64, 1});
  CHECK(shapes[11] == Shape{2, 3 * 32, 10});
}

}  // namespace
}  // namespace bench
