#include <catch2/catch.hpp>

#include "models/contains_testing.h"
#include "reports/comparison/testing.h"

namespace bench {
namespace {

using testing::classes;
using testing::contains;
using testing::quick_options;

TEST_CASE("Another question is not comparable, unless insisted on") {
  const CaseRun before = classes({});
  const auto refused = [&](const char* field, auto change) {
    CaseRun after = classes({});
    change(after.record);
    CAPTURE(field);
    const Comparison comparison = compare_runs({before}, {after}, quick_options());
    CHECK_FALSE(comparison.passed());
    CHECK(comparison.cases[0].verdict == Verdict::not_comparable);
    REQUIRE_FALSE(comparison.cases[0].reasons.empty());
    CHECK(contains(comparison.cases[0].reasons[0], field));
    CompareOptions insisting = quick_options();
    insisting.allowed = {field};
    CHECK(compare_runs({before}, {after}, insisting).passed());
  };
  refused("data", [](RunRecord& r) { r.data.annotations_digest = "others"; });
  refused("images", [](RunRecord& r) { r.data.images_digest = "others"; });
  refused("subset", [](RunRecord& r) { r.data.limit = 1000; });
  refused("protocol", [](RunRecord& r) { r.evaluator.meaning = "another"; });
  refused("preprocessing", [](RunRecord& r) { r.prepare.hash = "456"; });
  refused("decoder", [](RunRecord& r) { r.decode = "another"; });
  // What is being compared may differ.
  CaseRun after = classes({});
  after.record.model.graph_digest = "another";
  after.record.backend.isa = "AVX2";
  after.record.environment.commit = "abc";
  const Comparison comparison = compare_runs({before}, {after}, quick_options());
  CHECK(comparison.passed());
  CHECK(comparison.cases[0].manifest.size() == 3);
}

TEST_CASE("A run that lost images never passes, and says which") {
  CaseRun after = classes({});
  after.record.status = "failed";
  after.record.data.scored = 999;
  after.record.failures.push_back({"image 1007", "bad_data", "cut short"});
  CompareOptions insisting = quick_options();
  insisting.allowed = refusing_fields();
  const Comparison comparison = compare_runs({classes({})}, {after}, insisting);
  CHECK_FALSE(comparison.passed());
  CHECK(comparison.cases[0].lost_images == std::vector<std::string>{"image 1007"});
  CHECK(contains(comparison.cases[0].reasons[0], "1 of 1000 images have no answer"));

  // A run cut short: the tally is short of images.
  CaseRun cut = classes({});
  cut.record.status = "incomplete";
  cut.tally->items.pop_back();
  cut.tally->rows.pop_back();
  cut.tally->groups = {999};
  const Comparison shorter = compare_runs({classes({})}, {cut}, quick_options());
  CHECK_FALSE(shorter.passed());
  CHECK(shorter.cases[0].lost_images == std::vector<std::string>{"image 1999"});
}

TEST_CASE("Figures that do not belong to their answers are not comparable") {
  CaseRun after = classes({1, 2, 3});
  after.record.metrics[0].value += 0.01;  // somebody has written another figure
  const Comparison comparison = compare_runs({classes({})}, {after}, quick_options());
  CHECK(comparison.cases[0].verdict == Verdict::not_comparable);
  CHECK(contains(comparison.cases[0].reasons.at(0), "tally gives top1 = 0.997000"));
  // The same answers judged otherwise, without tallies to tell by.
  CaseRun before = classes({}), rescored = classes({});
  before.tally.reset();
  rescored.tally.reset();
  rescored.record.metrics[0].value = 0.5;
  const Comparison judged = compare_runs({before}, {rescored}, quick_options());
  CHECK_FALSE(judged.passed());
  CHECK(contains(judged.cases[0].reasons.at(0), "the judge has changed"));
}

}  // namespace
}  // namespace bench
