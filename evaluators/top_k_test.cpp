#include "evaluators/top_k.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluators/golden_testing.h"
#include "models/error.h"

using namespace bench;
using Catch::Contains;

namespace {

constexpr Bootstrap no_bootstrap{0, 1};

std::unique_ptr<Evaluator> top_k(const std::string& protocol = "low-index") {
  return make_top_k({protocol, {}});
}

std::optional<Metric> find_metric(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric;
  }
  return std::nullopt;
}

double value(const Evaluator& evaluator, const std::string& name) {
  return find_metric(evaluator.result(no_bootstrap), name).value().value;
}

/// Classes 3 and 7 share the best score; 1, 2, 4 and 9 share the fourth best.
const ClassScores tied{{{3, 9.f}, {7, 9.f}, {5, 8.f}, {1, 6.f}, {2, 6.f}, {4, 6.f}, {9, 6.f}}};

}  // namespace

TEST_CASE("the tie rule decides who is in the best k", "[top_k]") {
  struct Row {
    int truth;
    const char* protocol;
    double top1, top5;
  };
  // Truth 7: nobody above, tied = {3, 7}, one of them (3) lower.
  //   top-1: low 0 + 1 < 1 no; high 0 + 0 < 1 yes; pessimistic 0 + 2 <= 1 no; optimistic yes;
  //   expected (1 - 0) / 2.   top-5: all yes.
  // Truth 4: above = {3, 7, 5}, tied = {1, 2, 4, 9}, lower = {1, 2}, higher = {9}.
  //   top-5: low 3 + 2 < 5 no; high 3 + 1 < 5 yes; pessimistic 3 + 4 <= 5 no; optimistic 3 < 5 yes;
  //   expected (5 - 3) / 4.
  const Row rows[] = {{7, "low-index", 0, 1},  {7, "high-index", 1, 1},  {7, "pessimistic", 0, 1},
                      {7, "optimistic", 1, 1}, {7, "expected", .5, 1},   {4, "low-index", 0, 0},
                      {4, "high-index", 0, 1}, {4, "pessimistic", 0, 0}, {4, "optimistic", 0, 1},
                      {4, "expected", 0, .5},  {3, "low-index", 1, 1},   {3, "high-index", 0, 1},
                      {8, "optimistic", 0, 0}, {2, "low-index", 0, 1},   {9, "high-index", 0, 1}};
  for (const Row& row : rows) {
    CAPTURE(row.truth, row.protocol);
    const auto evaluator = top_k(row.protocol);
    evaluator->add("a", ClassLabel{row.truth}, tied);
    CHECK(value(*evaluator, "top1") == row.top1);
    CHECK(value(*evaluator, "top5") == row.top5);
  }
}

TEST_CASE("bounds and counts of ties", "[top_k]") {
  const auto evaluator = top_k();
  const ClassScores clear{{{0, 5.f}, {1, 4.f}, {2, 3.f}, {3, 2.f}, {4, 1.f}}};
  evaluator->add("a", ClassLabel{7}, tied);   // top-1 miss (pessimistic 0, optimistic 1), top-5 hit
  evaluator->add("b", ClassLabel{0}, clear);  // hit, hit
  evaluator->add("c", ClassLabel{4}, clear);  // miss, hit
  evaluator->add("d", ClassLabel{9}, tied);   // miss, 3 + 3 lower < 5 no: miss (optimistic: hit)
  CHECK(value(*evaluator, "top1") == 0.25);
  CHECK(value(*evaluator, "top1_pessimistic") == 0.25);
  CHECK(value(*evaluator, "top1_optimistic") == 0.5);
  CHECK(value(*evaluator, "top5") == 0.75);
  CHECK(value(*evaluator, "top5_pessimistic") == 0.75);
  CHECK(value(*evaluator, "top5_optimistic") == 1.0);
  CHECK(value(*evaluator, "top1_hits") == 1);
  CHECK(value(*evaluator, "top5_hits") == 3);
  CHECK(value(*evaluator, "top1_tied") == 2);
  CHECK(value(*evaluator, "top5_tied") == 2);
  CHECK(value(*evaluator, "images") == 4);
  REQUIRE(evaluator->warnings().size() == 1);
  CHECK_THAT(evaluator->warnings()[0], Contains("shared in 2 of 4 images"));
  CHECK_THAT(evaluator->protocol(), Contains("low-index"));
}

TEST_CASE("float networks have no bounds to report", "[top_k]") {
  const auto evaluator = top_k();
  evaluator->add("a", ClassLabel{1},
                 ClassScores{{{1, 5.f}, {2, 4.f}, {3, 3.f}, {4, 2.f}, {5, 1.f}}});
  CHECK_FALSE(find_metric(evaluator->result(no_bootstrap), "top1_optimistic"));
  CHECK(evaluator->warnings().empty());
}

TEST_CASE("fewer than five classes give no top-5", "[top_k]") {
  const auto evaluator = top_k();
  evaluator->add("a", ClassLabel{1}, ClassScores{{{1, 5.f}}});
  CHECK(value(*evaluator, "top1") == 1);
  CHECK(std::isnan(value(*evaluator, "top5")));
  CHECK_THAT(evaluator->warnings().at(0), Contains("fewer than 5"));
}

