#include <catch2/catch.hpp>

#include "models/contains_testing.h"
#include "models/json.h"
#include "reports/comparison/testing.h"

namespace bench {
namespace {

using testing::classes;
using testing::contains;
using testing::numbers;
using testing::quick_options;

TEST_CASE("Every way of writing a comparison") {
  const Comparison lost = compare_runs({classes({})}, {classes(numbers(0, 20))}, quick_options());
  const std::string table = to_markdown(comparison_tables(lost, 4)[0]);
  CHECK(contains(table, "1.0000 | 0.9800 | -0.0200 ["));
  CHECK(contains(table, "20, 0"));
  CHECK(contains(table, "regressed, gate missed"));
  const auto tables = comparison_tables(lost, 4);
  REQUIRE(tables.size() == 2);
  CHECK(tables[1].rows.size() == 4);
  CHECK(contains(tables[1].notes[0], "20 answered otherwise: 20"));
  const std::string json = to_text(to_json(lost));
  CHECK(contains(json, "\"passed\": false"));
  CHECK_NOTHROW(parse_json(json, "compare.json"));
  const std::string junit = to_junit(lost);
  CHECK(contains(junit, "tests=\"4\" failures=\"2\""));
  CHECK(contains(junit, "<failure message=\"regressed, gate missed\">"));
  const std::string github = to_github(lost);
  CHECK(contains(github, "::error title=vgg.float%3A top1 regressed::1.0000 -> 0.9800"));
  CHECK(contains(github, "::notice title=bench compare::1 regressed; 2 gates missed: failed"));
}

}  // namespace
}  // namespace bench
