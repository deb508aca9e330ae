#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

#include "bench/backend.h"
#include "models/conformance.h"
#include "models/contains_testing.h"
#include "models/error.h"
#include "models/random.h"
#include "models/reference.h"

// Run with ONEDNN_MAX_CPU_ISA=SSE41 or AVX2 in the environment too: both libraries obey it.

namespace bench {
namespace {

using testing::contains;

const Backend& backend() { return find_backend("1-bit"); }

std::vector<Tensor> run(const Backend& on, const Graph& graph, const Tensor& input) {
  return on.compile(graph, {})->open_session()->run(input);
}

// Whether every float of the case is exact, but for roundings that all do alike.
bool is_exact(const ConformanceCase& c) {
  return !contains(c.name, "any scale") && !contains(c.name, "real input") &&
         !contains(c.name, "mean");
}

std::size_t count_differences(const Tensor& a, const Tensor& b) {
  const auto x = a.data<float>(), y = b.data<float>();
  std::size_t differences = a.shape() == b.shape() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) differences += x[i] != y[i];
  return differences;
}

const LayerFact& fact_of(const ProgramFacts& facts, std::string_view node) {
  const auto found = std::ranges::find(facts.layers, node, &LayerFact::node);
  REQUIRE(found != facts.layers.end());
  return *found;
}

std::vector<std::string> implementations(const ProgramFacts& facts) {
  std::vector<std::string> all;
  for (const LayerFact& layer : facts.layers) {
    all.push_back(layer.implementation.substr(0, layer.implementation.find(':')));
  }
  return all;
}

const ConformanceCase& find_case(const std::vector<ConformanceCase>& cases, std::string_view part) {
  const auto found =
      std::ranges::find_if(cases, [&](const ConformanceCase& c) { return contains(c.name, part); });
  REQUIRE(found != cases.end());
  return *found;
}

TEST_CASE("1-bit computes binary networks as evaluate() and fake-quant do") {
  const Backend& simulation = find_backend("fake-quant");
  for (const ConformanceCase& c : binary_conformance_cases(1)) {
    CAPTURE(c.name);
    const Tensor input = conformance_input(c, 2);
    const auto wanted = evaluate(c.graph, input), simulated = run(simulation, c.graph, input);
    const auto got = run(backend(), c.graph, input);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      CHECK(relative_error(got[i], wanted[i]) < 1e-4);
      CHECK(relative_error(got[i], simulated[i]) < 1e-4);
      if (is_exact(c)) CHECK(count_differences(got[i], simulated[i]) == 0);
    }
  }
}

TEST_CASE("1-bit: bytes of -1 and +1 give what bits give") {
  CompileOptions bits, bytes;
  bits.binary_engine = BinaryEngine::xnor;
  bytes.binary_engine = BinaryEngine::expanded;
  for (const ConformanceCase& c : binary_conformance_cases(2)) {
    CAPTURE(c.name);
    const Tensor input = conformance_input(c, 2);
    const auto run_with = [&](const CompileOptions& options) {
      return backend().compile(c.graph, options)->open_session()->run(input);
    };
    const auto wanted = run_with(bits);
    try {
      const auto got = run_with(bytes);
      for (std::size_t i = 0; i < got.size(); ++i) CHECK(count_differences(got[i], wanted[i]) == 0);
    } catch (const Error& error) {
      CHECK(error.fault() == Fault::unsupported);  // without VNNI sums of bytes are not exact
      return;
    }
  }
}

TEST_CASE("1-bit computes everything else as fake-quant does") {
  const Backend& simulation = find_backend("fake-quant");
  for (const ConformanceCase& c : quantized_conformance_cases(1)) {
    CAPTURE(c.name);
    const Tensor input = conformance_input(c, 2);
    const auto wanted = run(simulation, c.graph, input), got = run(backend(), c.graph, input);
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(count_differences(got[i], wanted[i]) == 0);
  }
}

TEST_CASE("1-bit shows every node's value if all are outputs") {
  for (ConformanceCase& c : binary_conformance_cases(3)) {
    if (!is_exact(c)) continue;
    CAPTURE(c.name);
    c.graph.outputs.clear();
    for (std::size_t i = 1; i < c.graph.nodes.size(); ++i) {
      c.graph.outputs.push_back({c.graph.nodes[i].name, static_cast<NodeId>(i)});
    }
    const Tensor input = conformance_input(c, 4);
    const auto wanted = run(find_backend("fake-quant"), c.graph, input);
    const auto got = run(backend(), c.graph, input);
    for (std::size_t i = 0; i < got.size(); ++i) {
      CAPTURE(c.graph.outputs[i].name);
      CHECK(count_differences(got[i], wanted[i]) == 0);
    }
  }
}

