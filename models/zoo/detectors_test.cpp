// DSFD, SSD-Lite and DeepLabV3+: what was published of them, and how they shrink.

#include <catch2/catch.hpp>

#include "models/error.h"
#include "models/passes/layers.h"
#include "models/zoo/deeplab_v3plus_mobilenet_v2.h"
#include "models/zoo/dsfd_vgg16.h"
#include "models/zoo/ssd_lite_mobilenet_v2.h"
#include "models/zoo/table_testing.h"

namespace bench {
namespace {

using testing::audit_rows;
using testing::table_rows;

Shape shape_of(const Graph& graph, const Shape& image, std::size_t output) {
  return infer_shapes(graph, image)[static_cast<std::size_t>(graph.outputs[output].node)];
}

TEST_CASE("DSFD has the published parameters and MACs") {
  const Graph graph = dsfd_vgg16({});
  validate(graph);
  const Audit counted = audit(graph, {1, 3, 640, 640});
  CHECK(counted.parameters == 42'570'985);
  CHECK(counted.weights == 42'555'584);
  CHECK(counted.macs == 210'984'320'000);
  // 160^2 + 80^2 + 40^2 + 20^2 + 10^2 + 5^2 anchors
  CHECK(shape_of(graph, {2, 3, 640, 640}, 0) == Shape{2, 34125, 4});
  CHECK(shape_of(graph, {2, 3, 640, 640}, 1) == Shape{2, 34125, 2});
}

TEST_CASE("DSFD's layers are the table's") {
  const auto table = table_rows("dsfd_vgg16_640", "ssdout/");  // the first shot's heads
  if (!table) return;
  CHECK(audit_rows(audit(dsfd_vgg16({}), {1, 3, 640, 640})) == *table);
}

TEST_CASE("DSFD at the larger size") {
  const Graph graph = dsfd_vgg16({.image = {1024, 1024}});
  CHECK(audit(graph, {1, 3, 1024, 1024}).macs == 540'119'859'200);
}

TEST_CASE("a small DSFD keeps six levels and the numbers its heads give") {
  const Graph graph = dsfd_vgg16({.width = 0.0625, .image = {192, 256}});
  validate(graph);
  // 48 x 64, 24 x 32, 12 x 16, 6 x 8, then rounded up: 3 x 4, 2 x 2.
  CHECK(shape_of(graph, {3, 3, 192, 256}, 0) == Shape{3, 3072 + 768 + 192 + 48 + 12 + 4, 4});
  CHECK(shape_of(graph, {3, 3, 192, 256}, 1) == Shape{3, 4096, 2});
  CHECK(audit(graph, {1, 3, 192, 256}).parameters < 250'000);
  const Graph tiny = dsfd_vgg16({.width = 0.0625, .image = {32, 96}});
  // 8 x 24, 4 x 12, 2 x 6, 1 x 3, 1 x 2, 1 x 1
  CHECK(shape_of(tiny, {1, 3, 32, 96}, 0) == Shape{1, 192 + 48 + 12 + 3 + 2 + 1, 4});
  CHECK_THROWS_WITH(dsfd_vgg16({.image = {192, 250}}),
                    Catch::Contains("192x250 pixels; the sides must be multiples of 32"));
}

TEST_CASE("SSD-Lite has the published parameters and MACs") {
  const Graph graph = ssd_lite_mobilenet_v2({});
  validate(graph);
  const Audit counted = audit(graph, {1, 3, 300, 300});
  CHECK(counted.parameters == 3'388'228);
  CHECK(counted.scalars == 3'438'340);
  CHECK(counted.macs == 660'828'976);
  CHECK(shape_of(graph, {2, 3, 300, 300}, 0) == Shape{2, 3000, 4});
  CHECK(shape_of(graph, {2, 3, 300, 300}, 1) == Shape{2, 3000, 21});
}

TEST_CASE("SSD-Lite's layers are the table's") {
  const auto table = table_rows("mnv2_ssdlite_300");
  if (!table) return;
  CHECK(audit_rows(audit(ssd_lite_mobilenet_v2({}), {1, 3, 300, 300})) == *table);
}

TEST_CASE("a small SSD-Lite") {
  const Graph graph = ssd_lite_mobilenet_v2({.width = 0.2, .image = {120, 160}, .classes = 9});
  validate(graph);
  // 8 x 10, 4 x 5, 2 x 3, 1 x 2, 1 x 1, 1 x 1 cells of six priors
  CHECK(shape_of(graph, {3, 3, 120, 160}, 0) == Shape{3, 6 * (80 + 20 + 6 + 2 + 1 + 1), 4});
  CHECK(shape_of(graph, {3, 3, 120, 160}, 1) == Shape{3, 660, 9});
  CHECK(audit(graph, {1, 3, 120, 160}).parameters < 250'000);
}

TEST_CASE("DeepLabV3+ has the published parameters and MACs") {
  const Graph graph = deeplab_v3plus_mobilenet_v2({});
  validate(graph);
  const Audit counted = audit(graph, {1, 3, 513, 513});
  CHECK(counted.parameters == 5'816'053);
  CHECK(counted.scalars == 5'851'797);
  CHECK(counted.macs == 27'067'933'504);
  CHECK(shape_of(graph, {2, 3, 513, 513}, 0) == Shape{2, 21, 513, 513});
}

TEST_CASE("DeepLabV3+'s layers are the table's") {
  const auto table = table_rows("deeplabv3p_mnv2_513");
  if (!table) return;
  CHECK(audit_rows(audit(deeplab_v3plus_mobilenet_v2({}), {1, 3, 513, 513})) == *table);
}

TEST_CASE("a small DeepLabV3+ looks as far, in proportion") {
  const Graph graph =
      deeplab_v3plus_mobilenet_v2({.width = 0.125, .image = {120, 160}, .classes = 9});
  validate(graph);
  CHECK(shape_of(graph, {3, 3, 120, 160}, 0) == Shape{3, 9, 120, 160});
  CHECK(audit(graph, {1, 3, 120, 160}).parameters < 250'000);
  // 6 * 160 / 513 = 1.87, 12 ... = 3.74, 18 ... = 5.61
  for (const auto& [name, rate] :
       {std::pair{"aspp.aspp2", 2}, {"aspp.aspp3", 4}, {"aspp.aspp4", 6}}) {
    const Node& node = graph.nodes[static_cast<std::size_t>(find_node(graph, name))];
    CHECK(std::get<Conv2d>(node.op).dilation == Pair{rate, rate});
  }
}

}  // namespace
}  // namespace bench
