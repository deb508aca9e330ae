// What every backend of this program tells of its layers: their times, and the products in them.
#include <catch2/catch.hpp>
#include <cstring>

#include "bench/backend.h"
#include "models/audit.h"
#include "models/conformance.h"
#include "models/error.h"
#include "models/passes/passes.h"

namespace bench {
namespace {

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0;
}

// Null where the backend can't run the graph.
std::unique_ptr<Program> compile(const std::string& backend, const Graph& graph) {
  try {
    return find_backend(backend).compile(graph, {});
  } catch (const Error& error) {
    if (error.fault() != Fault::unsupported) throw;
    return nullptr;
  }
}

void check(const std::string& backend, const ConformanceCase& c) {
  INFO(backend << ": " << c.name);
  const auto program = compile(backend, c.graph);
  if (!program) return;
  const auto session = program->open_session();
  const Tensor input = conformance_input(c, 2);
  const auto before = session->run(input);
  const ProgramFacts facts = program->facts(input.shape());
  const std::vector<double> seconds = session->time_layers(input);
  REQUIRE(seconds.size() == facts.layers.size());
  for (const double one : seconds) CHECK(one >= 0);
  const auto after = session->run(input);
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(equal(before[i], after[i]));
  std::int64_t macs = 0;
  for (const LayerFact& fact : facts.layers) {
    macs += fact.macs;
    CHECK((fact.macs > 0) == (fact.part == Part::kernel));
  }
  CHECK(macs == audit(c.graph, input.shape()).macs);
}

}  // namespace

TEST_CASE("backends tell the time of each of their layers, and have all of a graph's products") {
  for (const ConformanceCase& c : conformance_cases(1)) check("float", c);
  for (const std::string backend : {"fake-quant", "1-bit", "int8"}) {
    for (const ConformanceCase& c : quantized_conformance_cases(1)) check(backend, c);
  }
  for (const ConformanceCase& c : integer_conformance_cases(1)) check("int8", c);
  for (const std::string backend : {"fake-quant", "1-bit"}) {
    for (const ConformanceCase& c : binary_conformance_cases(1)) check(backend, c);
  }
}

TEST_CASE("layers are told apart by what their time goes into") {
  Graph graph;
  const NodeId image = graph.add("image", Input{{1, 3, 8, 8}});
  const NodeId on_grid = graph.add("grid", FakeQuantize{Grid{.scale = {0.01f}}}, {image});
  Conv2d conv{.weight = Tensor({4, 3, 3, 3}), .pad = {1, 1, 1, 1}};
  conv.weight_grid = Grid{.scale = {0.01f}};
  const NodeId sum = graph.add("conv", std::move(conv), {on_grid});
  const NodeId again = graph.add("grid2", FakeQuantize{Grid{.scale = {0.02f}}}, {sum});
  graph.outputs = {
      {"out", graph.add("pool", MaxPool{.kernel = {2, 2}, .stride = {2, 2}}, {again})}};
  const auto part_of = [&](const char* backend, const std::string& op) {
    for (const LayerFact& fact :
         find_backend(backend).compile(graph, {})->facts({1, 3, 8, 8}).layers) {
      if (fact.op.starts_with(op)) return fact;
    }
    FAIL(backend << " has no layer " << op);
    return LayerFact{};
  };
  CHECK(part_of("fake-quant", "FakeQuantize").part == Part::packing);
  CHECK(part_of("fake-quant", "MaxPool").part == Part::glue);
  CHECK(part_of("fake-quant", "Conv2d").products == Products::floats);
  const LayerFact in_bytes = part_of("int8", "Conv2d");
  CHECK(in_bytes.part == Part::kernel);
  CHECK(in_bytes.products == Products::bytes);
  CHECK(in_bytes.macs == 4 * 8 * 8 * 27);
  CHECK(part_of("int8", "FakeQuantize").part == Part::packing);
}

TEST_CASE("a backend that does not tell the time of its layers gives none") {
  class Silent : public Session {
    std::vector<Tensor> run(const Tensor& input) override { return {input}; }
  };
  CHECK(Silent().time_layers(Tensor({1})).empty());
}

}  // namespace bench
