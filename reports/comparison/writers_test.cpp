#include <catch2/catch.hpp>

#include "models/contains_testing.h"
#include "models/json.h"
#include "reports/comparison/shown_flips.h"
#include "reports/comparison/testing.h"
#include "reports/comparison/words.h"
#include "reports/figures.h"

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
  CHECK(contains(junit, "tests=\"5\" failures=\"2\""));
  CHECK(contains(junit, "<failure message=\"regressed, gate missed\">"));
  const std::string github = to_github(lost);
  CHECK(contains(github, "::error title=vgg.float%3A top1 regressed::1.0000 -> 0.9800"));
  CHECK(contains(github, "::notice title=bench compare::1 regressed; 2 gates missed: failed"));
}

TEST_CASE("Of many flips half are the greatest losses, half the greatest gains") {
  const std::vector<Flip> many = {{"a", -3}, {"b", -2}, {"c", -1}, {"d", -1e-17},
                                  {"e", 0},  {"f", 1},  {"g", 2},  {"h", 3}};
  const auto names = [&](std::size_t most) {
    std::string text;
    for (const Flip& flip : comparing::shown_flips(many, most).list) text += flip.item;
    return text;
  };
  CHECK(names(0).empty());
  CHECK(names(1) == "a");
  CHECK(names(4) == "abgh");
  CHECK(names(5) == "abcgh");
  CHECK(names(6) == "abcfgh");
  CHECK(names(7) == "abcfghd");
  CHECK(names(20) == "abcfghde");
  const auto shown = comparing::shown_flips(many, 3);
  CHECK(shown.losses == 3);
  CHECK(shown.gains == 3);
  CHECK(shown.others == 2);
}

TEST_CASE("What an image does to a figure, in a word where it does nothing") {
  CHECK(comparing::effect_text(-0.001) == "-0.001000");
  CHECK(comparing::effect_text(2e-8) == "+2e-08");
  CHECK(comparing::effect_text(0) == "nothing");
  CHECK(comparing::effect_text(-1e-17) == "nothing");  // sums taken in another order
  CHECK(signed_number(-0.00001, 4) == "0.0000");
  CHECK(signed_number(0, 4) == "0.0000");
  CHECK(signed_number(-0.0, 1) == "0.0");
  CHECK(signed_number(0.00006, 4) == "+0.0001");
  CHECK(signed_number(-10, 0) == "-10");

  // Image 3 is right now, 1 and 2 wrong; one more has changed, but not what flips are ranked by.
  CaseRun before = classes({3}), after = classes({1, 2});
  after.tally->rows[9] = {1, 0};
  for (Metric& metric : after.record.metrics) {
    if (metric.name == "top5") metric.value -= 0.001;
  }
  const Comparison comparison = compare_runs({before}, {after}, quick_options());
  const Table flips = comparison_tables(comparison, 10).at(1);
  REQUIRE(flips.rows.size() == 4);
  CHECK(flips.rows[0] == std::vector<std::string>{"image 1001", "-0.001000"});
  CHECK(flips.rows[2] == std::vector<std::string>{"image 1003", "+0.001000"});
  CHECK(flips.rows[3] == std::vector<std::string>{"image 1009", "nothing"});
  CHECK(contains(flips.notes[0], "by which it gains, 1 that do nothing to it."));
  CHECK(comparison_tables(comparison, 2).at(1).rows.size() == 2);
}

}  // namespace
}  // namespace bench
