#include "models/zoo/faster_rcnn_vgg16.h"

#include <catch2/catch.hpp>

#include "models/zoo/table_testing.h"

namespace bench {
namespace {

TEST_CASE("Faster R-CNN has the published parameters and MACs") {
  const Graph graph = faster_rcnn_vgg16({});
  validate(graph);
  const Audit counted = audit(graph, {1, 3, 600, 1000});
  CHECK(counted.parameters == 137'078'239);
  CHECK(counted.weights == 137'065'152);
  CHECK(counted.macs == 224'627'447'808);
  const std::vector<Shape> shapes = infer_shapes(graph, {2, 3, 600, 1000});
  const Shape wanted[] = {{2, 18, 37, 62}, {2, 36, 37, 62}, {600, 5}, {600, 21}, {600, 84}};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(shapes[static_cast<std::size_t>(graph.outputs[i].node)] == wanted[i]);
  }
}

// The table has the fully connected layers' MACs of one region, and their results as maps.
TEST_CASE("Faster R-CNN's layers are the table's") {
  const auto table = testing::table_rows("faster_rcnn_vgg16_1000x600");
  if (!table) return;
  Audit counted = audit(faster_rcnn_vgg16({}), {1, 3, 600, 1000});
  for (LayerAudit& layer : counted.layers) {
    if (layer.op == "Linear") layer.macs /= 300;
  }
  CHECK(testing::audit_rows(counted) == *table);
}

TEST_CASE("a small Faster R-CNN is small in proportion") {
  const Graph graph = faster_rcnn_vgg16({.width = 0.08, .image = {192, 256}, .classes = 21});
  validate(graph);
  CHECK(audit(graph, {1, 3, 192, 256}).parameters < 250'000);
  const std::vector<Shape> shapes = infer_shapes(graph, {3, 3, 192, 256});
  // 192 / 600 of 300 regions, of 7 bins, of anchors of 8 times 16 pixels
  const Shape wanted[] = {{3, 18, 12, 16}, {3, 36, 12, 16}, {288, 5}, {288, 21}, {288, 84}};
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(shapes[static_cast<std::size_t>(graph.outputs[i].node)] == wanted[i]);
  }
  for (const Node& node : graph.nodes) {
    if (const auto* op = std::get_if<RoiPool>(&node.op)) CHECK(op->size == Pair{3, 3});
    if (const auto* op = std::get_if<Proposals>(&node.op)) CHECK(op->scales[0] == Approx(2.56));
  }
}

}  // namespace
}  // namespace bench
