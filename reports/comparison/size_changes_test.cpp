#include <catch2/catch.hpp>

#include "reports/comparison/testing.h"

namespace bench {
namespace {

using testing::classes;
using testing::figure;
using testing::gated;
using testing::quick_options;

TEST_CASE("Sizes are compared exactly") {
  CaseRun after = classes({});
  after.record.backend.weight_bytes = 1001;
  const Comparison larger = compare_runs({classes({})}, {after}, quick_options());
  CHECK_FALSE(larger.passed());
  CHECK(figure(larger, "weight_bytes").missed);
  CHECK(compare_runs({after}, {classes({})}, quick_options()).passed());
  CHECK(compare_runs({classes({})}, {after},
                     gated(R"({"metric": "weight_bytes", "largest_drop": {"relative": 0.01}})"))
            .passed());
  CHECK(compare_runs({classes({})}, {after}, gated(R"({"metric": "top1"})")).passed());
  const auto excused = [&](const char* until) {
    return compare_runs({classes({})}, {after},
                        gated(R"({"metric": "weight_bytes", "exception": {"until": ")" +
                              std::string(until) + R"(", "reason": "a table more"}})"));
  };
  CHECK(excused("2026-06-01").passed());
  CHECK(figure(excused("2026-06-01"), "weight_bytes").note ==
        "exception until 2026-06-01: a table more");
  CHECK_FALSE(excused("2026-05-31").passed());
}

}  // namespace
}  // namespace bench
