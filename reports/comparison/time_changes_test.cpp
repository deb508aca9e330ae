#include <catch2/catch.hpp>

#include "models/contains_testing.h"
#include "reports/comparison/testing.h"

namespace bench {
namespace {

using testing::classes;
using testing::contains;
using testing::figure;
using testing::gated;
using testing::quick_options;

TEST_CASE("Times count where a gate names them, and on the same machine only") {
  const auto timed = [](double ms, const std::string& machine) {
    CaseRun run = classes({});
    run.record.environment.machine = machine;
    run.record.speed_one_thread = {7, 8, ms, 1000 / ms, {}};
    for (int i = -3; i <= 3; ++i) run.record.speed_one_thread.round_ms.push_back(ms + 0.01 * i);
    return run;
  };
  const CaseRun before = timed(1, "one"), slower = timed(1.2, "one"), away = timed(1.2, "other");
  const CompareOptions watching =
      gated(R"({"metric": "median_ms", "largest_drop": {"relative": 0.05}})");
  CHECK(compare_runs({before}, {slower}, quick_options()).passed());
  CHECK(figure(compare_runs({before}, {slower}, quick_options()), "median_ms").verdict ==
        Verdict::regressed);
  const Comparison late = compare_runs({before}, {slower}, watching);
  CHECK_FALSE(late.passed());
  CHECK(figure(late, "median_ms").p == Approx(2.0 / 3432));
  CHECK(compare_runs({before}, {timed(1.04, "one")}, watching).passed());
  const Comparison elsewhere = compare_runs({before}, {away}, watching);
  CHECK(elsewhere.passed());
  CHECK(figure(elsewhere, "median_ms").verdict == Verdict::not_comparable);
  CHECK(contains(figure(elsewhere, "median_ms").note, "another machine"));
}

}  // namespace
}  // namespace bench
