#include <catch2/catch.hpp>

#include "models/contains_testing.h"
#include "reports/comparison/testing.h"

namespace bench {
namespace {

using testing::classes;
using testing::contains;
using testing::figure;
using testing::numbers;
using testing::quick_options;

TEST_CASE("Without a tally a case is compared by its intervals, and says so") {
  CaseRun before = classes({});
  before.tally.reset();
  const Comparison small = compare_runs({before}, {classes(numbers(0, 3))}, quick_options());
  CHECK(figure(small).test == "unpaired");
  CHECK(small.passed());
  const Comparison large = compare_runs({before}, {classes(numbers(0, 200))}, quick_options());
  CHECK_FALSE(large.passed());
  CHECK(contains(to_markdown(comparison_tables(large, 5)[0]), "unpaired"));
}

}  // namespace
}  // namespace bench
