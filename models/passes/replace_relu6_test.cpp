#include "models/passes/replace_relu6.h"

#include <catch2/catch.hpp>

#include "models/reference.h"

namespace bench {
namespace {

TEST_CASE("clip(0, 6) becomes relu, other activations stay") {
  using Kind = Activation::Kind;
  Graph graph;
  graph.add("image", Input{{-1, 4}});
  graph.add("six", Activation{Kind::clip, 0, 6}, {0});
  graph.add("one", Activation{Kind::clip, 0, 1}, {0});
  graph.add("hard tanh", Activation{Kind::clip, -6, 6}, {0});
  graph.add("leaky", Activation{Kind::leaky_relu, 0, 6}, {0});
  for (NodeId id = 1; id <= 4; ++id) graph.outputs.push_back({std::to_string(id), id});
  const auto [after, replaced] = replace_relu6(graph);
  CHECK(replaced == std::vector<std::string>{"six"});
  const auto got = evaluate(after, Tensor::of({1, 4}, {-7, 0.5f, 6, 9}));
  CHECK(std::vector(got[0].data<float>().begin(), got[0].data<float>().end()) ==
        std::vector<float>{0, 0.5f, 6, 9});
  CHECK(got[1].data<float>()[3] == 1);
  CHECK(got[2].data<float>()[0] == -6);
}

}  // namespace
}  // namespace bench
