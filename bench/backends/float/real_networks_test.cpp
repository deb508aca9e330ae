// Published networks, against the reference.

#include <algorithm>
#include <catch2/catch.hpp>

#include "bench/backend.h"
#include "models/conformance.h"
#include "models/formats/formats.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/testing.h"

namespace bench {
namespace {

void compare(const Graph& graph, const Shape& image) {
  const auto program = find_backend("float").compile(graph, {});
  const Tensor input = Random(4).tensor(image, -1, 1);
  const auto wanted = evaluate(graph, input), got = program->open_session()->run(input);
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO("output " << graph.outputs[i].name);
    CHECK(relative_error(got[i], wanted[i]) <= 1e-4);
  }
  for (const LayerFact& layer : program->facts(image).layers) {
    INFO(layer.node << " " << layer.op << " " << layer.implementation);
    CHECK(layer.implementation.find("ref") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("float: published networks equal the reference, as read and with batch norm folded") {
  struct Network {
    const char* file;
    Shape image;
  };
  const auto network =
      GENERATE(Network{"face/models/version-RFB-320.onnx", {1, 3, 240, 320}},
               Network{"face/models/version-RFB-320_without_postprocessing.onnx", {1, 3, 240, 320}},
               Network{"face/models/version-slim-320.onnx", {1, 3, 240, 320}},
               Network{"face/models/yunet_n_320_320.onnx", {1, 3, 320, 320}},
               Network{"face/models/yunet_n_dynamic.onnx", {2, 3, 96, 160}},
               Network{"face/models/foamliu_MobileFaceNet.onnx", {1, 3, 112, 112}},
               Network{"voc_imagenet/models/derived/mobilenetv1x0.25.onnx", {1, 3, 224, 224}});
  const auto file = testing::real_data(network.file);
  if (!file) return;
  INFO(*file);
  const Graph graph = load_network(*file).graph;
  compare(graph, network.image);
  compare(fold_batch_norm(simplify(graph)), network.image);
}

}  // namespace bench
