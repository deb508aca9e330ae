// Published quantised networks: the integers that they mean, and how far those are from the same
// grids in float.

#include <catch2/catch.hpp>
#include <cstring>

#include "bench/backends/int8/program.h"
#include "models/formats/formats.h"
#include "models/integer_testing.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/testing.h"

namespace bench::int8 {
namespace {

// The graph with every value on a grid among its outputs.
Graph showing_grids(Graph graph) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!std::holds_alternative<FakeQuantize>(graph.nodes[i].op)) continue;
    graph.outputs.push_back({graph.nodes[i].name, static_cast<NodeId>(i)});
  }
  return graph;
}

}  // namespace

TEST_CASE("int8: published networks, bit for bit, and within a step of their grids in float") {
  const char* file = GENERATE("voc_imagenet/models/tflite/mobilenet_v1_0.25_128_quant.tflite",
                              "voc_imagenet/models/tflite/mobilenet_v2_1.0_224_quant.tflite",
                              "voc_imagenet/models/tflite/deeplabv3_mnv2_dm05_pascal_quant.tflite",
                              "face/models/mobilefacenet_993_quant.tflite");
  const auto path = bench::testing::real_data(file);
  if (!path) return;
  const Graph graph = simplify(load_network(*path).graph);
  Shape image = std::get<Input>(graph.nodes[0].op).shape;
  for (std::int64_t& size : image) size = size < 0 ? 1 : size;
  const Tensor input = Random(6).tensor(image, -1, 1);
  const Requantization mode = GENERATE(Requantization::fixed_point, Requantization::float_scale);
  CompileOptions options;
  options.requantization = mode;
  INFO(file << ", mode " << static_cast<int>(mode));
  const Graph shown = showing_grids(graph);
  const auto wanted = evaluate(lower(shown, mode), input);
  for (const Graph& run : {graph, shown}) {  // with everything fused, and with nothing
    const Int8Program program(lower(run, mode), options);
    CHECK(program.network().graph().islands.empty());
    const auto got = program.open_session()->run(input);
    std::size_t different = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
      const auto a = got[i].bytes(), b = wanted[i].bytes();
      different += a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0 ? 0 : 1;
    }
    CHECK(different == 0);
  }
  if (mode != Requantization::float_scale) return;
  double most = 0;
  for (const auto& distance : bench::testing::distances(graph, lower(graph, mode), input)) {
    most = std::max(most, distance.steps);
  }
  CHECK(most <= 1);
}

}  // namespace bench::int8
