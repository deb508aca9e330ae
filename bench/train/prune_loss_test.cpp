#include "bench/train/prune_loss.h"

#include <ATen/ATen.h>

#include <catch2/catch.hpp>

#include "models/error.h"

namespace bench {
namespace {

Graph two_nodes() {
  Graph graph;
  graph.add("image", Input{{-1, 4, -1, -1}});
  graph.add("conv1.relu", Activation{}, {0});
  graph.outputs = {{"out", 1}};
  return graph;
}

TEST_CASE("The lowest channels pay for their largest values") {
  PruneLoss prune({.alpha = 10, .ratio = 0.6, .nodes = {"conv*.relu"}}, two_nodes());
  // Two images of four channels of one pixel: 3, 0, 6, 2 and 1, 1, 5, 4.
  at::Tensor value = at::tensor({3.f, 0.f, 6.f, 2.f, 1.f, 1.f, 5.f, 4.f}).reshape({2, 4, 1, 1});
  value.requires_grad_(true);
  prune.see(0, value);  // not watched
  CHECK(prune.loss().item<float>() == 0);
  prune.see(1, value);
  // floor(0.6 * 4) = 2 channels of each image: 10 (0 + 2 + 1 + 1) / 4.
  const at::Tensor loss = prune.loss();
  CHECK(loss.item<float>() == 10);
  loss.backward();
  const at::Tensor expected =
      at::tensor({0.f, 2.5f, 0.f, 2.5f, 2.5f, 2.5f, 0.f, 0.f}).reshape({2, 4, 1, 1});
  CHECK(at::equal(value.grad(), expected));
  prune.clear();
  CHECK(prune.loss().item<float>() == 0);
}

TEST_CASE("A pattern must fit a node, and the node give maps") {
  CHECK_THROWS_WITH(PruneLoss({.alpha = 1, .ratio = 0.5, .nodes = {"fc*"}}, two_nodes()),
                    "prune: no node is called 'fc*'");
  PruneLoss prune({.alpha = 1, .ratio = 0.5, .nodes = {"conv1.relu"}}, two_nodes());
  CHECK_THROWS_AS(prune.see(1, at::zeros({2, 4})), Error);
}

}  // namespace
}  // namespace bench
