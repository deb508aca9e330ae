#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <thread>

#include "bench/backend.h"
#include "models/conformance.h"
#include "models/error.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

using Kind = Activation::Kind;

const Backend& backend() { return find_backend("float"); }

// A network of one image input, made node by node with random parameters.
struct Net {
  Random random{7};
  Graph graph;
  Shape image;

  explicit Net(Shape shape) : image(std::move(shape)) {
    Shape open = image;
    for (const std::size_t axis : {0u, 2u, 3u}) {
      if (axis < open.size()) open[axis] = -1;
    }
    graph.add("image", Input{open});
  }
  NodeId add(Op op, std::vector<NodeId> inputs) {
    return graph.add("node" + std::to_string(graph.nodes.size()), std::move(op), std::move(inputs));
  }
  NodeId conv(NodeId from, int in, int out, int kernel, int stride = 1, int groups = 1,
              bool bias = true, int dilation = 1) {
    const int pad = (kernel - 1) * dilation / 2;
    return add(Conv2d{random.tensor({out, in / groups, kernel, kernel}, -0.5f, 0.5f),
                      bias ? random.tensor({out}, -1, 1) : Tensor(),
                      {stride, stride},
                      {pad, pad, pad, pad},
                      {dilation, dilation},
                      groups},
               {from});
  }
  NodeId activation(NodeId from, Kind kind, float alpha = 0, float beta = 0) {
    return add(Activation{kind, alpha, beta}, {from});
  }
  NodeId norm(NodeId from, int channels) {
    return add(BatchNorm{random.tensor({channels}, 0.5f, 1.5f), random.tensor({channels}, -1, 1),
                         random.tensor({channels}, -1, 1), random.tensor({channels}, 0.5f, 2)},
               {from});
  }
  NodeId arithmetic(Arithmetic::Kind kind, NodeId a, NodeId b) {
    return add(Arithmetic{kind}, {a, b});
  }
  Graph finish(std::vector<NodeId> outputs) {
    for (const NodeId id : outputs) graph.outputs.push_back({"out" + std::to_string(id), id});
    return graph;
  }
};

bool bit_equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0;
}

// Runs the graph at several sizes and checks every output against the reference.
void check(const Graph& graph, const std::vector<Shape>& images) {
  const auto program = backend().compile(graph, {});
  const auto session = program->open_session();
  Random random(3);
  for (const Shape& image : images) {
    const Tensor input = random.tensor(image, -1, 1);
    const auto wanted = evaluate(graph, input);
    const auto got = session->run(input);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      INFO("image " << to_string(image) << ", output " << i);
      CHECK(relative_error(got[i], wanted[i]) <= 1e-5);
    }
  }
}

const LayerFact& fact_of(const ProgramFacts& facts, const std::string& node) {
  const auto found = std::ranges::find_if(facts.layers, [&](const LayerFact& layer) {
    return layer.node == node && layer.op != "reorder";
  });
  REQUIRE(found != facts.layers.end());
  return *found;
}

// A small network with everything ResNet and MobileNet have: stem, residual block with a projected
// shortcut, depthwise, pooling, classifier.
Graph small_network() {
  Net net({1, 3, 32, 32});
  NodeId x = net.activation(net.conv(0, 3, 16, 3, 2), Kind::relu);
  const NodeId shortcut = net.conv(x, 16, 32, 1, 2);
  x = net.activation(net.conv(x, 16, 16, 3, 2), Kind::relu);
  x = net.conv(x, 16, 32, 1);
  x = net.activation(net.arithmetic(Arithmetic::Kind::add, x, shortcut), Kind::relu);
  x = net.activation(net.conv(x, 32, 32, 3, 1, 32), Kind::clip, 0, 6);
  x = net.add(Reduce{Reduce::Kind::mean, {2, 3}, false}, {x});
  x = net.add(Linear{net.random.tensor({10, 32}, -1, 1), net.random.tensor({10}, -1, 1)}, {x});
  return net.finish({x});
}

