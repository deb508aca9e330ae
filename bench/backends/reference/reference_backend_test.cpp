#include <catch2/catch.hpp>

#include "bench/backend.h"
#include "models/conformance.h"
#include "models/reference.h"

namespace bench {
namespace {

TEST_CASE("reference: gives evaluate's bits, grids included") {
  for (const auto& cases :
       {conformance_cases(1), quantized_conformance_cases(1), integer_conformance_cases(1)}) {
    for (const ConformanceCase& c : cases) {
      INFO(c.name);
      const Tensor input = conformance_input(c, 2);
      const auto program = find_backend("reference").compile(c.graph, {});
      const auto got = program->open_session()->run(input), wanted = evaluate(c.graph, input);
      REQUIRE(got.size() == wanted.size());
      for (std::size_t i = 0; i < got.size(); ++i) CHECK(relative_error(got[i], wanted[i]) == 0);
      CHECK(program->facts(c.input).layers.size() < c.graph.nodes.size());
    }
  }
}

}  // namespace
}  // namespace bench
