#include "bench/onednn/weights.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/random.h"

namespace bench::onednn {
namespace {

Desc of_layout(const Shape& shape, dnnl::memory::format_tag tag) {
  return Desc(shape, dnnl::memory::data_type::f32, tag);
}

Graph one_layer(const Tensor& weight) {
  Graph graph;
  graph.add("image", Input{{1, 16, -1, -1}});
  graph.add("conv", Conv2d{.weight = weight}, {0});
  graph.outputs = {{"out", 1}};
  return graph;
}

std::vector<float> elements(const Tensor& tensor) {
  const auto values = tensor.data<float>();
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("weights are held in the layouts asked for alone, and can be had in any other") {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  const Shape shape{32, 16, 3, 3};
  const Tensor weight = Random(1).tensor(shape, -1, 1);
  const auto bytes = weight.bytes().size();
  const Desc plain = row_major(shape);
  const Desc blocks = of_layout(shape, dnnl::memory::format_tag::OIhw16i16o);

  Graph graph = one_layer(weight);
  Weights weights(engine);
  weights.take(graph);
  CHECK(std::get<Conv2d>(graph.nodes[1].op).weight.empty());
  CHECK(std::get<Conv2d>(graph.nodes[1].op).weight.shape() == shape);
  CHECK(weights.bytes() == bytes);
  CHECK(elements(weights.plain_weight(1, shape)) == elements(weight));

  SECTION("in another layout: the plain one is gone, and made again from it") {
    weights.weight(1, plain, blocks);
    CHECK(weights.bytes() == bytes);
    CHECK(elements(weights.plain_weight(1, shape)) == elements(weight));
    const dnnl::memory again = weights.weight(1, plain, plain);
    const auto* values = static_cast<const float*>(again.get_data_handle());
    CHECK(std::ranges::equal(elements(weight), std::span(values, bytes / sizeof(float))));
    CHECK(weights.bytes() == 2 * bytes);
    CHECK(weights.weight(1, plain, blocks).get_desc() == blocks);
    CHECK(weights.bytes() == 2 * bytes);
  }
  SECTION("as it is: no copy, and it stays when another layout is asked for") {
    const dnnl::memory held = weights.weight(1, plain, plain);
    CHECK(weights.bytes() == bytes);
    weights.weight(1, plain, blocks);
    CHECK(weights.bytes() == 2 * bytes);
    const auto* values = static_cast<const float*>(held.get_data_handle());
    CHECK(std::ranges::equal(elements(weight), std::span(values, bytes / sizeof(float))));
  }
}

}  // namespace bench::onednn
