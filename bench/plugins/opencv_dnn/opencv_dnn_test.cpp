// The plugin as a user meets it, and OpenCV as a second opinion on real networks.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <opencv2/dnn.hpp>

#include "bench/backend.h"
#include "models/conformance.h"
#include "models/formats/formats.h"
#include "models/formats/onnx_writer.h"
#include "models/passes/passes.h"
#include "models/reference.h"
#include "models/testing.h"

namespace {

using namespace bench;

const Backend& opencv() {
  static const std::string name = load_plugin(BENCH_EXAMPLE_PLUGIN);
  return find_backend(name);
}

// The worst of all outputs.
double relative_error(const std::vector<Tensor>& got, const std::vector<Tensor>& wanted) {
  REQUIRE(got.size() == wanted.size());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    worst = std::max(worst, bench::relative_error(got[i], wanted[i]));
  }
  return worst;
}

std::vector<Tensor> run(const Backend& backend, const Graph& graph, const Tensor& input) {
  return backend.compile(graph, {})->open_session()->run(input);
}

struct RealNetwork {
  std::string file;
  Shape input;
  bool opencv_reads_it;  ///< OpenCV 4.6's own importer
};

const std::vector<RealNetwork> real_networks = {
    {"face/models/version-slim-320.onnx", {1, 3, 240, 320}, true},
    {"face/models/version-RFB-320.onnx", {1, 3, 240, 320}, true},
    {"face/models/version-RFB-320_without_postprocessing.onnx", {1, 3, 240, 320}, true},
    {"face/models/yunet_n_320_320.onnx", {1, 3, 320, 320}, true},
    {"face/models/yunet_n_dynamic.onnx", {1, 3, 320, 320}, false},        // dynamic Shape
    {"face/models/foamliu_MobileFaceNet.onnx", {1, 3, 112, 112}, false},  // Clip with open bounds
    {"voc_imagenet/models/derived/mobilenetv1x0.25.onnx", {1, 3, 224, 224}, true},
    {"voc_imagenet/models/darknet_voc/MobileNetV2-YOLOv3-Nano/MobileNetV2-YOLOv3-Nano-voc.weights",
     {1, 3, 320, 320},
     false},
    {"voc_imagenet/models/darknet_voc/MobileNetV2-YOLO-Fastest_v1/"
     "MobileNetV2-YOLO-Fastest-voc.weights",
     {1, 3, 320, 320},
     false},
};

std::vector<Tensor> run_by_opencv_alone(const std::string& path, const Graph& graph,
                                        const Tensor& input) {
  cv::dnn::Net net = cv::dnn::readNetFromONNX(path);
  const std::vector<int> sizes(input.shape().begin(), input.shape().end());
  net.setInput(cv::Mat(sizes, CV_32F, const_cast<float*>(input.data<float>().data())));
  std::vector<Tensor> outputs;
  for (const Output& output : graph.outputs) {
    const cv::Mat blob = net.forward(output.name);
    outputs.push_back(Tensor::of<float>(Shape(blob.size.p, blob.size.p + blob.dims),
                                        {blob.ptr<float>(), blob.total()}));
  }
  return outputs;
}

}  // namespace

TEST_CASE("the plugin loads once, under its name") {
  CHECK(opencv().name() == "opencv-dnn");
  CHECK_THROWS_WITH(load_plugin(BENCH_EXAMPLE_PLUGIN), Catch::Contains("exists already"));
}

TEST_CASE("what is no plugin is refused, saying why") {
  CHECK_THROWS_WITH(load_plugin("/nowhere/x.so"), Catch::Contains("no such plugin"));
  CHECK_THROWS_WITH(load_plugin(BENCH_SOURCE_DIR "/LICENSE"), Catch::Contains("cannot be loaded"));
  CHECK_THROWS_WITH(load_plugin(BENCH_ANOTHER_ABI), Catch::Contains("another-compiler") &&
                                                        Catch::Contains(std::string(abi_stamp())));
}

TEST_CASE("opencv-dnn agrees with the reference on every op") {
  for (const ConformanceCase& item : conformance_cases(1)) {
    CAPTURE(item.name);
    const Tensor input = conformance_input(item, 2);
    CHECK(relative_error(run(opencv(), item.graph, input), evaluate(item.graph, input)) < 1e-5);
  }
}

TEST_CASE("float, the reference, opencv-dnn and OpenCV's own importer agree on real networks") {
  if (!testing::real_data("face/models")) return;
  for (const RealNetwork& network : real_networks) {
    CAPTURE(network.file);
    const auto path = testing::real_data(network.file);
    REQUIRE(path);
    const Graph graph = simplify(fold_batch_norm(load_network(*path).graph));
    const Tensor input = conformance_input({network.file, graph, network.input}, 2);
    const auto by_float = run(find_backend("float"), graph, input);
    CHECK(relative_error(by_float, evaluate(graph, input)) < 1e-4);
    CHECK(relative_error(by_float, run(opencv(), graph, input)) < 1e-4);
    if (network.opencv_reads_it) {
      CHECK(relative_error(by_float, run_by_opencv_alone(*path, graph, input)) < 1e-4);
    }
  }
}

TEST_CASE("OpenCV's own importer runs what is written as ONNX") {
  if (!testing::real_data("face/models")) return;
  const testing::TemporaryFolder folder;
  const std::string file = folder.path() / "written.onnx";
  for (const RealNetwork& network : real_networks) {
    if (network.file == "face/models/foamliu_MobileFaceNet.onnx") continue;  // Clip of opset 11
    CAPTURE(network.file);
    const auto path = testing::real_data(network.file);
    REQUIRE(path);
    Graph graph = simplify(fold_batch_norm(load_network(*path).graph));
    std::get<Input>(graph.nodes[0].op).shape = network.input;  // OpenCV wants it known
    graph = simplify(std::move(graph));
    std::ofstream(file, std::ios::binary) << write_onnx(graph);
    const Tensor input = conformance_input({network.file, graph, network.input}, 2);
    CHECK(relative_error(run_by_opencv_alone(file, graph, input),
                         run(find_backend("float"), graph, input)) < 1e-4);
  }
}
