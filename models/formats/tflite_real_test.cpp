#include <algorithm>
#include <catch2/catch.hpp>

#include "models/formats/formats.h"
#include "models/testing.h"

namespace bench {
namespace {

struct RealFile {
  const char* path;
  const char* format;
  Shape input, output;
  std::size_t convolutions;
};

const RealFile real_files[] = {
    {"voc_imagenet/models/tflite/tinymaix/mbnet128_0.25_f.tflite",
     "tflite",
     {1, 3, 128, 128},
     {1, 1000},
     28},
    {"voc_imagenet/models/tflite/tinymaix/mbnet128_0.25_q.tflite",
     "tflite, int8 weights",
     {1, 3, 128, 128},
     {1, 1000},
     28},
    {"voc_imagenet/models/tflite/mobilenet_v1_0.25_128_quant.tflite",
     "tflite, uint8 weights",
     {1, 3, 128, 128},
     {1, 1001},
     28},
    {"voc_imagenet/models/tflite/mobilenet_v2_1.0_224_quant.tflite",
     "tflite, uint8 weights",
     {1, 3, 224, 224},
     {1, 1001},
     53},
    {"voc_imagenet/models/tflite/deeplabv3_mnv2_dm05_pascal_quant.tflite",
     "tflite, uint8 weights",
     {1, 3, 513, 513},
     {1, 21, 513, 513},
     55},
    {"face/models/mobilefacenet_993_quant.tflite",
     "tflite, int8 weights",
     {1, 3, 112, 96},
     {1, 128},
     50},
};

TEST_CASE("real TFLite files load, with the shapes they declare and all their grids") {
  for (const RealFile& file : real_files) {
    const auto path = testing::real_data(file.path);
    if (!path) return;
    INFO(file.path);
    const LoadedNetwork network = load_network(*path);
    CHECK(network.format == file.format);
    CHECK(network.files == std::vector<std::string>{*path});
    const std::vector<Shape> shapes = infer_shapes(network.graph, file.input);
    REQUIRE(network.graph.outputs.size() == 1);
    CHECK(shapes[static_cast<std::size_t>(network.graph.outputs[0].node)] == file.output);

    const bool quantised = network.format != "tflite";
    std::size_t convolutions = 0;
    for (const Node& node : network.graph.nodes) {
      const auto* conv = std::get_if<Conv2d>(&node.op);
      if (!conv) continue;
      ++convolutions;
      REQUIRE(conv->weight_grid.has_value() == quantised);
      REQUIRE(conv->bias_grid.has_value() == quantised);
      if (!quantised) continue;
      CHECK(conv->weight.type() == (conv->weight_grid->is_signed ? DType::i8 : DType::u8));
      CHECK(conv->bias.type() == DType::i32);
      CHECK(conv->bias_grid->scale.size() == conv->weight_grid->scale.size());
    }
    CHECK(convolutions == file.convolutions);
  }
}

}  // namespace
}  // namespace bench