TEST_CASE("answers that cannot be scored are named", "[top_k]") {
  const auto evaluator = top_k();
  evaluator->add("a", ClassLabel{1}, tied);
  CHECK_THROWS_WITH(evaluator->add("a", ClassLabel{1}, tied), Contains("image a: scored twice"));
  CHECK_THROWS_WITH(evaluator->add("b", ClassLabel{1}, ClassScores{{{1000, 1.f}}}),
                    Contains("image b: class 1000 is not within 0..999"));
  CHECK_THROWS_WITH(evaluator->add("b", ClassLabel{1}, ClassScores{{{3, 1.f}, {3, 0.f}}}),
                    Contains("class 3 is listed twice"));
  CHECK_THROWS_WITH(evaluator->add("b", ClassLabel{1}, ClassScores{{{3, std::nanf("")}}}),
                    Contains("NaN"));
  CHECK_THROWS_WITH(evaluator->add("b", ClassLabel{1}, ClassScores{}), Contains("no class"));
  CHECK_THROWS_WITH(evaluator->add("b", ClassLabel{1}, Detections{}), Contains("class scores"));
  CHECK_THROWS_WITH(evaluator->add("b", LabelMap{}, tied), Contains("class label"));
  CHECK(value(*evaluator, "images") == 1);
}

TEST_CASE("top-k: order and shards do not matter, intervals included", "[top_k]") {
  const auto forward = top_k(), backward = top_k(), shard = top_k();
  for (int i = 0; i < 100; ++i) {
    forward->add(std::to_string(i), ClassLabel{i % 11}, tied);
    const int j = 99 - i;
    (j % 3 ? backward : shard)->add(std::to_string(j), ClassLabel{j % 11}, tied);
  }
  backward->merge(*shard);
  const auto a = forward->result({200, 7}), b = backward->result({200, 7});
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].value == b[i].value);
    REQUIRE(a[i].interval95.has_value() == b[i].interval95.has_value());
    if (!a[i].interval95) continue;
    CHECK(a[i].interval95->low == b[i].interval95->low);
    CHECK(a[i].interval95->high == b[i].interval95->high);
  }
  CHECK_THROWS_WITH(forward->merge(*shard), Contains("scored twice"));
  CHECK_THROWS_WITH(top_k("optimistic")->merge(*shard), Contains("different protocols"));
}

TEST_CASE("the interval is the binomial one", "[top_k]") {
  const auto evaluator = top_k();
  for (int i = 0; i < 400; ++i) {
    evaluator->add(std::to_string(i), ClassLabel{i < 200 ? 3 : 5}, tied);
  }
  const auto interval = find_metric(evaluator->result({2000, 1}), "top1")->interval95.value();
  // Half of 400 are hits: standard deviation sqrt(.5 .5 / 400) = .025, 1.96 of them = .049.
  CHECK(interval.low == Approx(0.451).margin(0.004));
  CHECK(interval.high == Approx(0.549).margin(0.004));
}

TEST_CASE("golden: every classifier's answers on 1,000 and 200 images", "[top_k][golden]") {
  const auto summary_file = testing::real_data("voc_imagenet/golden/imagenet/summary.json");
  if (!summary_file) return;
  const auto summary = nlohmann::json::parse(std::ifstream(*summary_file));
  for (const auto& [name, golden] : summary.items()) {
    CAPTURE(name);
    const testing::Unpacked csv("voc_imagenet/golden/imagenet/" + name + ".csv.gz");
    const auto lines = testing::fields_of(csv.path());
    REQUIRE(lines.size() == golden.at("n").get<std::size_t>() + 1);
    const auto low = top_k(), high = top_k("high-index"), lot = top_k("expected");
    for (std::size_t i = 1; i < lines.size(); ++i) {
      ClassScores scores;
      for (std::size_t k = 2; k < 7; ++k) {
        scores.best.push_back({std::stoi(lines[i][k]), std::stof(lines[i][k + 5])});
      }
      for (const auto& one : {&low, &high, &lot}) {
        (*one)->add(lines[i][0], ClassLabel{std::stoi(lines[i][1])}, scores);
      }
    }
    CHECK(value(*low, "top1") == golden.at("top1").get<double>());
    CHECK(value(*low, "top5") == golden.at("top5").get<double>());
    // "pessimistic 0.4440 optimistic 0.4640 low-index 0.4560 high-index 0.4520 expected 0.453833"
    std::istringstream words(golden.at("ties_top1").get<std::string>());
    std::map<std::string, double> ties;
    for (std::string word; words >> word;) words >> ties[word];
    const auto metrics = low->result(no_bootstrap);
    if (find_metric(metrics, "top1_optimistic")) {
      CHECK(value(*low, "top1_pessimistic") == ties.at("pessimistic"));
      CHECK(value(*low, "top1_optimistic") == ties.at("optimistic"));
    } else {
      CHECK(ties.at("pessimistic") == ties.at("optimistic"));
    }
    CHECK(value(*high, "top1") == ties.at("high-index"));
    CHECK(value(*lot, "top1") == Approx(ties.at("expected")).margin(1e-6));
  }
}
