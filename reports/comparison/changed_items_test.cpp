#include <catch2/catch.hpp>

#include "models/contains_testing.h"
#include "models/json.h"
#include "reports/comparison/testing.h"

namespace bench {
namespace {

using testing::classes;
using testing::contains;
using testing::figure;
using testing::gated;
using testing::quick_options;

constexpr const char* two_in_1000 =
    R"({"case": "*.float", "metric": "changed", "largest_drop": {"absolute": 0.002}})";

TEST_CASE("Images that count otherwise are counted exactly, and judged where a gate names them") {
  // One is right now and two are wrong: three changed, though top-1 has moved by one.
  const CaseRun before = classes({7}), after = classes({1, 2});
  const Comparison reported = compare_runs({before}, {after}, quick_options());
  CHECK(reported.passed());
  CHECK(reported.watched == 2);  // top1 and top5: what is exact is no test
  const FigureChange& change = figure(reported, "changed");
  CHECK(change.share->items == 3);
  CHECK(change.share->of == 1000);
  CHECK(change.after == 0.003);
  CHECK(change.test == "exact");
  CHECK(change.verdict == Verdict::unchanged);
  CHECK(reported.cases[0].verdict == Verdict::unchanged);

  const Comparison missed = compare_runs({before}, {after}, gated(two_in_1000));
  CHECK_FALSE(missed.passed());
  CHECK(missed.cases[0].verdict == Verdict::regressed);
  CHECK(compare_runs({classes({})}, {after}, gated(two_in_1000)).passed());  // 2 of 1,000
  CHECK(compare_runs({before}, {after},
                     gated(R"({"case": "*.int8", "metric": "changed"}, {"metric": "top1"})"))
            .passed());
  CHECK_FALSE(compare_runs({before}, {after}, gated(R"({"metric": "changed"})")).passed());
}

TEST_CASE("Equal answers have changed nothing; nothing is said of them unless it is asked for") {
  const Comparison asked = compare_runs({classes({1})}, {classes({1})}, gated(two_in_1000));
  CHECK(asked.passed());
  CHECK(figure(asked, "changed").verdict == Verdict::identical);
  CHECK(figure(asked, "changed").share->items == 0);
  CHECK(asked.cases[0].verdict == Verdict::identical);
  CHECK_THROWS(figure(compare_runs({classes({1})}, {classes({1})}, quick_options()), "changed"));
}

TEST_CASE("Other answers that count alike are said to be other answers") {
  CaseRun after = classes({1});
  after.record.answers_digest = "other answers";  // another wrong class, say
  const Comparison comparison = compare_runs({classes({1})}, {after}, gated(two_in_1000));
  CHECK(comparison.passed());
  CHECK(comparison.cases[0].verdict == Verdict::unchanged);
  CHECK(figure(comparison, "changed").after == 0);
  const std::string table = to_markdown(comparison_tables(comparison, 5)[0]);
  CHECK(contains(table, "the answers differ, but nothing counts otherwise"));
  CHECK(contains(table, "0 of 1000"));
}

TEST_CASE("A gate on changed images does not pass what it cannot see") {
  CaseRun after = classes({1});
  after.tally.reset();
  const Comparison comparison = compare_runs({classes({})}, {after}, gated(two_in_1000));
  CHECK_FALSE(comparison.passed());
  CHECK(comparison.cases[0].verdict == Verdict::not_comparable);
  CHECK(contains(comparison.cases[0].reasons.at(0), "changed: not known"));
}

TEST_CASE("Changed images in every form") {
  const Comparison missed = compare_runs({classes({7})}, {classes({1, 2})}, gated(two_in_1000));
  const std::string table = to_markdown(comparison_tables(missed, 5)[0]);
  CHECK(contains(table, "| changed | 0.0000 | 0.0030 | 3 of 1000"));
  CHECK(contains(table, "regressed, gate missed"));
  const Comparison allowed = compare_runs({classes({})}, {classes({1, 2})}, gated(two_in_1000));
  CHECK(contains(to_markdown(comparison_tables(allowed, 5)[0]), "| allowed"));
  const std::string words = "3 of 1000 count otherwise, allowed 0.0020";
  CHECK(contains(to_github(missed), "::error title=vgg.float%3A changed::" + words));
  CHECK(contains(to_junit(missed),
                 "name=\"changed\"><failure message=\"regressed, gate missed\">" + words));
  const Json json = parse_json(to_text(to_json(missed)), "json");
  JsonFields whole(json, "json");
  JsonFields one = whole.objects("cases").at(0);
  JsonFields changed = one.objects("figures").at(2);
  CHECK(changed.text("metric") == "changed");
  CHECK(changed.integer("items") == 3);
  CHECK(changed.integer("of") == 1000);
  CHECK(changed.number("allowed") == 0.002);
}

}  // namespace
}  // namespace bench