// The same network with a depthwise layer that nobody reads: for such networks this backend keeps
// channels in blocks where it otherwise keeps them last.
Graph with_depthwise(Graph graph) {
  const Shape& image = std::get<Input>(graph.nodes[0].op).shape;
  if (image.size() != 4) return graph;
  const int channels = static_cast<int>(image[1]);
  graph.add("depthwise", Conv2d{Tensor(Shape{channels, 1, 1, 1}), {}, {}, {}, {}, channels}, {0});
  return graph;
}

void check_facts(const Graph& graph, const Shape& image) {
  const auto facts = backend().compile(graph, {})->facts(image);
  for (const LayerFact& layer : facts.layers) {
    INFO(layer.node << " " << layer.op << " " << layer.implementation);
    CHECK(layer.implementation.find("ref") == std::string::npos);
    CHECK(layer.implementation != "plain");
  }
  CHECK(facts.library.starts_with("oneDNN 2."));
  CHECK(facts.weight_bytes > 0);
  CHECK(facts.activation_bytes > 0);
}

}  // namespace

TEST_CASE("float: Winograd's algorithm, where it is asked for, gives the same but for rounding") {
  CompileOptions options;
  options.winograd = true;
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 2);
    const auto wanted = evaluate(c.graph, input);
    const auto got = find_backend("float").compile(c.graph, options)->open_session()->run(input);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], wanted[i]) <= 1e-3);
  }
}

TEST_CASE("float: a residual block by Winograd's algorithm, on processors it is made for") {
  Graph graph;
  NodeId here = graph.add("image", Input{{1, 64, 28, 28}});
  const NodeId image = here;
  here = graph.add(
      "conv", Conv2d{.weight = Random(1).tensor({64, 64, 3, 3}, -0.1f, 0.1f), .pad = {1, 1, 1, 1}},
      {here});
  here = graph.add("add", Arithmetic{}, {here, image});
  graph.outputs = {{"out", graph.add("relu", Activation{}, {here})}};
  CompileOptions options;
  options.winograd = true;
  const auto program = find_backend("float").compile(graph, options);
  const Tensor input = Random(2).tensor({1, 64, 28, 28}, -1, 1);
  CHECK(relative_error(program->open_session()->run(input)[0], evaluate(graph, input)[0]) <= 1e-3);
  const ProgramFacts facts = program->facts(input.shape());
  const bool is_used = std::ranges::any_of(facts.layers, [](const LayerFact& fact) {
    return fact.implementation.find("wino") != std::string::npos;
  });
  if (facts.isa.starts_with("avx512_core")) CHECK(is_used);
}

TEST_CASE("float: conformance") {
  const bool depthwise = GENERATE(false, true);
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    for (const ConformanceCase& c : conformance_cases(seed)) {
      INFO(c.name << ", seed " << seed);
      const Graph graph = depthwise ? with_depthwise(c.graph) : c.graph;
      const Tensor input = conformance_input(c, seed + 10);
      const auto wanted = evaluate(graph, input);
      const auto program = backend().compile(graph, {});
      const auto got = program->open_session()->run(input);
      REQUIRE(got.size() == wanted.size());
      for (std::size_t i = 0; i < got.size(); ++i) {
        CHECK(relative_error(got[i], wanted[i]) <= 1e-5);
      }
    }
  }
}

TEST_CASE("float: looks through grids") {
  for (const auto& cases : {quantized_conformance_cases(1), integer_conformance_cases(1)}) {
    for (const ConformanceCase& c : cases) {
      INFO(c.name);
      const Tensor input = conformance_input(c, 2);
      const auto wanted = evaluate(without_grids(c.graph), input);
      const auto got = backend().compile(c.graph, {})->open_session()->run(input);
      REQUIRE(got.size() == wanted.size());
      for (std::size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], wanted[i]) <= 1e-5);
    }
  }
}

