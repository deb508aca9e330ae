#include "models/graph_digest.h"

#include <catch2/catch.hpp>

namespace bench {
namespace {

Graph small(float weight, int stride, const std::string& name) {
  Graph graph;
  const NodeId input = graph.add("input", Input{{1, 1, 4, 4}});
  Conv2d conv;
  conv.weight = Tensor::of({1, 1, 1, 1}, {weight});
  conv.stride = {stride, stride};
  graph.outputs = {{"out", graph.add(name, conv, {input})}};
  return graph;
}

TEST_CASE("A graph's digest depends on what it computes, not on its nodes' names") {
  const std::string one = digest(small(1, 1, "a"));
  CHECK(one.size() == 64);
  CHECK(digest(small(1, 1, "b")) == one);
  CHECK(digest(small(2, 1, "a")) != one);
  CHECK(digest(small(1, 2, "a")) != one);
  Graph renamed = small(1, 1, "a");
  renamed.outputs[0].name = "other";
  CHECK(digest(renamed) != one);
}

}  // namespace
}  // namespace bench
