#include "models/conformance.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "models/passes/passes.h"
#include "models/reference.h"

namespace bench {
namespace {

TEST_CASE("every conformance case is sound, runs, and has its own name") {
  std::set<std::string> names;
  for (const ConformanceCase& c : conformance_cases(1)) {
    INFO(c.name);
    CHECK(names.insert(c.name).second);
    validate(c.graph);
    for (const Tensor& out : evaluate(c.graph, conformance_input(c, 2))) {
      CHECK(out.size() > 0);
      for (const float x : out.data<float>()) REQUIRE(std::isfinite(x));
    }
  }
  CHECK(names.size() > 350);
}

TEST_CASE("quantised conformance cases are sound, and their grids matter") {
  for (const ConformanceCase& c : quantized_conformance_cases(1)) {
    CAPTURE(c.name);
    validate(c.graph);
    const Tensor input = conformance_input(c, 2);
    const double error =
        relative_error(evaluate(without_grids(c.graph), input)[0], evaluate(c.graph, input)[0]);
    CHECK(error > 0);
    CHECK(std::isfinite(error));
  }
}

TEST_CASE("integer conformance cases are sound, and each has its own name") {
  std::set<std::string> names;
  for (const ConformanceCase& c : integer_conformance_cases(1)) {
    CAPTURE(c.name);
    CHECK(names.insert(c.name).second);
    validate(c.graph);
    for (const Tensor& out : evaluate(c.graph, conformance_input(c, 2))) CHECK(out.size() > 0);
  }
  CHECK(names.size() > 450);
}

TEST_CASE("binary conformance cases are sound, and each has its own name") {
  std::set<std::string> names;
  for (const ConformanceCase& c : binary_conformance_cases(1)) {
    CAPTURE(c.name);
    CHECK(names.insert(c.name).second);
    validate(c.graph);
    for (const Tensor& out : evaluate(c.graph, conformance_input(c, 2))) {
      const auto values = out.data<float>();
      REQUIRE(std::ranges::all_of(values, [](float x) { return std::isfinite(x); }));
      CHECK(std::ranges::any_of(values, [](float x) { return x != 0; }));
    }
  }
  CHECK(names.size() > 180);
}

TEST_CASE("misplaced numbers are counted, but for those next to a tie") {
  const Grid grid{.bits = 8, .scale = {0.5f}};
  const Tensor unrounded = Tensor::of({5}, {0.1f, 0.24999f, 0.25001f, 0.26f, 100});
  const auto count = [&](std::vector<float> got) {
    return count_misplaced(grid, Tensor::of({5}, std::move(got)), unrounded);
  };
  CHECK(count({0, 0, 0.5f, 0.5f, 63.5f}) == 0);
  CHECK(count({0, 0.5f, 0, 0.5f, 63.5f}) == 0);    // 0.00002 steps from a tie
  CHECK(count({0, -0.5f, 1, 0, 63}) == 4);         // two steps off, or not next to a tie
  CHECK(count({0.001f, 0, 0.5f, 0.5f, 64}) == 2);  // not on the grid
}

TEST_CASE("conformance cases hold every op") {
  std::set<std::string_view> ops;
  for (const auto& cases : {conformance_cases(1), quantized_conformance_cases(1)}) {
    for (const ConformanceCase& c : cases) {
      for (const Node& node : c.graph.nodes) ops.insert(name_of(node.op));
    }
  }
  CHECK(ops.size() == std::variant_size_v<Op>);
}

TEST_CASE("a seed decides the conformance cases") {
  const auto a = conformance_cases(5), b = conformance_cases(5), other = conformance_cases(6);
  REQUIRE(a.size() == b.size());
  bool differs = a.size() != other.size();
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].name == b[i].name);
    differs |= !differs && a[i].name != other[i].name;
  }
  CHECK(differs);
}

TEST_CASE("relative error") {
  const auto error = [](std::vector<float> got, std::vector<float> wanted) {
    return relative_error(Tensor::of({2}, got), Tensor::of({2}, wanted));
  };
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::nanf("");
  CHECK(error({1, 4}, {1, 4}) == 0);
  CHECK(error({1, 5}, {1, 4}) == 0.25);
  CHECK(error({0.5f, 0}, {0, 0}) == 0.5);
  CHECK(error({infinity, 1}, {infinity, 1}) == 0);
  CHECK(error({nan, 1}, {nan, 1}) == 0);
  CHECK(std::isinf(error({nan, 1}, {1, 1})));
  CHECK(std::isinf(error({1, 1}, {nan, 1})));
  CHECK(std::isinf(error({1, 1}, {infinity, 1})));
  CHECK(std::isinf(relative_error(Tensor(Shape{2}), Tensor({2, 1}))));
}

}  // namespace
}  // namespace bench
