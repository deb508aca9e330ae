#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "bench/commands/testing.h"
#include "bench/files.h"
#include "reports/run_record.h"

namespace bench {
namespace {

using namespace testing;

// Two data sets, the second with the card of drawn images.
class TwoParts {
 public:
  TwoParts() {
    std::filesystem::copy(run_.file("lfw"), run_.file("drawn"),
                          std::filesystem::copy_options::recursive);
    write_file(run_.file("drawn/README.md"), "# Drawn images: lfw (val split)\n");
    write_file(run_.file("other.onnx"), read_file(run_.file("tiny.onnx")));
    const auto part = [&](const std::string& data, const std::string& model) {
      std::string cases;
      for (const char* backend : {"reference", "float"}) {
        cases += std::string(cases.empty() ? "" : ", ") + R"({"model": ")" + run_.file(model) +
                 R"(", "backend": ")" + backend + R"(", "options": {"prepare": "mobilefacenet-112",
                 "decode": "embedding"}})";
      }
      return R"({"dataset": "lfw", "data": ")" + run_.file(data) +
             R"(", "evaluator": "face-verification", "cases": [)" + cases + "]}";
    };
    write_file(file("two.json"), R"({"name": "two", "about": "a", "parts": [)" +
                                     part("lfw", "tiny.onnx") + ", " + part("drawn", "other.onnx") +
                                     "]}");
  }

  Ran operator()(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"run",         "--suite", file("two.json"), "--out", file("o"),
                                    "--bootstrap", "20"};
    all.insert(all.end(), more.begin(), more.end());
    return bench(all);
  }
  std::string file(const std::string& name) const { return run_.file(name); }
  std::vector<RunRecord> records() const {
    return read_result_file(read_file(file("o/result.json")), "result.json");
  }

 private:
  TinyRun run_;
};

TEST_CASE("A suite of two data sets: one folder, a table for each, drawings marked everywhere") {
  const TwoParts run;
  const Ran ran = run({"--speed"});
  INFO(ran.err);
  REQUIRE(ran.code == exit_ok);
  const auto records = run.records();
  REQUIRE(records.size() == 4);
  for (const RunRecord& record : records) CHECK(record.speed_one_thread.rounds == 7);
  CHECK_FALSE(records[0].data.drawn);
  CHECK(records[2].data.drawn);
  CHECK(records[2].name == "other.mobilefacenet-112.reference");
  CHECK(records[2].against.name == "other.mobilefacenet-112.float");
  CHECK(contains(ran.out, "### lfw\n"));
  CHECK(contains(ran.out, "### lfw (drawn)\n"));
  CHECK(contains(ran.out, "### other.onnx on lfw (drawn)\n"));
  CHECK(contains(read_file(run.file("o/results.csv")), ",lfw (drawn)\r\n"));

  const Ran again = run({});
  CHECK(contains(again.err, "(12 from before)"));
  const Ran scored = bench({"score", run.file("o"), "--bootstrap", "20", "--format", "json"});
  INFO(scored.err);
  const auto judged = read_result_file(scored.out, "stdout");
  REQUIRE(judged.size() == 4);
  CHECK(std::ranges::count_if(judged, [](const RunRecord& r) { return r.data.drawn; }) == 2);
}

TEST_CASE("A suite of two data sets is narrowed") {
  const TwoParts run;
  REQUIRE(run({"--model", run.file("other.onnx"), "--backend", "float"}).code == exit_ok);
  REQUIRE(run.records().size() == 1);
  CHECK(run.records()[0].name == "other.mobilefacenet-112.float");
  REQUIRE(run({"--backend", "reference", "--limit", "4"}).code == exit_ok);
  REQUIRE(run.records().size() == 2);
  CHECK(run.records()[1].data.listed == 4);
  CHECK(run.records()[1].backend.name == "reference");

  const Ran data = run({"--data", run.file("lfw")});
  CHECK(data.code == exit_usage);
  CHECK(contains(data.err, "--data is about one data set"));
  CHECK(run({"--data", run.file("lfw"), "--model", run.file("other.onnx"), "--restart"}).code ==
        exit_ok);
  CHECK(contains(run({"--model", "slim-320"}).err, "no data set that slim-320 is for"));
  const Ran given =
      bench({"score", "--suite", run.file("two.json"), "--predictions", run.file("lfw")});
  CHECK(given.code == exit_usage);
  CHECK(contains(given.err, "several data sets"));
}

}  // namespace
}  // namespace bench
