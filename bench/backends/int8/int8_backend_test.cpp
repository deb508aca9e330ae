#include <catch2/catch.hpp>
#include <cstring>
#include <thread>

#include "bench/backend.h"
#include "bench/backends/int8/program.h"
#include "bench/backends/int8/testing.h"
#include "models/conformance.h"
#include "models/error.h"
#include "models/zoo/zoo.h"

namespace bench::int8 {
namespace {

constexpr Requantization modes[] = {Requantization::fixed_point, Requantization::tflite,
                                    Requantization::float_scale};

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0;
}

// Equal bits; behind float islands, whose last bits differ, a number may be its neighbour.
constexpr double step_of_five_bits = 0.04;

void check_case(const Graph& graph, const std::string& name, const std::vector<Tensor>& inputs) {
  for (const Requantization mode : modes) {
    CompileOptions options;
    options.requantization = mode;
    const IntegerGraph integers = lower(graph, mode);
    std::vector<std::vector<Tensor>> wanted;
    for (const Tensor& input : inputs) wanted.push_back(evaluate(integers, input));
    std::vector<std::pair<InstructionSet, OneDnnUse>> ways{
        {fastest_instruction_set(), OneDnnUse::all}};
    for (const InstructionSet set : instruction_sets()) ways.emplace_back(set, OneDnnUse::none);
    for (const auto& [set, onednn] : ways) {
      INFO(name << ", mode " << static_cast<int>(mode) << ", " << name_of(set)
                << (onednn == OneDnnUse::all ? ", oneDNN where it is exact" : ""));
      const Int8Program program(integers, options, set, onednn);
      const auto session = program.open_session();
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::vector<Tensor> got = session->run(inputs[i]);
        REQUIRE(got.size() == wanted[i].size());
        for (std::size_t k = 0; k < got.size(); ++k) {
          INFO("input " << to_string(inputs[i].shape()) << ", output " << k);
          if (integers.islands.empty()) {
            CHECK(equal(got[k], wanted[i][k]));
          } else {
            CHECK(relative_error(got[k], wanted[i][k]) <= step_of_five_bits);
          }
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("int8: equals the meaning of integer graphs, on every instruction set") {
  for (const ConformanceCase& c : quantized_conformance_cases(1)) {
    check_case(c.graph, c.name, {conformance_input(c, 2)});
  }
}

TEST_CASE("int8: every op on every kind of grid, in integers") {
  for (const ConformanceCase& c : integer_conformance_cases(1)) {
    check_case(c.graph, c.name, {conformance_input(c, 2)});
  }
}

TEST_CASE("int8: every op between grids equals the meaning of integer graphs") {
  std::uint64_t seed = 10;
  for (const ConformanceCase& c : conformance_cases(1)) {
    const Tensor input = conformance_input(c, 2);
    check_case(testing::with_grids(c.graph, input, ++seed), c.name, {input});
  }
}

TEST_CASE("int8: a graph without grids is all float islands") {
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 2);
    const auto program = find_backend("int8").compile(c.graph, {});
    const auto got = program->open_session()->run(input), wanted = evaluate(c.graph, input);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(relative_error(got[i], wanted[i]) <= 1e-4);
    }
  }
}

namespace {

// Convolutions, depthwise ones, a sum with and without broadcasting, pools, a concatenation: at any
// size.
Graph small_network() {
  Random random(4);
  Graph graph;
  const auto add = [&](Op op, std::vector<NodeId> inputs) {
    return graph.add("node" + std::to_string(graph.nodes.size()), std::move(op), std::move(inputs));
  };
  const auto conv = [&](NodeId from, int in, int out, int kernel, int stride, int groups) {
    const int pad = kernel / 2;
    const NodeId id = add(Conv2d{.weight = random.tensor({out, in / groups, kernel, kernel}, -1, 1),
                                 .bias = random.tensor({out}, -1, 1),
                                 .stride = {stride, stride},
                                 .pad = {pad, pad, pad, pad},
                                 .groups = groups},
                          {from});
    return add(Activation{}, {id});
  };
  const NodeId image = add(Input{{-1, 3, -1, -1}}, {});
  const NodeId a = conv(image, 3, 20, 3, 2, 1), b = conv(a, 20, 20, 3, 1, 20);
  const NodeId sum = add(Arithmetic{}, {conv(b, 20, 20, 1, 1, 1), a});
  const NodeId mean = add(Reduce{Reduce::Kind::mean, {2, 3}, true}, {sum});
  const NodeId weighed = add(Arithmetic{Arithmetic::Kind::mul}, {sum, mean});
  const NodeId moved = add(Arithmetic{}, {conv(mean, 20, 20, 1, 1, 1), weighed});
  const NodeId pooled = add(MaxPool{{3, 3}, {1, 1}, {1, 1, 1, 1}}, {moved});
  const NodeId joined = add(Concat{1}, {pooled, conv(moved, 20, 12, 1, 1, 1), sum});
  const NodeId last = add(Reduce{Reduce::Kind::mean, {2, 3}, false}, {joined});
  const NodeId scores =
      add(Linear{random.tensor({10, 52}, -1, 1), random.tensor({10}, -1, 1)}, {last});
  graph.outputs = {{"scores", scores}, {"map", joined}};
  return graph;
}

std::vector<Tensor> images() {
  Random random(5);
  std::vector<Tensor> list;
  for (int i = 0; i < 20; ++i) {  // more shapes than plans are kept
    list.push_back(random.tensor({1 + i % 3, 3, 9 + 2 * i, 60 - i}, -1, 1));
  }
  return list;
}

Graph small_quantised_network() { return testing::with_grids(small_network(), images()[0], 3); }

}  // namespace

TEST_CASE("int8: any size and batch, session after session") {
  check_case(small_quantised_network(), "small network", images());
}

TEST_CASE("int8: the same bits in any session and thread, and with several threads per image") {
  const Graph graph = small_quantised_network();
  const auto program = find_backend("int8").compile(graph, {});
  const std::vector<Tensor> inputs = images();
  std::vector<Tensor> wanted;
  const auto session = program->open_session();
  for (const Tensor& input : inputs) wanted.push_back(session->run(input)[1]);
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      const auto own = program->open_session();
      for (std::size_t i = 0; i < 2 * inputs.size(); ++i) {
        const std::size_t which = (i * (t + 3)) % inputs.size();
        if (!equal(own->run(inputs[which])[1], wanted[which])) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
  const auto parallel = find_backend("int8").compile(graph, {.threads_per_image = 2});
  CHECK(equal(parallel->open_session()->run(inputs[3])[1], wanted[3]));
}

TEST_CASE("int8: what would be computed in float is named, or refused") {
  Graph graph;
  graph.add("image", Input{{1, 4, 8, 8}});
  const Grid grid{.scale = {0.01f}};
  graph.add("image.grid", FakeQuantize{grid}, {0});
  graph.add("swish", Activation{Activation::Kind::swish}, {1});
  graph.add("softmax", Softmax{1}, {2});
  graph.add("pool", MaxPool{{2, 2}, {2, 2}}, {1});
  graph.outputs = {{"a", 3}, {"b", 4}};
  const auto facts = find_backend("int8").compile(graph, {})->facts({1, 4, 8, 8});
  REQUIRE(facts.float_islands.size() == 2);
  CHECK(facts.float_islands[0].node == "swish");
  try {
    find_backend("int8").compile(graph, {.integer_only = true});
    FAIL("was not refused");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::unsupported);
    CHECK_THAT(error.what(), Catch::Contains("'swish' (Activation)") && Catch::Contains("1 more"));
  }
}

TEST_CASE("int8: facts say what every layer is computed by, and what is held in memory") {
  const auto program = find_backend("int8").compile(
      find(zoo(), "network", "mobilenet-v2").make.numbers(1), {.integer_only = true});
  const auto facts = program->facts({1, 3, 224, 224});
  for (const LayerFact& layer : facts.layers) {
    INFO(layer.node << " " << layer.op << " " << layer.implementation);
    CHECK(layer.implementation.starts_with("int8:"));
    CHECK(layer.implementation != "int8:transpose");
    CHECK(layer.implementation != "int8:add");  // all sums are made by the layers before them
  }
  // 3,469,760 weights, biases and scales of 18,056 outputs.
  CHECK(facts.weight_bytes > 3'400'000);
  CHECK(facts.weight_bytes < 4'200'000);
  // The largest pair alive together: 96x112x112 and 96x56x56 bytes.
  CHECK(facts.activation_bytes < 2'000'000);
}

TEST_CASE("int8: oneDNN computes the layers that suit it, where its sums are exact") {
  const Int8Program program(
      lower(find(zoo(), "network", "mobilenet-v2").make.numbers(1), Requantization::tflite), {},
      fastest_instruction_set(), OneDnnUse::all);
  int by_onednn = 0;
  for (const LayerFact& layer : program.facts({1, 3, 224, 224}).layers) {
    by_onednn += layer.implementation.starts_with("onednn:") ? 1 : 0;
  }
  CHECK(by_onednn == (onednn_is_exact() ? 35 : 0));  // all but depthwise layers and the last one
}

TEST_CASE("int8: what does not fit is refused with the node's name, and the session lives on") {
  const auto program = find_backend("int8").compile(small_quantised_network(), {});
  const auto session = program->open_session();
  const Tensor good(Shape{1, 3, 32, 32});
  session->run(good);
  CHECK_THROWS_AS(session->run(Tensor(Shape{1, 4, 32, 32})), Error);
  CHECK(session->run(good).size() == 2);
}

}  // namespace bench::int8
