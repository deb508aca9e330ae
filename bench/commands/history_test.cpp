// `bench record` and `bench history` on real files: runs of a tiny network, and altered copies.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "bench/commands/testing.h"
#include "bench/files.h"
#include "reports/run_record.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

using namespace testing;

/// A run of the tiny network, and nights made of it: copies of its result.json with other dates.
class Nights {
 public:
  Nights() { REQUIRE(tiny_("run").code == exit_ok); }

  std::string file(const std::string& name) const { return tiny_.file(name); }

  /// The run as of a day of January 2026, its records changed.
  template <class Change>
  std::string night(int day, const Change& change) const {
    const std::string number = (day < 10 ? "0" : "") + std::to_string(day);
    const std::string folder = file("night" + number);
    auto records = tiny_.records("run");
    for (RunRecord& record : records) {
      record.started = "2026-01-" + number + "T01:00:00Z";
      record.finished = "2026-01-" + number + "T01:30:00Z";
      record.environment.commit = number + std::string(38, 'c');
      change(record);
    }
    make_folder(folder);
    write_file(folder + "/result.json", to_result_file(records));
    return folder;
  }
  std::string night(int day) const {
    return night(day, [](RunRecord&) {});
  }

  Ran record(std::vector<std::string> runs, const std::string& to = "history.sqlite") const {
    runs.insert(runs.begin(), "record");
    runs.insert(runs.end(), {"--to", file(to)});
    return bench(runs);
  }

  Ran history(const std::vector<std::string>& more = {}, const std::string& from = "history.sqlite",
              const std::string& metric = "accuracy") const {
    std::vector<std::string> all = {"history", "--from",   file(from), "--suite",
                                    "lfw",     "--metric", metric};
    all.insert(all.end(), more.begin(), more.end());
    return bench(all);
  }

 private:
  testing::TinyRun tiny_;
};

void answer_otherwise(RunRecord& record) {
  record.answers_digest = std::string(64, 'b');
  for (Metric& metric : record.metrics) metric.value *= 0.5;
}

TEST_CASE("A run is recorded once, and a file made anew in any order gives the same answers") {
  const Nights nights;
  std::vector<std::string> runs = {nights.night(1), nights.night(2),
                                   nights.night(3, answer_otherwise), nights.night(4)};
  const Ran first = nights.record(runs);
  INFO(first.out << first.err);
  CHECK(first.code == exit_ok);
  CHECK(contains(first.out, "night03: 1 case recorded"));
  const std::string before = read_file(nights.file("history.sqlite"));
  CHECK(contains(nights.record(runs).out, "was recorded before"));
  CHECK(read_file(nights.file("history.sqlite")) == before);
  std::reverse(runs.begin(), runs.end());
  CHECK(nights.record({runs[0]}, "other.sqlite").code == exit_ok);
  CHECK(nights.record({runs[1] + "/result.json", runs[2], runs[3]}, "other.sqlite").code == 0);
  for (const char* format : {"markdown", "json", "csv", "svg"}) {
    const Ran one = nights.history({"--format", format});
    INFO(one.err);
    CHECK(one.code == exit_ok);
    CHECK(one.out == nights.history({"--format", format}, "other.sqlite").out);
  }
}

TEST_CASE("A changed figure is shown with the commits around it; so is its return") {
  const Nights nights;
  REQUIRE(nights
              .record({nights.night(1), nights.night(2), nights.night(3, answer_otherwise),
                       nights.night(4)})
              .code == exit_ok);
  const std::string text = nights.history().out;
  INFO(text);
  CHECK(contains(text, "██│▁│█"));
  CHECK(contains(text, "02cccccccc -> 03cccccccc"));
  CHECK(contains(text, "changed, back to 2026-01-01 01:30"));
  CHECK(contains(nights.history({"--format", "json"}).out, "\"kind\": \"figure\""));
  const std::string last = nights.history({"--limit", "1"}).out;
  CHECK(contains(last, "03cccccccc -> 04cccccccc"));
  CHECK_FALSE(contains(last, "2026-01-03"));
  CHECK(nights.history({"--since", "2026-01-04"}).out == last);
}

TEST_CASE("Runs that are not comparable, on another machine, or not whole") {
  const Nights nights;
  const auto prepared = [](RunRecord& record) { record.prepare.hash = std::string(64, 'd'); };
  const auto failed = [](RunRecord& record) {
    record.status = "failed";
    record.metrics.clear();
  };
  const auto elsewhere = [](RunRecord& record) {
    record.backend.isa = "another";
    record.environment.machine = "elsewhere";
    answer_otherwise(record);
  };
  REQUIRE(nights
              .record({nights.night(1), nights.night(2, prepared), nights.night(3, failed),
                       nights.night(4, elsewhere)})
              .code == exit_ok);
  const std::string text = nights.history().out;
  INFO(text);
  CHECK(contains(text, "▄┊▄×"));
  CHECK(contains(text, "not comparable: preprocessing"));
  CHECK(contains(text, "another"));
  CHECK_FALSE(contains(text, "| changed"));
  const std::string there = nights.history({"--machine", "elsewhere"}).out;
  CHECK(contains(there, "2026-01-04"));
  CHECK_FALSE(contains(there, "2026-01-01"));
}

TEST_CASE("A damaged run keeps no other out, and a file is not made for it alone") {
  const Nights nights;
  const std::string good = nights.night(1), bad = nights.night(2), other = nights.night(3);
  write_file(bad + "/result.json", read_file(bad + "/result.json").substr(0, 500));
  const Ran alone = nights.record({bad});
  CHECK(alone.code == exit_bad_data);
  CHECK(contains(alone.err, "night02/result.json"));
  CHECK_FALSE(fs::exists(nights.file("history.sqlite")));
  const Ran all = nights.record({good, bad, nights.file("nowhere"), other});
  CHECK(all.code == exit_bad_data);
  CHECK(contains(all.err, "nowhere: is not there"));
  CHECK(contains(all.out, "night01: 1 case recorded"));
  CHECK(contains(all.out, "night03: 1 case recorded"));
}

TEST_CASE("What there is not is answered with what there is") {
  const Nights nights;
  REQUIRE(nights.record({nights.night(1)}).code == exit_ok);
  const auto fails = [&](const std::vector<std::string>& more, const std::string& words) {
    const Ran ran = nights.history(more);
    INFO(ran.err);
    CHECK(ran.code == exit_usage);
    CHECK(contains(ran.err, words));
  };
  CHECK(contains(nights.history({}, "history.sqlite", "acuracy").err, "did you mean 'accuracy'?"));
  CHECK(contains(nights.history({}, "history.sqlite", "x").err, "; known: "));
  CHECK(contains(bench({"history", "--from", nights.file("history.sqlite"), "--suite", "lfv",
                        "--metric", "accuracy"})
                     .err,
                 "did you mean 'lfw'?"));
  fails({"--case", "vgg*"}, "known: tiny.mobilefacenet-112.float");
  fails({"--machine", "no such machine"}, "unknown machine");
  fails({"--since", "tomorrow"}, "YYYY-MM-DD");
  fails({"--since", "2027-01-01"}, "nothing was run");
  fails({"--limit", "-1"}, "--limit");
  fails({"--format", "jsn"}, "'json'");
  CHECK(bench({"history"}).code == exit_usage);
  CHECK(bench({"record"}).code == exit_usage);
  CHECK(bench({"record", "run"}).code == exit_usage);
  CHECK(nights.history({}, "nowhere.sqlite").code == exit_missing);
}

}  // namespace
}  // namespace bench
