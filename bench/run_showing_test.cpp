#include "bench/run_showing.h"

#include <catch2/catch.hpp>

#include "models/conformance.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/zoo.h"

namespace bench {
namespace {

using Shown = std::vector<std::pair<NodeId, Tensor>>;

Shown shown_by(const RunShowing& run, const Graph& graph, const Tensor& input) {
  Shown shown;
  run(graph, input, [&](NodeId id, const Tensor& value) { shown.emplace_back(id, value); });
  return shown;
}

Shown shown_by_evaluate(const Graph& graph, const Tensor& input) {
  Shown shown;
  evaluate_showing(graph, input, [&](NodeId id, const Tensor& v) { shown.emplace_back(id, v); });
  return shown;
}

void check_equal(const Shown& got, const Shown& wanted, double bound) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO("node " << wanted[i].first);
    CHECK(got[i].first == wanted[i].first);
    CHECK(relative_error(got[i].second, wanted[i].second) <= bound);
  }
}

}  // namespace

TEST_CASE("a backend shows the values that evaluate shows, node by node") {
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    const Tensor input = conformance_input(c, 2);
    const Shown wanted = shown_by_evaluate(c.graph, input);
    check_equal(shown_by(run_showing(find_backend("float")), c.graph, input), wanted, 1e-4);
  }
}

TEST_CASE("a program compiled once shows many inputs") {
  const Graph graph = fold_batch_norm(find(zoo(), "network", "mobilenet-v2").make(1));
  Graph small = graph;
  std::get<Input>(small.nodes[0].op).shape = {1, 3, -1, -1};
  const RunShowing run = run_showing(find_backend("float"), small);
  for (const std::int64_t size : {32, 48}) {
    const Tensor input = Random(3).tensor({1, 3, size, size}, -1, 1);
    check_equal(shown_by(run, small, input), shown_by_evaluate(small, input), 1e-4);
  }
}

TEST_CASE("a calibrator sees the same ranges through a backend as through evaluate") {
  const ConformanceCase c = quantized_conformance_cases(1).back();
  const Graph graph = without_grids(c.graph);
  Calibrator slow(graph), fast(graph, {.run = run_showing(find_backend("float"), graph)});
  for (const std::uint64_t seed : {1, 2, 3}) {
    slow.observe(conformance_input(c, seed));
    fast.observe(conformance_input(c, seed));
  }
  const Ranges wanted = slow.ranges(ByMax{}), got = fast.ranges(ByMax{});
  REQUIRE(got.size() == wanted.size());
  for (const auto& [name, range] : wanted) {
    INFO(name);
    CHECK(got.at(name).min == Approx(range.min).margin(1e-5));
    CHECK(got.at(name).max == Approx(range.max).margin(1e-5));
  }
}

}  // namespace bench