TEST_CASE("float: convolutions of every kind equal the reference") {
  struct Case {
    int in, out, kernel, stride, groups, dilation;
    bool bias;
  };
  const auto c = GENERATE(Case{3, 8, 3, 2, 1, 1, true}, Case{3, 16, 7, 2, 1, 1, false},
                          Case{16, 32, 1, 1, 1, 1, true}, Case{17, 5, 3, 1, 1, 1, true},
                          Case{32, 32, 3, 1, 32, 1, true}, Case{20, 20, 5, 2, 20, 1, false},
                          Case{16, 24, 3, 1, 1, 2, true}, Case{12, 18, 3, 1, 3, 1, true},
                          Case{8, 16, 3, 1, 8, 1, true}, Case{32, 64, 3, 1, 2, 1, true},
                          Case{1, 1, 1, 1, 1, 1, false}, Case{64, 64, 3, 1, 64, 3, true});
  Net net({1, c.in, 20, 20});
  const NodeId id = net.conv(0, c.in, c.out, c.kernel, c.stride, c.groups, c.bias, c.dilation);
  check(net.finish({id}),
        {{1, c.in, 20, 20}, {3, c.in, 13, 17}, {1, c.in, 7, 7}, {1, c.in, 41, 9}});
}

TEST_CASE("float: a convolution's padding may differ on each side") {
  Net net({1, 4, 9, 9});
  const NodeId id = net.add(
      Conv2d{net.random.tensor({6, 4, 3, 3}, -1, 1), Tensor(), {2, 1}, {0, 1, 1, 2}, {1, 1}, 1},
      {0});
  check(net.finish({id}), {{1, 4, 9, 9}, {2, 4, 8, 11}});
}

TEST_CASE("float: every activation, alone and after a convolution") {
  const auto a = GENERATE(Activation{Kind::relu}, Activation{Kind::clip, -0.5f, 0.75f},
                          Activation{Kind::leaky_relu, 0.1f}, Activation{Kind::elu, 0.7f},
                          Activation{Kind::sigmoid}, Activation{Kind::tanh},
                          Activation{Kind::hard_sigmoid, 0.2f, 0.5f}, Activation{Kind::hard_swish},
                          Activation{Kind::swish}, Activation{Kind::softplus},
                          Activation{Kind::exp}, Activation{Kind::abs}, Activation{Kind::neg});
  INFO("kind " << static_cast<int>(a.kind));
  Net net({1, 8, 12, 12});
  const NodeId alone = net.add(a, {0});
  const NodeId fused = net.add(a, {net.conv(0, 8, 16, 3)});
  const Graph graph = net.finish({alone, fused});
  check(graph, {{1, 8, 12, 12}, {2, 8, 5, 7}});
  const auto facts = backend().compile(graph, {})->facts({1, 8, 12, 12});
  CHECK(fact_of(facts, graph.nodes[static_cast<std::size_t>(fused)].name).op ==
        "Conv2d+Activation");
}

TEST_CASE("float: log and sqrt of positive numbers") {
  Net net({1, 8, 12, 12});
  const NodeId positive = net.activation(0, Kind::exp);
  const NodeId log = net.activation(positive, Kind::log);
  const NodeId root = net.activation(positive, Kind::sqrt);
  check(net.finish({log, root}), {{1, 8, 12, 12}});
}

TEST_CASE("float: PRelu with one slope and one per channel, alone and fused") {
  const int slopes = GENERATE(1, 16);
  Net net({1, 16, 10, 10});
  const auto prelu = [&] { return PRelu{net.random.tensor({slopes}, 0, 0.5f)}; };
  const NodeId alone = net.add(prelu(), {0});
  const NodeId fused = net.add(prelu(), {net.conv(0, 16, 16, 3)});
  check(net.finish({alone, fused}), {{1, 16, 10, 10}, {2, 16, 5, 3}});
}

