#include "reports/history.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/contains_testing.h"
#include "models/error.h"
#include "reports/history/testing.h"

namespace bench {
namespace {

using testing::night;
using testing::points_of;
using testing::series_of;
using Kind = HistoryChange::Kind;

TEST_CASE("What history keeps of a record: its figures, sizes and time") {
  RunRecord record = night(1, 0.5);
  record.metrics[0].replicates = {1, 2};
  record.audit.parameters = 123;
  record.backend.weight_bytes = 4096;
  const auto figures = history_figures(record);
  REQUIRE(figures.size() == 4);
  CHECK(figures[0].name == "top1");
  CHECK(figures[0].replicates.empty());
  CHECK(figures[1].name == "parameters");
  CHECK(figures[2].name == "weight_bytes");
  CHECK(figures[2].value == 4096);
  CHECK(figures[3].name == "median_ms");
  RunRecord nowhere = record;
  nowhere.environment.machine.clear();
  CHECK(history_figures(nowhere).size() == 3);
  record.speed_one_thread.rounds = 0;
  CHECK(history_figures(record).size() == 3);
  CHECK(history_case(record, "ab").whole);
  record.status = "failed";
  CHECK_FALSE(history_case(record, "ab").whole);
  CHECK(figure_kind("macs") == FigureKind::size);
  CHECK(figure_kind("median_ms") == FigureKind::time);
  CHECK(figure_kind("ap_hard") == FigureKind::answers);
}

TEST_CASE("Runs stand in the order in which they finished, however they come") {
  std::vector<RunRecord> nights;
  for (int day = 1; day <= 6; ++day) nights.push_back(night(day, day < 4 ? 0.5 : 0.4, "a"));
  auto points = points_of(nights);
  std::reverse(points.begin(), points.end());
  std::swap(points[1], points[3]);
  const auto series = history_series(points, {});
  REQUIRE(series.size() == 1);
  REQUIRE(series[0].changes.size() == 1);
  CHECK(series[0].changes[0].at == 3);
  CHECK(series[0].points[3].place == 3);
  CHECK(to_text(to_json(series)) == to_text(to_json(series_of(nights))));
}

TEST_CASE("Cases of one run stand at one place, whichever finished first") {
  RunRecord early = night(1, 0.5), late = night(1, 0.5), next = night(2, 0.5);
  early.name = "early.float";
  late.finished = "2026-01-03T00:00:00Z";
  const auto series = series_of({early, late, next});
  REQUIRE(series.size() == 2);
  CHECK(series[1].name == "net.int8");
  CHECK(series[1].points[0].place == 0);
  CHECK(series[1].points[1].place == 1);
}

TEST_CASE("A changed figure, a judge that changed, and a level that comes back") {
  const auto series = series_of(
      {night(1, 0.5, "a"), night(2, 0.4, "b"), night(3, 0.3, "b"), night(4, 0.5, "a")})[0];
  REQUIRE(series.changes.size() == 3);
  CHECK(series.changes[0].kind == Kind::figure);
  CHECK(series.changes[0].before == 0.5);
  CHECK(series.changes[0].after == 0.4);
  CHECK(series.changes[1].kind == Kind::judge);
  CHECK(series.changes[2].back_to == "2026-01-01 01:30");
  REQUIRE(series.changes[0].making.size() == 1);
  CHECK(series.changes[0].making[0].field == "commit");
}

TEST_CASE("Sizes change by their value, whatever the answers") {
  auto nights = std::vector{night(1, 0.5, "a"), night(2, 0.5, "b"), night(3, 0.5, "b")};
  for (RunRecord& record : nights) record.backend.weight_bytes = 4096;
  nights[2].backend.weight_bytes = 4097;
  const auto series = series_of(nights, "weight_bytes")[0];
  REQUIRE(series.changes.size() == 1);
  CHECK(series.changes[0].at == 2);
}

TEST_CASE("Another making breaks the series; what comes back is compared with what was") {
  auto nights =
      std::vector{night(1, 0.5, "a"), night(2, 0.9, "z"), night(3, 0.4, "b"), night(4, 0.4, "b")};
  nights[1].prepare.hash = "other";
  const auto series = series_of(nights)[0];
  REQUIRE(series.changes.size() == 3);
  CHECK(series.changes[0].kind == Kind::making);
  CHECK(series.changes[0].at == 1);
  CHECK(std::ranges::count(series.changes[0].making, true, &ManifestDifference::refuses) == 1);
  CHECK(series.changes[1].kind == Kind::making);
  CHECK(series.changes[1].at == 2);
  CHECK(series.changes[2].kind == Kind::figure);  // 0.5 of the first night to 0.4 of the third
  CHECK(series.changes[2].at == 2);
  CHECK(series.changes[2].before == 0.5);
}

TEST_CASE("Instruction sets are apart, and so are machines for times only") {
  auto nights = std::vector{night(1, 0.5, "a"), night(2, 0.4, "b"), night(3, 0.5, "a")};
  nights[1].backend.isa = "avx2";
  const auto series = series_of(nights);
  REQUIRE(series.size() == 2);
  CHECK(series[0].where == "avx512_vnni");
  CHECK(series[0].points.size() == 2);
  CHECK(series[0].changes.empty());
  CHECK(series[1].changes.empty());
  CHECK(series_of(nights, "median_ms").size() == 1);
  nights[1].environment.machine = "another";
  CHECK(series_of(nights, "median_ms").size() == 2);
  HistoryOptions there;
  there.machine = "another";
  CHECK(series_of(nights, "top1", there).size() == 1);
}

TEST_CASE("A run that is not whole is shown and never compared") {
  auto nights = std::vector{night(1, 0.5, "a"), night(2, 0.1, "x"), night(3, 0.5, "a")};
  nights[1].status = "failed";
  nights[1].backend.isa.clear();  // it ended before there was a program
  const auto series = series_of(nights);
  REQUIRE(series.size() == 1);
  CHECK(series[0].points.size() == 3);
  CHECK(series[0].changes.empty());
}

TEST_CASE("Times: a step is found beside scatter, one slow night is none") {
  const double scatter[] = {0, 2, -1, 1, -2, 0.5, -0.5, 1.5, -1.5, 0.2, 3, -3};
  std::vector<RunRecord> nights;
  for (int day = 1; day <= 24; ++day) {
    nights.push_back(night(day, 10 + scatter[day % 12] * 0.1 + (day > 14 ? 1.5 : 0)));
  }
  nights[5].speed_one_thread.median_ms = 30;
  const auto series = series_of(nights, "median_ms")[0];
  REQUIRE(series.changes.size() == 1);
  CHECK(series.changes[0].kind == Kind::level);
  CHECK(series.changes[0].at == 14);
  CHECK(series.changes[0].p < 0.01);
  CHECK(series.changes[0].before == Approx(10).margin(0.1));
  CHECK(series.changes[0].after == Approx(11.5).margin(0.1));
  CHECK(series.levels[0] == series.changes[0].before);
  CHECK(series.levels[23] == series.changes[0].after);
}

TEST_CASE("What is shown does not decide what is found") {
  std::vector<RunRecord> nights;
  for (int day = 1; day <= 6; ++day)
    nights.push_back(night(day, day < 4 ? 0.5 : 0.4, day < 4 ? "a" : "b"));
  HistoryOptions options;
  options.limit = 3;
  const auto last = series_of(nights, "top1", options)[0];
  REQUIRE(last.points.size() == 3);
  REQUIRE(last.changes.size() == 1);
  CHECK(last.changes[0].at == 0);
  CHECK(last.changes[0].before == 0.5);
  CHECK(last.points[0].place == 0);
  options.limit = 0;
  options.since = "2026-01-05";
  CHECK(series_of(nights, "top1", options)[0].changes.empty());
  options.since = "2026-02-01";
  CHECK_THROWS_AS(series_of(nights, "top1", options), Error);
  options = {};
  options.cases = "other.*";
  CHECK_THROWS_WITH(series_of(nights, "top1", options),
                    Catch::Contains("unknown case 'other.*'; known: net.int8"));
}

}  // namespace
}  // namespace bench
