#include <catch2/catch.hpp>
#include <filesystem>

#include "bench/commands/testing.h"
#include "bench/files.h"

namespace bench {
namespace {

using namespace testing;

TEST_CASE("A run is shown again in every form, without running anything") {
  const TinyRun run;
  const Ran ran = run("a", {"--backend", "reference", "--backend", "float"});
  REQUIRE(ran.code == exit_ok);
  std::filesystem::remove_all(run.file("lfw"));
  std::filesystem::remove(run.file("tiny.onnx"));
  CHECK(bench({"report", run.file("a")}).out == ran.out);
  const std::string file = run.file("a") + "/result.json";
  CHECK(bench({"report", file}).out == ran.out);
  CHECK(bench({"report", file, "--format", "json"}).out == read_file(file));
  CHECK(bench({"report", file, "--format", "csv"}).out == read_file(run.file("a/results.csv")));
  CHECK(bench({"report", file, "--format", "html"}).out == read_file(run.file("a/report.html")));

  const Ran document = bench({"report", file, "--document", "dsfd"});
  CHECK(contains(document.out, "### Document 1, Quantized DSFD: Average precision"));
  CHECK(contains(document.out, "| not run"));
  CHECK(contains(document.out, "0.9431"));
  CHECK(contains(bench({"report", file, "--document", "dsdf"}).err, "did you mean 'dsfd'"));
  CHECK(bench({"report"}).code == exit_usage);
  CHECK(bench({"report", run.file("nowhere")}).code == exit_missing);
  CHECK(contains(bench({"report", file, "--format", "htm"}).err, "did you mean 'html'"));
  write_file(run.file("b.json"), "{\"version\": 1}");
  CHECK(bench({"report", run.file("b.json"), "--format", "csv"}).code == exit_ok);
  write_file(run.file("b.json"), "{\"version\": 9}");
  CHECK(bench({"report", run.file("b.json")}).code == exit_bad_data);
}

}  // namespace
}  // namespace bench