TEST_CASE("float: batch norm alone, after a convolution and after a linear layer") {
  Net net({1, 6, 9, 9});
  const NodeId alone = net.activation(net.norm(0, 6), Kind::relu);
  const NodeId fused = net.activation(net.norm(net.conv(0, 6, 12, 3), 12), Kind::relu);
  const NodeId mean = net.add(Reduce{Reduce::Kind::mean, {-1, -2}, false}, {fused});
  const NodeId linear = net.add(Linear{net.random.tensor({20, 12}, -1, 1), Tensor()}, {mean});
  const NodeId features = net.norm(linear, 20);
  const Graph graph = net.finish({alone, fused, features});
  check(graph, {{1, 6, 9, 9}, {4, 6, 5, 5}});
  const auto facts = backend().compile(graph, {})->facts({1, 6, 9, 9});
  CHECK(fact_of(facts, "node5").op == "Conv2d+BatchNorm+Activation");
}

TEST_CASE("float: the residual addition goes into a convolution, whichever side it stands on") {
  const bool first = GENERATE(true, false);
  Net net({1, 16, 14, 14});
  const NodeId x = net.activation(net.conv(0, 16, 16, 3), Kind::relu);
  const NodeId y = net.conv(x, 16, 16, 3);
  const NodeId sum = net.arithmetic(Arithmetic::Kind::add, first ? y : x, first ? x : y);
  const NodeId last = net.activation(sum, Kind::relu);
  const NodeId also = net.conv(x, 16, 8, 1);  // reads the shortcut after the addition
  const Graph graph = net.finish({last, also});
  check(graph, {{1, 16, 14, 14}, {2, 16, 7, 9}});
  const auto facts = backend().compile(graph, {})->facts({1, 16, 14, 14});
  CHECK(fact_of(facts, graph.nodes[static_cast<std::size_t>(last)].name).op ==
        "Conv2d+Arithmetic+Activation");
}

TEST_CASE("float: a value that is also an output is not fused away") {
  Net net({1, 8, 6, 6});
  const NodeId conv = net.conv(0, 8, 8, 3);
  const NodeId relu = net.activation(conv, Kind::relu);
  check(net.finish({conv, relu, conv, 0}), {{1, 8, 6, 6}});
}

TEST_CASE("float: arithmetic with broadcasting and constants") {
  using A = Arithmetic::Kind;
  const auto kind = GENERATE(A::add, A::sub, A::mul, A::div, A::min, A::max, A::pow);
  Net net({2, 8, 5, 7});
  const NodeId x = net.activation(net.conv(0, 8, 8, 3), Kind::sigmoid);
  const NodeId full = net.activation(0, Kind::exp);
  const auto constant = [&](Shape shape) {
    return net.add(Constant{net.random.tensor(std::move(shape), 0.5f, 2)}, {});
  };
  std::vector<NodeId> outputs{net.arithmetic(kind, x, full), net.arithmetic(kind, full, full)};
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{8, 1, 1}, Shape{1, 8, 1, 1}, Shape{7},
                             Shape{5, 7}, Shape{8, 5, 7}, Shape{1, 1, 5, 1}}) {
    const NodeId operand = constant(shape);
    outputs.push_back(net.arithmetic(kind, full, operand));
    outputs.push_back(net.arithmetic(kind, operand, full));
    const NodeId fused = net.activation(net.conv(0, 8, 8, 1), Kind::sigmoid);
    outputs.push_back(net.arithmetic(kind, fused, operand));
  }
  check(net.finish(outputs), {{2, 8, 5, 7}});
}

TEST_CASE("float: squeeze and excitation") {
  Net net({1, 16, 10, 12});
  const NodeId x = net.activation(net.conv(0, 16, 24, 3), Kind::hard_swish);
  NodeId s = net.add(Reduce{Reduce::Kind::mean, {2, 3}, true}, {x});
  s = net.activation(net.conv(s, 24, 8, 1), Kind::relu);
  s = net.activation(net.conv(s, 8, 24, 1), Kind::hard_sigmoid, 1.0f / 6, 0.5f);
  const NodeId y = net.arithmetic(Arithmetic::Kind::mul, x, s);
  const NodeId z = net.conv(y, 24, 16, 1);
  check(net.finish({z}), {{1, 16, 10, 12}, {3, 16, 5, 5}});
}

