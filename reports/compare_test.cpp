#include "reports/compare.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "evaluators/top_k.h"
#include "models/error.h"
#include "models/json.h"

using namespace bench;

namespace {

/// A case of 1,000 images of class 0; those numbered in `wrong` are answered with class 9.
CaseRun classes(const std::vector<int>& wrong, const std::string& name = "vgg.float") {
  const auto evaluator = make_top_k({"low-index", {}});
  for (int i = 0; i < 1000; ++i) {
    ClassScores answer;
    const bool miss = std::find(wrong.begin(), wrong.end(), i) != wrong.end();
    for (int k = 0; k < 5; ++k) {
      answer.best.push_back({k + (miss ? 9 : 0), 1.f / static_cast<float>(k + 1)});
    }
    evaluator->add("image " + std::to_string(1000 + i), ClassLabel{0}, answer);
  }
  CaseRun run;
  RunRecord& record = run.record;
  record.status = "passed";
  record.suite = "mini";
  record.name = name;
  record.model.name = "vgg";
  record.backend.name = "float";
  record.backend.weight_bytes = 1000;
  record.prepare = {"plain", "123", ""};
  record.data.name = "imagenet";
  record.data.annotations_digest = "annotations";
  record.data.images_digest = "bytes";
  record.data.available = record.data.listed = record.data.scored = 1000;
  record.evaluator = {"top-k", "", evaluator->protocol(), 0, 1};
  record.metrics = evaluator->result({200, 1});
  for (const int i : wrong) record.answers_digest += std::to_string(i) + " ";
  record.answers_digest += "answers";
  record.environment.machine = record.environment.cpu = "one";
  run.tally = evaluator->tally();
  return run;
}

std::vector<int> numbers(int from, int to) {
  std::vector<int> list;
  for (int i = from; i < to; ++i) list.push_back(i);
  return list;
}

CompareOptions options() {
  CompareOptions options;
  options.bootstrap = {200, 1};
  options.today = "2026-06-01";
  return options;
}

CompareOptions gated(const std::string& gate) {
  CompareOptions with = options();
  with.gates = parse_gates(R"({"suite": "mini", "gates": [)" + gate + "]}", "g.json");
  return with;
}

const FigureChange& figure(const Comparison& comparison, const std::string& metric = "top1") {
  for (const FigureChange& change : comparison.cases.at(0).figures) {
    if (change.metric == metric) return change;
  }
  throw std::runtime_error("no figure " + metric);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("Equal answers are identical; threads, times and paths do not matter") {
  CaseRun after = classes({1, 2});
  after.record.speed.threads = 7;
  after.record.data.root = "elsewhere";
  after.record.started = "2026";
  const Comparison comparison = compare_runs({classes({1, 2})}, {after}, options());
  CHECK(comparison.passed());
  CHECK(comparison.cases.at(0).verdict == Verdict::identical);
  CHECK(figure(comparison).test == "exact");
  CHECK(conclusion(comparison) == "1 identical: passed");
}

TEST_CASE("A loss beyond chance is one, its gain on the way back, and a small one is neither") {
  // 20 lost, none gained: p = 2 * 2^-20, twice that by Holm (top1 and top5).
  const CaseRun before = classes({}), after = classes(numbers(0, 20));
  const Comparison lost = compare_runs({before}, {after}, options());
  CHECK_FALSE(lost.passed());
  CHECK(lost.cases[0].verdict == Verdict::regressed);
  CHECK(figure(lost).moved->lost == 20);
  CHECK(figure(lost).p == Approx(std::pow(2, -19)));
  CHECK(figure(lost).corrected == Approx(std::pow(2, -18)));
  CHECK(figure(lost).missed);
  // Nothing comes and goes: alpha / 2 = .025 needs 7 lost (2 / 2^7; 6: 2 / 2^6 = .031). Of 1,000
  // images P(Bin >= 7) = .9 at a share of about .0105.
  CHECK(figure(lost).visible == Approx(0.0105).margin(0.0005));
  CHECK(lost.cases[0].flips.size() == 20);
  CHECK(lost.cases[0].flips[0].item == "image 1000");
  CHECK(lost.cases[0].flips[0].effect == Approx(-0.001));

  const Comparison gained = compare_runs({after}, {before}, options());
  CHECK(gained.passed());
  CHECK(gained.cases[0].verdict == Verdict::improved);

  const Comparison little = compare_runs({before}, {classes({1, 2, 3})}, options());
  CHECK(little.passed());
  CHECK(little.cases[0].verdict == Verdict::unchanged);
}

TEST_CASE("Gates: what is allowed, what is too small to count, what is excused") {
  const CaseRun before = classes({}), after = classes(numbers(0, 20));
  const auto passes = [&](const std::string& gate) {
    return compare_runs({before}, {after}, gated(gate)).passed();
  };
  CHECK_FALSE(passes(R"({"metric": "top1"})"));
  CHECK(passes(R"({"metric": "top1", "largest_drop": {"absolute": 0.02}})"));
  CHECK(passes(R"({"metric": "top1", "largest_drop": {"relative": 0.019}})"));  // not beyond chance
  CHECK_FALSE(passes(R"({"metric": "top1", "largest_drop": {"relative": 0.005}})"));
  CHECK(passes(R"({"metric": "top1", "minimal_effect": 0.021})"));
  CHECK_FALSE(passes(R"({"metric": "top1", "minimal_effect": 0.02})"));
  CHECK(passes(R"({"metric": "top1", "direction": "lower"})"));
  CHECK(passes(R"({"case": "resnet.*", "metric": "top1"})"));  // watches nothing here
  CHECK(passes(R"({"metric": "top1", "exception": {"until": "2026-06-01", "reason": "known"}})"));
  CHECK_FALSE(
      passes(R"({"metric": "top1", "exception": {"until": "2026-05-31", "reason": "known"}})"));
  const Comparison excused = compare_runs(
      {before}, {after},
      gated(R"({"metric": "top1", "exception": {"until": "2026-06-01", "reason": "known"}})"));
  CHECK(figure(excused).note == "exception until 2026-06-01: known");
  CHECK(figure(excused).verdict == Verdict::regressed);
}

TEST_CASE("Gates of another suite are refused") {
  CompareOptions with = gated(R"({"metric": "top1"})");
  with.gates->suite = "other";
  CHECK_THROWS_WITH(compare_runs({classes({})}, {classes({})}, with), Catch::Contains("'other'"));
}

TEST_CASE("Another question is not comparable, unless insisted on") {
  const CaseRun before = classes({});
  const auto refused = [&](const char* field, auto change) {
    CaseRun after = classes({});
    change(after.record);
    CAPTURE(field);
    const Comparison comparison = compare_runs({before}, {after}, options());
    CHECK_FALSE(comparison.passed());
    CHECK(comparison.cases[0].verdict == Verdict::not_comparable);
    REQUIRE_FALSE(comparison.cases[0].reasons.empty());
    CHECK(contains(comparison.cases[0].reasons[0], field));
    CompareOptions insisting = options();
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
  const Comparison comparison = compare_runs({before}, {after}, options());
  CHECK(comparison.passed());
  CHECK(comparison.cases[0].manifest.size() == 3);
}

TEST_CASE("A run that lost images never passes, and says which") {
  CaseRun after = classes({});
  after.record.status = "failed";
  after.record.data.scored = 999;
  after.record.failures.push_back({"image 1007", "bad_data", "cut short"});
  CompareOptions insisting = options();
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
  const Comparison shorter = compare_runs({classes({})}, {cut}, options());
  CHECK_FALSE(shorter.passed());
  CHECK(shorter.cases[0].lost_images == std::vector<std::string>{"image 1999"});
}

TEST_CASE("Figures that do not belong to their answers are not comparable") {
  CaseRun after = classes({1, 2, 3});
  after.record.metrics[0].value += 0.01;  // somebody has written another figure
  const Comparison comparison = compare_runs({classes({})}, {after}, options());
  CHECK(comparison.cases[0].verdict == Verdict::not_comparable);
  CHECK(contains(comparison.cases[0].reasons.at(0), "tally gives top1 = 0.997000"));
  // The same answers judged otherwise, without tallies to tell by.
  CaseRun before = classes({}), rescored = classes({});
  before.tally.reset();
  rescored.tally.reset();
  rescored.record.metrics[0].value = 0.5;
  const Comparison judged = compare_runs({before}, {rescored}, options());
  CHECK_FALSE(judged.passed());
  CHECK(contains(judged.cases[0].reasons.at(0), "the judge has changed"));
}

TEST_CASE("Without a tally a case is compared by its intervals, and says so") {
  CaseRun before = classes({});
  before.tally.reset();
  const Comparison small = compare_runs({before}, {classes(numbers(0, 3))}, options());
  CHECK(figure(small).test == "unpaired");
  CHECK(small.passed());
  const Comparison large = compare_runs({before}, {classes(numbers(0, 200))}, options());
  CHECK_FALSE(large.passed());
  CHECK(contains(to_markdown(comparison_tables(large, 5)[0]), "unpaired"));
}

TEST_CASE("Cases are matched by name; one that is gone is not comparable, a new one is a note") {
  const CaseRun one = classes({}, "a"), other = classes({}, "b"), third = classes({}, "c");
  const Comparison gone = compare_runs({one, other}, {one}, options());
  CHECK_FALSE(gone.passed());
  CHECK(gone.cases[1].name == "b");
  const Comparison fresh = compare_runs({one}, {one, other}, options());
  CHECK(fresh.passed());
  CHECK(fresh.only_after == std::vector<std::string>{"b"});
  // The only ones left of their data set are meant for each other.
  const Comparison renamed = compare_runs({one, other}, {third, one}, options());
  CHECK(renamed.passed());
  CHECK(renamed.cases[0].before_name == "b");
  CHECK(renamed.cases[0].name == "c");
  CHECK(renamed.cases[1].before_name == "a");
}

TEST_CASE("Sizes are compared exactly") {
  CaseRun after = classes({});
  after.record.backend.weight_bytes = 1001;
  const Comparison larger = compare_runs({classes({})}, {after}, options());
  CHECK_FALSE(larger.passed());
  CHECK(figure(larger, "weight_bytes").missed);
  CHECK(compare_runs({after}, {classes({})}, options()).passed());
  CHECK(compare_runs({classes({})}, {after},
                     gated(R"({"metric": "weight_bytes", "largest_drop": {"relative": 0.01}})"))
            .passed());
  CHECK(compare_runs({classes({})}, {after}, gated(R"({"metric": "top1"})")).passed());
}

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
  CHECK(compare_runs({before}, {slower}, options()).passed());
  CHECK(figure(compare_runs({before}, {slower}, options()), "median_ms").verdict ==
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

TEST_CASE("Every way of writing a comparison") {
  const Comparison lost = compare_runs({classes({})}, {classes(numbers(0, 20))}, options());
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

TEST_CASE("A/A: a suite of many figures raises a false alarm with probability alpha at most") {
  // Four cases; of 1,000 images each, 2 % come and go by lot.
  int alarms = 0, changes = 0;
  constexpr int rounds = 100;
  std::vector<CaseRun> whole;
  for (const char* name : {"a", "b", "c", "d"}) whole.push_back(classes({}, name));
  const auto lot = [&](std::uint64_t round, std::uint64_t k) {
    CaseRun run = whole[k];
    double hits = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
      const bool right = random_bits(9, round * 8 + k, i) >> 58 != 0;
      run.tally->rows[i] = {right ? 1.0 : 0.0, 1};
      hits += right;
    }
    run.record.metrics[0].value = hits / 1000;
    run.record.answers_digest = "lot " + std::to_string(round * 8 + k);
    return run;
  };
  CompareOptions quick = options();
  quick.bootstrap.replicates = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    std::vector<CaseRun> before, after;
    for (std::uint64_t k = 0; k < 4; ++k) {
      before.push_back(lot(2 * round, k));
      after.push_back(lot(2 * round + 1, k));
    }
    const Comparison comparison = compare_runs(before, after, quick);
    alarms += !comparison.passed();
    changes += std::any_of(comparison.cases.begin(), comparison.cases.end(),
                           [](const auto& one) { return one.verdict > Verdict::unchanged; });
  }
  CHECK(alarms <= rounds * 0.05 + 4 * std::sqrt(rounds * 0.05 * 0.95));
  CHECK(changes <= rounds * 0.05 + 4 * std::sqrt(rounds * 0.05 * 0.95));
}