TEST_CASE("1-bit runs one program on maps of many sizes, in any order, on threads") {
  const auto cases = binary_conformance_cases(5);
  for (const char* name : {"residual blocks, width 19", "conv, batch norm, sign, max pool, conv"}) {
    const ConformanceCase& c = find_case(cases, name);
    const auto program = backend().compile(c.graph, {});
    std::vector<Tensor> inputs, wanted;
    for (const Shape& shape : {Shape{1, 3, 8, 6}, Shape{2, 3, 13, 16}, Shape{3, 3, 32, 9}}) {
      inputs.push_back(Random(7).tensor(shape, -1, 1));
      wanted.push_back(run(find_backend("fake-quant"), c.graph, inputs.back())[0]);
    }
    std::vector<std::size_t> differences(4, 0);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < differences.size(); ++t) {
      threads.emplace_back([&, t] {
        const auto session = program->open_session();
        for (std::size_t i = 0; i < 6; ++i) {
          const std::size_t which = (i + t) % inputs.size();
          differences[t] += count_differences(session->run(inputs[which])[0], wanted[which]);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(differences == std::vector<std::size_t>(4, 0));
  }
}

TEST_CASE("1-bit: between binary layers there are bits and nothing else") {
  const auto cases = binary_conformance_cases(1);
  using Names = std::vector<std::string>;
  const auto names = [&](const char* part) {
    const ConformanceCase& c = find_case(cases, part);
    return implementations(backend().compile(c.graph, {})->facts(c.input));
  };
  const Names behind_pool = {"pack", "lay-out", "xnor", "max-pool", "lay-out", "xnor"};
  const auto ends_with = [](const Names& all, const Names& end) {
    return all.size() >= end.size() && std::equal(end.rbegin(), end.rend(), all.rbegin());
  };
  // What comes first brings the image into the order of memory; what comes last gives it back.
  const auto without_reorders = [](Names all) {
    std::erase(all, "onednn");
    return all;
  };
  CHECK(ends_with(without_reorders(names("conv, max pool, batch norm, sign, conv")), behind_pool));
  CHECK(ends_with(without_reorders(names("conv, batch norm, sign, max pool, conv")), behind_pool));
  CHECK(ends_with(without_reorders(names("conv, many functions, sign, conv")),
                  {"pack", "lay-out", "xnor", "lay-out", "xnor"}));
}

TEST_CASE("1-bit: facts name what is computed together, and how") {
  const auto cases = binary_conformance_cases(1);
  const ConformanceCase& c = find_case(cases, "binary: conv, batch norm, sign, conv, width 40");
  const auto facts = backend().compile(c.graph, {})->facts(c.input);
  const LayerFact& hidden = fact_of(facts, "sign1");
  CHECK(hidden.op == "Conv2d+BatchNorm+FakeQuantize");
  CHECK(hidden.layout == "bits");
  CHECK(hidden.part == Part::kernel);
  CHECK(hidden.products == Products::bits);
  CHECK(hidden.macs == 2 * 40 * 40 * 9 * 8 * 6 / 2);
  CHECK(fact_of(facts, "bn2").op == "Conv2d+BatchNorm");
  CHECK(fact_of(facts, "sign0").part == Part::packing);
  CHECK(facts.float_islands.empty());
}

TEST_CASE("1-bit holds one bit for each binary weight") {
  Graph graph;
  graph.add("image", Input{{-1, 256, -1, -1}});
  const Grid signs{.bits = 1, .scale = {1}};
  NodeId last = graph.add("sign", FakeQuantize{signs}, {0});
  Conv2d conv{Random(1).tensor({256, 256, 3, 3}, -1, 1), Tensor()};
  conv.weight_grid = signs;
  graph.outputs = {{"conv", graph.add("conv", std::move(conv), {last})}};
  CompileOptions options;
  options.binary_engine = BinaryEngine::xnor;
  const auto program = backend().compile(std::move(graph), options);
  CHECK(program->facts({1, 256, 4, 4}).weight_bytes == 256 * 256 * 9 / 8);
  CHECK(program->facts({2, 256, 5, 9}).weight_bytes == 256 * 256 * 9 / 8);
}

TEST_CASE("1-bit: rows that were one map each and then are not are refused, naming a node") {
  Graph graph;
  graph.add("image", Input{{-1, 2, -1, -1}});
  const Grid signs{.bits = 1, .scale = {1}};
  const NodeId sign = graph.add("sign", FakeQuantize{signs}, {0});
  const NodeId rows =
      graph.add("rows", Reshape{{Dim{Dim::Kind::infer}, Dim{Dim::Kind::fixed, 8}}}, {sign});
  Linear linear{Random(1).tensor({3, 8}, -1, 1), Tensor(), signs};
  graph.outputs = {{"fc", graph.add("fc", std::move(linear), {rows})}};
  const auto image = [](std::int64_t batch, std::int64_t size) {
    return Random(2).tensor({batch, 2, size, size}, -1, 1);
  };
  const auto program = backend().compile(graph, {});
  const auto session = program->open_session();
  for (const std::int64_t batch : {1, 3}) {
    const Tensor input = image(batch, 2);
    CHECK(count_differences(session->run(input)[0], evaluate(graph, input)[0]) == 0);
  }
  CHECK_THROWS_WITH(session->run(image(1, 4)), Catch::Contains("'rows'"));
  const auto other = backend().compile(graph, {});  // never one map each: rows as they come
  for (const std::int64_t size : {4, 6}) {
    const Tensor input = image(1, size);
    CHECK(count_differences(other->open_session()->run(input)[0], evaluate(graph, input)[0]) == 0);
  }
}

// A network on 3 x 2 x 4 images, drawn layer by layer.
struct SmallNetwork {
  Graph graph;
  Random random{9};
  NodeId last = 0;

  SmallNetwork() { graph.add("image", Input{{-1, 3, 2, 4}}); }
  NodeId add(const std::string& name, Op op) {
    return last = graph.add(name, std::move(op), {last});
  }
  NodeId sign(const std::string& name) {
    return add(name, FakeQuantize{Grid{.bits = 1, .scale = {0.5f}}});
  }
  NodeId linear(int outputs, int inputs) {
    Linear layer{random.tensor({outputs, inputs}, -1, 1), random.tensor({outputs}, -1, 1)};
    layer.weight_grid = Grid{.bits = 1, .scale = {0.25f}};
    return add("fc", std::move(layer));
  }
  void check(const std::vector<NodeId>& outputs) {
    for (const NodeId id : outputs) {
      graph.outputs.push_back({graph.nodes[static_cast<std::size_t>(id)].name, id});
    }
    const Tensor input = random.tensor({2, 3, 2, 4}, -1, 1);
    const auto wanted = evaluate(graph, input), got = run(backend(), graph, input);
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], wanted[i]) < 1e-6);
  }
};