TEST_CASE("float: pooling") {
  struct Case {
    Pair kernel, stride;
    Padding pad;
    bool ceil_mode;
  };
  const auto c =
      GENERATE(Case{{2, 2}, {2, 2}, {}, false}, Case{{3, 3}, {2, 2}, {1, 1, 1, 1}, false},
               Case{{3, 3}, {2, 2}, {}, true}, Case{{2, 3}, {3, 1}, {0, 1, 1, 0}, true},
               Case{{5, 5}, {1, 1}, {2, 2, 2, 2}, false}, Case{{2, 2}, {2, 2}, {1, 1, 1, 1}, true});
  Net net({1, 12, 13, 14});
  const NodeId max = net.add(MaxPool{c.kernel, c.stride, c.pad, {1, 1}, c.ceil_mode}, {0});
  const NodeId mean =
      net.add(AveragePool{c.kernel, c.stride, c.pad, c.ceil_mode, false}, {net.conv(0, 12, 12, 1)});
  const NodeId padded = net.add(AveragePool{c.kernel, c.stride, c.pad, c.ceil_mode, true}, {0});
  check(net.finish({max, mean, padded}), {{1, 12, 13, 14}, {2, 12, 8, 7}, {1, 12, 5, 5}});
}

TEST_CASE("float: dilated pooling goes through plain code, and says so") {
  Net net({1, 4, 9, 9});
  const NodeId id = net.add(MaxPool{{2, 2}, {1, 1}, {}, {2, 2}}, {0});
  const Graph graph = net.finish({id});
  check(graph, {{1, 4, 9, 9}});
  CHECK(fact_of(backend().compile(graph, {})->facts({1, 4, 9, 9}), "node1").implementation ==
        "plain");
}

TEST_CASE("float: concatenation, slices, padding and axes turned, in any layout") {
  Net net({1, 6, 8, 10});
  const NodeId a = net.conv(0, 6, 5, 3), b = net.conv(0, 6, 11, 3);
  std::vector<NodeId> outputs{net.add(Concat{1}, {a, b, 0}), net.add(Concat{2}, {0, 0}),
                              net.add(Concat{-1}, {a, a})};
  outputs.push_back(net.add(Slice{1, 2, 9, 3}, {b}));
  outputs.push_back(net.add(Slice{2, -3, 1000, 1}, {0}));
  outputs.push_back(net.add(Slice{-1, 1, -1, 2}, {outputs[0]}));
  outputs.push_back(net.add(Pad{{0, 1, 2, 0}, {0, 0, 1, 3}, 0.5f}, {a}));
  outputs.push_back(net.add(Pad{{0, -1, -2, 0}, {0, 0, 1, -3}, 0.5f}, {b}));
  outputs.push_back(net.add(Transpose{{0, 2, 3, 1}}, {a}));
  outputs.push_back(net.add(Transpose{{3, 1, 0, 2}}, {a}));
  outputs.push_back(net.conv(outputs[0], 22, 8, 3));
  check(net.finish(outputs), {{1, 6, 8, 10}, {2, 6, 5, 7}});
}

TEST_CASE("float: a detector's head: axes turned, boxes joined, softmax") {
  Net net({1, 8, 16, 16});
  std::vector<NodeId> parts;
  for (const int stride : {1, 2}) {
    NodeId x = net.conv(0, 8, 12, 3, stride);
    x = net.add(Transpose{{0, 2, 3, 1}}, {x});
    Dim batch{Dim::Kind::copy, 0, 0, 0}, open{Dim::Kind::infer}, two{Dim::Kind::fixed, 2};
    parts.push_back(net.add(Reshape{{batch, open, two}}, {x}));
  }
  const NodeId all = net.add(Concat{1}, parts);
  const NodeId scores = net.add(Softmax{2}, {all});
  const Graph graph = net.finish({scores, all});
  check(graph, {{1, 8, 16, 16}, {3, 8, 9, 7}});
  const auto facts = backend().compile(graph, {})->facts({1, 8, 16, 16});
  if (facts.isa.starts_with("avx512")) {  // no depthwise layer, so channels last: nothing moves
    CHECK(fact_of(facts, "node2").implementation == "view of node1");
  }
}

