#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "models/contains_testing.h"
#include "reports/history/testing.h"
#include "reports/history/words.h"

namespace bench {
namespace {

using testing::contains;
using testing::night;
using testing::series_of;

std::string read(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// All that can happen to a case, and one to which nothing does.
std::vector<RunRecord> eventful() {
  std::vector<RunRecord> nights;
  for (int day = 1; day <= 12; ++day) {
    RunRecord record = night(day, 0.5);
    record.data.drawn = true;
    if (day >= 3) record.metrics[0] = {"top1", 0.48, Interval{0.46, 0.5}, "", true};
    if (day >= 3 && day < 6) record.answers_digest = "b";
    if (day >= 5) record.answers_digest = "c";
    if (day >= 7) record.prepare.hash = "other";
    if (day == 9) record.status = "failed";
    if (day >= 11) record = night(day, 0.5);
    record.data.drawn = true;
    nights.push_back(record);
    record.name = "net.float";
    record.metrics = {{"top1", 0.7, std::nullopt, "", true}};
    record.answers_digest = "f";
    record.status = "passed";
    record.prepare.hash = "123";
    nights.push_back(record);
  }
  return nights;
}

TEST_CASE("A history as a drawing is as approved") {
  const std::string drawing = history_svg(series_of(eventful()));
  const std::string path = BENCH_SOURCE_DIR "/reports/golden/history.svg";
  if (std::getenv("BENCH_APPROVE")) std::ofstream(path, std::ios::binary) << drawing;
  CHECK(drawing == read(path));
  for (const char* part : {"<script", "https:", "href", "@import", "url("}) {
    CHECK_FALSE(contains(drawing, part));
  }
}

TEST_CASE("Sparklines mark changes, breaks and runs that are not whole") {
  const auto all = series_of(eventful());
  CHECK(sparkline(all[0]) == "██│▁▁▁▁┊▁▁×▁┊│██");
  CHECK(sparkline(all[1]) == "▄▄▄▄▄▄▄▄▄▄▄▄");
  CHECK(sparkline(all[0], 3) == "…▁┊│██");
}

TEST_CASE("Tables say what changed, and between which programs") {
  const auto all = series_of(eventful());
  const auto tables = history_tables(all);
  REQUIRE(tables.size() == 2);
  CHECK(tables[0].is_drawn);
  CHECK(tables[0].rows[0] == std::vector<std::string>{"net.int8", "imagenet (drawn)", "avx512_vnni",
                                                      "12", "0.5000 [0.480, 0.520]",
                                                      sparkline(all[0]),
                                                      "2026-01-11 01:30: 0.4800 -> 0.5000"});
  CHECK(tables[0].rows[1][6] == "-");
  const auto& changes = tables[1].rows;
  REQUIRE(changes.size() == 5);
  CHECK(changes[0] == std::vector<std::string>{"2026-01-03 01:30", "net.int8", "imagenet (drawn)",
                                               "changed", "0.5000", "0.4800",
                                               "02cccccccc -> 03cccccccc", "-"});
  CHECK(changes[1][3] == "other answers, same figure");
  CHECK(changes[2][3] == "not comparable: preprocessing");
  CHECK(changes[2][6] == "06cccccccc -> 07cccccccc");
  CHECK(changes[2][7] == "preprocessing: plain 123 -> plain other");
  CHECK(changes[4][3] == "changed, back to 2026-01-01 01:30");
  CHECK(tables[1].notes.size() == 3);
  const auto one = history_tables({all[0]});
  REQUIRE(one.size() == 3);
  CHECK(one[2].rows[8][2] == "failed");
  CHECK(history_points_table(all).rows.size() == 24);
}

TEST_CASE("Sizes are shown to the last byte") {
  RunRecord record = night(1, 0.5);
  record.backend.weight_bytes = 138357544;
  CHECK(history_tables(series_of({record}, "weight_bytes"))[0].rows[0][4] == "138,357,544 bytes");
}

TEST_CASE("In a history, hostile names are text") {
  const std::string evil = "<script>\"alert('1')\"</script> | & `x` \x01";
  auto nights = std::vector{night(1, 0.5, "a"), night(2, 0.4, "b"), night(3, 0.4, "b")};
  for (RunRecord& record : nights) {
    record.suite = record.name = record.data.name = record.backend.isa = evil;
    record.environment.commit = evil + record.environment.commit;
    record.metrics[0].unit = evil;
    record.finished += evil;
  }
  nights[2].decode = evil;
  nights[2].status = evil;
  const auto all = series_of(nights);
  const std::string drawing = history_svg(all);
  CHECK_FALSE(contains(drawing, "<script"));
  CHECK_FALSE(contains(drawing, "alert('"));
  CHECK_FALSE(contains(drawing, "\x01"));
  CHECK(contains(drawing,
                 "&lt;script&gt;&quot;alert(&#39;1&#39;)&quot;&lt;/script&gt; | &amp; `x` "));
  for (const Table& table : history_tables(all)) {
    CHECK_FALSE(contains(to_markdown(table), "<script"));
  }
}

TEST_CASE("One run, and runs without a number, are drawn") {
  auto nights = std::vector{night(1, RunRecord::nan)};
  CHECK(contains(history_svg(series_of(nights)), "class=\"lost\""));
  CHECK(sparkline(series_of(nights)[0]) == "·");
  CHECK(contains(history_svg(series_of({night(1, 0)})), "1 run, 2026-01-01 01:30"));
}

TEST_CASE("Values that differ in their last bit only are drawn, and so are huge ones") {
  const double value = 0.7, next = std::nextafter(value, 1);
  auto nights = std::vector{night(1, value, "a"), night(2, next, "a")};
  for (RunRecord& record : nights) record.metrics[0].interval95.reset();
  const auto series = series_of(nights);
  CHECK(series[0].changes.size() == 1);
  CHECK(history_svg(series).size() < 10000);
  nights[0].metrics[0].value = -1e308;
  nights[1].metrics[0].value = 1e308;
  CHECK(history_svg(series_of(nights)).size() < 10000);
}

}  // namespace
}  // namespace bench
