#include "models/graph.h"

#include <catch2/catch.hpp>

#include "models/error.h"

namespace bench {
namespace {

using Catch::Matchers::Contains;

Graph with(Op op, std::vector<NodeId> inputs = {0}) {
  Graph graph;
  graph.add("image", Input{{-1, 3, -1, -1}});
  graph.outputs = {{"out", graph.add("n", std::move(op), std::move(inputs))}};
  return graph;
}

Conv2d conv(Shape weight) { return {.weight = Tensor(std::move(weight))}; }

void require_refused(const Graph& graph, const std::string& why) {
  try {
    validate(graph);
    FAIL("accepted; should say: " << why);
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::bad_data);
    CHECK_THAT(error.what(), Contains(why));
  }
}

TEST_CASE("every op has its name") {
  const std::vector<Op> ops = {
      Input{},   Constant{},    Conv2d{},     Linear{}, BatchNorm{}, Activation{}, PRelu{},
      MaxPool{}, AveragePool{}, Arithmetic{}, Concat{}, Slice{},     Transpose{},  Reshape{},
      Pad{},     Resize{},      Softmax{},    Reduce{}, RoiPool{},   Proposals{},  FakeQuantize{}};
  CHECK(ops.size() == std::variant_size_v<Op>);
  std::string names;
  for (const Op& op : ops) names += std::string(name_of(op)) + " ";
  CHECK(names ==
        "Input Constant Conv2d Linear BatchNorm Activation PRelu MaxPool AveragePool Arithmetic "
        "Concat Slice Transpose Reshape Pad Resize Softmax Reduce RoiPool Proposals FakeQuantize ");
  CHECK(describe({"conv_3", Conv2d{}, {}}) == "node 'conv_3' (Conv2d)");
}

TEST_CASE("a sound graph is accepted") {
  validate(with(conv({4, 3, 3, 3})));
  validate(with(Concat{}, {0, 0, 0}));
  validate(with(Transpose{{0, 2, 3, 1}}));
  validate(with(Resize{.scale_h = 2, .scale_w = 2}));
  validate(with(Resize{.height = 7, .width = 9}));
}

TEST_CASE("a graph that is no graph is refused") {
  require_refused({}, "no nodes");
  Graph graph = with(Activation{});
  graph.outputs.clear();
  require_refused(graph, "no outputs");
  graph.outputs = {{"prob", 2}};
  require_refused(graph, "output 'prob' is node number 2");
  require_refused(with(Activation{}, {1}), "node 'n' (Activation): reads node number 1");
  require_refused(with(Activation{}, {-1}), "reads node number -1");
  require_refused(with(Activation{}, {}), "has 0 inputs, takes 1");
  require_refused(with(Concat{}, {}), "takes 1 or more");
  require_refused(with(Input{{1}}, {}), "one Input only");
  graph = with(Activation{});
  graph.nodes[1].name = "image";
  require_refused(graph, "another node has the same name");
  graph.nodes[0].op = Constant{Tensor(Shape{1})};
  require_refused(graph, "the first node must be the Input");
  graph.nodes[0].op = Input{{1, 0, 3}};
  require_refused(graph, "sizes must be above 0");
}

TEST_CASE("parameters that do not fit each other are refused") {
  require_refused(with(conv({4, 3, 3})), "weight has shape 4x3x3, wanted 4 sizes above 0");
  require_refused(with(conv({4, 0, 3, 3})), "wanted 4 sizes above 0");
  require_refused(with(Conv2d{.weight = Tensor({4, 3, 1, 1}), .bias = Tensor(Shape{3})}),
                  "bias has shape 3, wanted 4 values");
  require_refused(with(Conv2d{.weight = Tensor({4, 1, 1, 1}), .groups = 3}),
                  "4 output channels do not divide into 3 groups");
  require_refused(with(Conv2d{.weight = Tensor({4, 1, 1, 1}), .stride = {0, 1}}),
                  "strides must be above 0");
  require_refused(with(Conv2d{.weight = Tensor({4, 1, 1, 1}), .pad = {0, -1, 0, 0}}),
                  "padding is negative");
  require_refused(with(Conv2d{.weight = Tensor({4, 3, 1, 1}, DType::i8)}), "not f32");
  require_refused(with(Linear{Tensor({4, 3}), Tensor(Shape{5})}), "bias has shape 5");
  require_refused(
      with(BatchNorm{Tensor(Shape{3}), Tensor(Shape{3}), Tensor(Shape{2}), Tensor(Shape{3})}),
      "mean has shape 2");
  require_refused(with(PRelu{Tensor({3, 1, 1})}), "weight has shape 3x1x1");
  require_refused(with(MaxPool{.kernel = {2, 2}, .pad = {2, 0, 0, 0}}), "smaller than the kernel");
  require_refused(with(AveragePool{.kernel = {2, 0}}), "kernel sizes");
  require_refused(with(Slice{.step = 0}), "step");
  require_refused(with(Transpose{{0, 2, 2, 1}}), "no permutation");
  const Dim open{Dim::Kind::infer};
  require_refused(with(Reshape{{open, open}}), "at most one");
  require_refused(with(Reshape{{{Dim::Kind::fixed, -2}}}), "negative");
  require_refused(with(Reshape{{{Dim::Kind::copy, 0, 1, 0}}}), "copied from input 1");
  require_refused(with(Pad{{1}, {1, 2}}), "differ in length");
  require_refused(with(Pad{{std::int64_t{1} << 60}, {0}}), "out of range");
  require_refused(with(Resize{}), "scales");
  require_refused(with(Reduce{}), "axes");
  require_refused(with(Constant{}, {}), "has no value");
  require_refused(with(RoiPool{{0, 1}}, {0, 0}), "sizes must be above 0");
  require_refused(with(RoiPool{{1, 1}, NAN}, {0, 0}), "scale must be above 0");
  require_refused(with(RoiPool{}), "has 1 inputs, takes 2");
  require_refused(with(Proposals{.scales = {}}, {0, 0, 0}), "anchors' base size and scales");
  require_refused(with(Proposals{.ratios = {1, -1}}, {0, 0, 0}), "ratios");
  require_refused(with(Proposals{.stride = 0}, {0, 0, 0}), "stride");
  require_refused(with(Proposals{.kept = 0}, {0, 0, 0}), "at least one");
  require_refused(with(Proposals{.overlap = NAN}, {0, 0, 0}), "must not be negative");
}

TEST_CASE("regions are places, and what proposals take from the image is its size") {
  Graph graph = with(Proposals{}, {0, 0, 0});
  graph.add("pool", RoiPool{}, {0, 1});
  CHECK(find_places(graph) == std::vector<bool>{false, true, false});
  CHECK(reads(graph.nodes[1].op, 1) == Reads::values);
  CHECK(reads(graph.nodes[1].op, 2) == Reads::size);
  CHECK(reads(graph.nodes[2].op, 0) == Reads::values);
  CHECK(reads(graph.nodes[2].op, 1) == Reads::places);
}

// image -> a -> c, a -> b, outputs c and a
TEST_CASE("readers are counted, outputs among them") {
  Graph graph;
  graph.add("image", Input{{1, 1}});
  const NodeId a = graph.add("a", Activation{}, {0});
  const NodeId b = graph.add("b", Activation{}, {a});
  const NodeId c = graph.add("c", Arithmetic{}, {a, a});
  graph.outputs = {{"c", c}, {"again", c}};
  CHECK(count_readers(graph) == std::vector<int>{1, 3, 0, 2});
  CHECK(last_readers(graph) == std::vector<NodeId>{a, c, b, 4});
}

}  // namespace
}  // namespace bench
