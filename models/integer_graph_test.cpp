#include "models/integer_graph.h"

#include <catch2/catch.hpp>

#include "models/conformance.h"
#include "models/integer_testing.h"

namespace bench {
namespace {

constexpr Requantization modes[] = {Requantization::fixed_point, Requantization::tflite,
                                    Requantization::float_scale};

std::vector<ConformanceCase> all_cases() {
  std::vector<ConformanceCase> cases = integer_conformance_cases(1);
  for (ConformanceCase& c : quantized_conformance_cases(1)) cases.push_back(std::move(c));
  return cases;
}

TEST_CASE("lower: every value is within one step of its grid of what grids in float give") {
  for (const ConformanceCase& c : all_cases()) {
    for (const Requantization mode : modes) {
      const IntegerGraph integers = lower(c.graph, mode);
      const Tensor input = conformance_input(c, 2);
      for (const auto& [node, computes, steps] : testing::distances(c.graph, integers, input)) {
        INFO(c.name << ", " << node << ": " << computes);
        CHECK(steps <= 1);
      }
    }
  }
}

}  // namespace
}  // namespace bench