TEST_CASE("1-bit: dense layers over the last axis of maps, of floats and of signs") {
  SmallNetwork floats, signs;
  floats.linear(5, 4);
  floats.check({floats.add("bn", BatchNorm{floats.random.tensor({3}, 1, 2), Tensor({3}),
                                           Tensor({3}), floats.random.tensor({3}, 1, 2)})});
  signs.sign("sign");
  const NodeId linear = signs.linear(5, 4);
  signs.check({linear, signs.sign("again")});
}

TEST_CASE("1-bit: padding before a dense layer is not the layer's") {
  SmallNetwork network;
  network.add("pad", Pad{{0, 0, 0, 1}, {0, 0, 0, 1}, 0});
  network.check({network.linear(7, 6)});
}

TEST_CASE("1-bit: signs of flattened maps as floats too, and as maps of one pixel") {
  SmallNetwork network;
  const NodeId first = network.sign("first");
  network.add("rows", Reshape{{Dim{Dim::Kind::copy, 0, 0, 0}, Dim{Dim::Kind::infer}}});
  const NodeId second = network.sign("second");
  const NodeId linear = network.linear(7, 24);
  network.last = second;
  network.add("pixels", Reshape{{Dim{Dim::Kind::infer}, Dim{Dim::Kind::fixed, 24},
                                 Dim{Dim::Kind::fixed, 1}, Dim{Dim::Kind::fixed, 1}}});
  Conv2d conv{network.random.tensor({6, 24, 1, 1}, -1, 1), Tensor()};
  conv.weight_grid = Grid{.bits = 1};
  const NodeId pointwise = network.add("conv", std::move(conv));
  network.check({first, second, linear, pointwise});
}

TEST_CASE("1-bit: signs of NaN and zeros") {
  Graph graph;
  graph.add("image", Input{{-1, 4, 1, 1}});
  const Grid signs{.bits = 1, .scale = {1}};
  const NodeId sign = graph.add("sign", FakeQuantize{signs}, {0});
  Conv2d conv{Tensor::of({1, 4, 1, 1}, {1, 1, 1, 1}), Tensor()};
  conv.weight_grid = signs;
  graph.outputs = {{"conv", graph.add("conv", std::move(conv), {sign})}};
  const Tensor input = Tensor::of({1, 4, 1, 1}, {std::nanf(""), -0.0f, 0, -1e-45f});
  CHECK(run(backend(), graph, input)[0].data<float>()[0] == 2);
}

}  // namespace
}  // namespace bench