TEST_CASE("float: channels shuffled, as ShuffleNet does") {
  Net net({1, 8, 6, 6});
  const auto fixed = [](std::int64_t n) { return Dim{Dim::Kind::fixed, n}; };
  const auto copied = [](int axis) { return Dim{Dim::Kind::copy, 0, 0, axis}; };
  NodeId x = net.conv(0, 8, 12, 3);
  const NodeId before = x;
  x = net.add(Reshape{{copied(0), fixed(2), fixed(6), copied(2), copied(3)}}, {x});
  x = net.add(Transpose{{0, 2, 1, 3, 4}}, {x});
  x = net.add(Reshape{{copied(0), fixed(12), copied(3), copied(4)}}, {x});
  const NodeId y = net.conv(x, 12, 8, 3);
  check(net.finish({y, before}), {{1, 8, 6, 6}, {2, 8, 5, 9}});
}

TEST_CASE("float: softmax over every axis") {
  Net net({2, 10, 6, 7});
  std::vector<NodeId> outputs;
  for (const int axis : {0, 1, 2, 3, -1}) outputs.push_back(net.add(Softmax{axis}, {0}));
  check(net.finish(outputs), {{2, 10, 6, 7}});
}

TEST_CASE("float: resizing by every rule") {
  using Mode = Resize::Mode;
  using Coordinates = Resize::Coordinates;
  using Round = Resize::Rounding;
  const auto mode = GENERATE(Mode::nearest, Mode::linear);
  const auto coordinates = GENERATE(Coordinates::half_pixel, Coordinates::pytorch_half_pixel,
                                    Coordinates::align_corners, Coordinates::asymmetric);
  Net net({1, 5, 7, 9});
  std::vector<NodeId> outputs;
  for (const auto rounding :
       {Round::round_prefer_floor, Round::round_prefer_ceil, Round::floor, Round::ceil}) {
    outputs.push_back(net.add(Resize{mode, coordinates, rounding, 2, 2, 0, 0}, {0}));
    outputs.push_back(net.add(Resize{mode, coordinates, rounding, 0.6f, 1.5f, 0, 0}, {0}));
    outputs.push_back(
        net.add(Resize{mode, coordinates, rounding, 0, 0, 13, 4}, {net.conv(0, 5, 6, 1)}));
    outputs.push_back(net.add(Resize{mode, coordinates, rounding, 0, 0, 1, 1}, {0}));
  }
  check(net.finish(outputs), {{1, 5, 7, 9}, {2, 5, 4, 4}});
}

TEST_CASE("float: reductions of every kind") {
  using R = Reduce::Kind;
  const auto kind = GENERATE(R::mean, R::sum, R::max, R::min, R::l2);
  Net net({2, 6, 5, 4});
  const NodeId x = net.conv(0, 6, 9, 3);
  std::vector<NodeId> outputs;
  for (const bool keep : {true, false}) {
    outputs.push_back(net.add(Reduce{kind, {2, 3}, keep}, {x}));
    outputs.push_back(net.add(Reduce{kind, {1}, keep}, {x}));
    outputs.push_back(net.add(Reduce{kind, {-1}, keep}, {0}));
  }
  check(net.finish(outputs), {{2, 6, 5, 4}});
}

TEST_CASE("float: linear layers over the last axis of any rank, with what follows") {
  Net net({3, 6, 5, 32});
  const auto linear = [&](NodeId from) {
    return net.add(Linear{net.random.tensor({24, 32}, -1, 1), net.random.tensor({24}, -1, 1)},
                   {from});
  };
  const NodeId rank4 = net.activation(linear(0), Kind::relu);
  const NodeId sum = net.arithmetic(Arithmetic::Kind::add, linear(0), rank4);
  const NodeId per_feature = net.arithmetic(Arithmetic::Kind::mul, linear(0),
                                            net.add(Constant{net.random.tensor({24}, 0, 1)}, {}));
  const NodeId pooled = net.add(Reduce{Reduce::Kind::mean, {1, 2}, false}, {0});
  const NodeId rank2 = net.add(PRelu{net.random.tensor({24}, 0, 1)}, {linear(pooled)});
  Graph graph = net.finish({rank4, sum, per_feature, rank2});
  std::get<Input>(graph.nodes[0].op).shape = {-1, -1, -1, 32};
  check(graph, {{3, 6, 5, 32}, {1, 6, 2, 32}});
}

