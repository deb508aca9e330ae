#include "models/passes/batch_statistics.h"

#include <catch2/catch.hpp>

#include "models/zoo/untrained.h"

namespace bench {
namespace {

TEST_CASE("batch norms tell mean and deviation of the layer they will be folded into") {
  Graph graph;
  graph.add("image", Input{{-1, 1, -1, -1}});
  graph.add("conv", Conv2d{.weight = Tensor({2, 1, 1, 1})}, {0});
  const Tensor ones = Tensor::of({2}, {1, 1});
  graph.add("bn", BatchNorm{Tensor::of({2}, {2, -3}), Tensor::of({2}, {0.5f, -7}), ones, ones},
            {1});
  graph.outputs = {{"out", 2}};
  const BatchStatistics statistics = batch_statistics(graph);
  REQUIRE(statistics.size() == 1);
  CHECK(statistics.at("conv").mean == std::vector<double>{0.5, -7});
  CHECK(statistics.at("conv").deviation == std::vector<double>{2, 3});
}

TEST_CASE("no statistics where the batch norm is not the layer's last word") {
  Untrained net({.seed = 1}, {-1, 3, -1, -1});
  net.batch_norm("of the image");
  const NodeId twice = net.conv("read twice", {.outputs = 3});
  net.batch_norm("bn 1");
  net.add("add", twice);
  net.conv("without", {.outputs = 3});
  net.conv("scaled", {.outputs = 3});
  const NodeId bn = net.batch_norm("bn 2");
  Graph graph = std::move(net).finish("out");
  const NodeId two = graph.add("two", Constant{Tensor::of({1}, {2})});
  graph.outputs = {{"out", graph.add("mul", Arithmetic{Arithmetic::Kind::mul}, {two, bn})}};
  CHECK(batch_statistics(graph).empty());
}

}  // namespace
}  // namespace bench
