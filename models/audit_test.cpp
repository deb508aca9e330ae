#include "models/audit.h"

#include <catch2/catch.hpp>

#include "models/zoo/zoo.h"

namespace bench {
namespace {

Audit of_zoo(std::string_view name, std::int64_t batch = 1) {
  return audit(find(zoo(), "network", name).make(1), {batch, 3, 224, 224});
}

// image 1x2x4x4 -> conv 3x2x3x3 with bias, pad 1, stride 2 -> 1x3x2x2 -> bn -> prelu -> mean 1x3
// -> linear 5x3 -> 1x5, plus a constant of 5.
// MACs: 12 results * 18 + 5 * 3. Alive: image and conv 32 + 12 = 44; conv and bn 24; ...
TEST_CASE("an audit by hand") {
  Graph graph;
  graph.add("image", Input{{-1, 2, -1, -1}});
  const Tensor three(Shape{3});
  NodeId at = graph.add(
      "conv",
      Conv2d{.weight = Tensor({3, 2, 3, 3}), .bias = three, .stride = {2, 2}, .pad = {1, 1, 1, 1}},
      {0});
  at = graph.add("bn", BatchNorm{three, three, three, three}, {at});
  at = graph.add("prelu", PRelu{three}, {at});
  at = graph.add("mean", Reduce{Reduce::Kind::mean, {2, 3}, false}, {at});
  at = graph.add("fc", Linear{Tensor({5, 3}), {}}, {at});
  const NodeId k = graph.add("k", Constant{Tensor(Shape{5})});
  graph.outputs = {{"out", graph.add("sum", Arithmetic{}, {at, k})}};

  const Audit result = audit(graph, {1, 2, 4, 4});
  REQUIRE(result.layers.size() == 4);
  CHECK(result.layers[0].node == "conv");
  CHECK(result.layers[0].op == "Conv2d");
  CHECK(result.layers[0].output == Shape{1, 3, 2, 2});
  CHECK(result.layers[0].weights == 54);
  CHECK(result.layers[0].biases == 3);
  CHECK(result.layers[0].macs == 12 * 18);
  CHECK(result.layers[0].activation_elements == 12);
  CHECK(result.layers[1].batch_norm == 12);
  CHECK(result.layers[2].slopes == 3);
  CHECK(result.layers[3].macs == 15);
  CHECK(result.weights == 54 + 15);
  CHECK(result.parameters == 54 + 3 + 6 + 3 + 15);
  CHECK(result.scalars == 54 + 3 + 12 + 3 + 15 + 5);
  CHECK(result.macs == 12 * 18 + 15);
  CHECK(result.peak_activation_elements == 44);
  CHECK(result.bytes(32) == 4 * result.scalars);
  CHECK(result.bytes(8) == 69 + 4 * 23);
  CHECK(result.bytes(1) == 9 + 4 * 23);  // 69 bits in 9 bytes
}

// The figures of the published models: Keras's totals for VGG16, torchvision's and tonylins' for
// the others (ResNet50's MACs are He's 3.86 G plus what moving the stride into the 3x3 adds).
TEST_CASE("counts of well-known networks") {
  const Audit vgg = of_zoo("vgg16");
  CHECK(vgg.parameters == 138'357'544);
  CHECK(vgg.scalars == 138'357'544);
  CHECK(vgg.weights == 138'344'128);
  CHECK(vgg.macs == 15'470'264'320);
  CHECK(vgg.bytes(32) == 553'430'176);
  CHECK(vgg.bytes(8) == 138'344'128 + 4 * 13'416);  // 138.398 MB

  const Audit mobile = of_zoo("mobilenet-v2");
  CHECK(mobile.parameters == 3'504'872);
  CHECK(mobile.scalars == 3'538'984);
  CHECK(mobile.weights == 3'469'760);
  CHECK(mobile.macs == 300'774'272);
  CHECK(mobile.layers.size() == 53 + 52);
  CHECK(of_zoo("mobilenet-v2", 3).macs == 3 * 300'774'272);

  const Audit res = of_zoo("resnet50");
  CHECK(res.parameters == 25'557'032);
  CHECK(res.weights == 25'502'912);
  CHECK(res.scalars == 25'557'032 + 53'120);
  CHECK(res.macs == 4'089'184'256);
}

// Layers of the published tables: output sizes, weights and MACs.
TEST_CASE("layers of well-known networks") {
  const Audit mobile = of_zoo("mobilenet-v2");
  const LayerAudit& depthwise = mobile.layers[6 + 2];  // third conv of the table's row 4
  CHECK(depthwise.node == "features.2.depthwise");
  CHECK(depthwise.output == Shape{1, 96, 56, 56});
  CHECK(depthwise.weights == 864);
  CHECK(depthwise.macs == 2'709'504);
  const Audit vgg = of_zoo("vgg16");
  CHECK(vgg.layers[7].node == "conv4_1");
  CHECK(vgg.layers[7].macs == 924'844'032);
  CHECK(vgg.layers[13].macs == 102'760'448);
}

}  // namespace
}  // namespace bench