TEST_CASE("float: an empty result is no problem") {
  Net net({1, 4, 6, 6});
  const NodeId nothing = net.add(Slice{1, 3, 3, 1}, {0});
  const NodeId joined = net.add(Concat{1}, {nothing, 0});
  check(net.finish({nothing, joined}), {{1, 4, 6, 6}});
}

TEST_CASE("float: a batch gives what its images give alone, up to rounding") {
  const Graph graph = small_network();
  check(graph, {{1, 3, 32, 32}, {8, 3, 32, 32}, {2, 3, 33, 47}, {1, 3, 224, 7}});
}

TEST_CASE("float: no reference kernel and no plain code in networks of the usual layers") {
  check_facts(small_network(), {1, 3, 32, 32});
  for (const char* name : {"mobilenet-v2", "resnet50"}) {
    check_facts(find(zoo(), "network", name).make(1), {1, 3, 224, 224});
  }
}

TEST_CASE("float: no reference kernel and no plain code in VGG16", "[slow]") {
  check_facts(find(zoo(), "network", "vgg16").make(1), {1, 3, 224, 224});
}

TEST_CASE("float: the arena of MobileNetV2 is a fraction of all its activations") {
  const auto facts = backend()
                         .compile(find(zoo(), "network", "mobilenet-v2").make(1), {})
                         ->facts({1, 3, 224, 224});
  // The largest pair alive together: 96x112x112 (expanded, in and out of the depthwise layer at
  // stride 2: 96x56x56) is 4.8 + 1.2 MB; the expansion's own input adds nothing to that.
  CHECK(facts.activation_bytes < 8'000'000);
}

TEST_CASE("float: the same bits in any session, thread and order of shapes") {
  const Graph graph = small_network();
  const auto program = backend().compile(graph, {});
  Random random(5);
  std::vector<Tensor> inputs;
  for (int i = 0; i < 24; ++i) {  // more shapes than plans are kept
    inputs.push_back(random.tensor({1 + i % 3, 3, 16 + 5 * i, 64 - 2 * i}, -1, 1));
  }
  std::vector<Tensor> wanted;
  const auto session = program->open_session();
  for (const Tensor& input : inputs) wanted.push_back(session->run(input)[0]);

  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      const auto own = program->open_session();
      for (std::size_t i = 0; i < 2 * inputs.size(); ++i) {
        const std::size_t which = (i * (t + 5)) % inputs.size();
        if (!bit_equal(own->run(inputs[which])[0], wanted[which])) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
  // Another program, compiled afresh, too.
  CHECK(bit_equal(backend().compile(graph, {})->open_session()->run(inputs[3])[0], wanted[3]));
}

TEST_CASE("float: what does not fit is refused with the node's name, and the session lives on") {
  const auto program = backend().compile(small_network(), {});
  const auto session = program->open_session();
  const Tensor good(Shape{1, 3, 32, 32});
  session->run(good);
  CHECK_THROWS_AS(session->run(Tensor(Shape{1, 4, 32, 32})), Error);
  CHECK(session->run(good).size() == 1);
}

TEST_CASE("float refuses binary values: they have no float form") {
  Graph graph;
  graph.add("image", Input{{1, 2, 4, 4}});
  graph.add("sign", FakeQuantize{Grid{.bits = 1}}, {0});
  graph.outputs = {{"out", 1}};
  CHECK_THROWS_WITH(find_backend("float").compile(graph, {}),
                    Catch::Contains("'sign'") && Catch::Contains("1-bit"));
  CHECK_NOTHROW(find_backend("fake-quant").compile(graph, {}));
}

}  // namespace bench
