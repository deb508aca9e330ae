#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "bench/commands/testing.h"
#include "bench/files.h"
#include "bench/tiny_lfw.h"
#include "reports/run_record.h"

namespace bench {
namespace {

using namespace testing;

TEST_CASE("A run from files to table; the same command again resumes and says the same") {
  const TinyRun run;
  const Ran first = run("a");
  INFO(first.err);
  REQUIRE(first.code == exit_ok);
  CHECK(contains(first.out, "| tiny.onnx | float"));
  CHECK(contains(first.err, "12 of 12 images"));
  const RunRecord record = run.record("a");
  CHECK(record.status == "passed");
  CHECK(record.data.listed == 12);
  CHECK(record.model.files.at(0).sha256.size() == 64);
  CHECK_FALSE(record.backend.layers.empty());
  CHECK(contains(record.command, "bench run --dataset lfw"));
  for (const char* name : {"report.md", "results.csv", "tiny.mobilefacenet-112.float.journal"}) {
    CHECK(std::filesystem::exists(run.file("a") + "/" + name));
  }
  const Ran again = run("a");
  CHECK(again.code == exit_ok);
  CHECK(again.out == first.out);
  CHECK(contains(again.err, "(12 from before)"));
  CHECK(run("threads", {"--threads", "1"}).code == exit_ok);
  CHECK(run.record("threads").answers_digest == record.answers_digest);
}

TEST_CASE("A network on two backends: one table, with differences between the same images") {
  const TinyRun run;
  const Ran ran = run("a", {"--backend", "reference", "--backend", "float", "--speed"});
  INFO(ran.err);
  REQUIRE(ran.code == exit_ok);
  CHECK(contains(ran.out, "\n### tiny.onnx\n\n| case      | accuracy"));
  const std::string path = run.file("a") + "/result.json";
  const auto records = read_result_file(read_file(path), path);
  REQUIRE(records.size() == 2);
  const RunRecord::Against& against = records[0].against;  // of the one that came first
  CHECK(against.name == "tiny.mobilefacenet-112.float");
  CHECK(against.images == 12);
  CHECK(against.lost == -1);  // pairs are judged, not images
  REQUIRE_FALSE(against.differences.empty());
  CHECK(against.differences[0].metric == "accuracy");
  CHECK(std::abs(against.differences[0].value) < 0.5);
  CHECK(records[1].against.name.empty());
  for (const RunRecord& record : records) {
    CHECK(record.speed_one_thread.rounds == 7);
    CHECK(record.speed_one_thread.images == 8);
    CHECK(record.speed_one_thread.median_ms > 0);
    CHECK(record.speed_one_thread.images_per_second ==
          Approx(1000 / record.speed_one_thread.median_ms));
  }
  CHECK(contains(ran.out, "the network alone on one thread"));
  CHECK(contains(read_file(run.file("a") + "/report.md"), "### tiny.onnx"));

  const Ran again = bench({"score", run.file("a"), "--bootstrap", "50", "--format", "json"});
  const auto scored = read_result_file(again.out, "stdout");
  const auto found = std::find_if(scored.begin(), scored.end(),
                                  [](const RunRecord& r) { return r.backend.name == "reference"; });
  REQUIRE(found != scored.end());
  CHECK(found->against.changed == against.changed);
  CHECK(found->against.differences.at(0).interval95->low == against.differences[0].interval95->low);
}

TEST_CASE("A network quantised on the way: recipe, calibration and float islands in the record") {
  const TinyRun run;
  const std::vector<std::string> int8 = {"--backend", "int8", "--quantize", "int8"};
  const auto with = [&](const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> all = int8;
    all.insert(all.end(), more.begin(), more.end());
    return run(out, all);
  };
  const Ran ran = with("a", {"--calibration-images", "4", "--requantization", "fixed-point"});
  INFO(ran.err);
  REQUIRE(ran.code == exit_ok);
  CHECK(contains(ran.err, "4 of the images judged were also calibrated with"));
  const RunRecord record = run.record("a");
  CHECK(record.name == "tiny.mobilefacenet-112.int8-4images.fixed-point.int8");
  CHECK(record.quantization.calibration.images == 4);
  CHECK(record.quantization.calibration.data == "lfw");
  CHECK(record.quantization.requantization == "fixed-point");
  REQUIRE(record.quantization.passes.size() == 3);
  CHECK(contains(record.quantization.passes[2].summary, "grids on"));
  CHECK(record.backend.name == "int8");

  // The same journal, other calibration images: not gone on with.
  make_folder(run.file("own"));
  write_file(run.file("own/red.png"), testing::tiny_png(200, 30, 30, 5));
  const Ran other = with("a", {"--calibration-images", "4", "--requantization", "fixed-point",
                               "--calibration-data", run.file("own")});
  CHECK(other.code == exit_usage);
  CHECK(contains(other.err, "calibration images"));

  const Ran xnor = run("x", {"--backend", "1-bit", "--binary-engine", "xnor"});
  CHECK(xnor.code == exit_ok);
  CHECK(run.record("x").name == "tiny.mobilefacenet-112.engine-xnor.1-bit");
  CHECK(run.record("x").quantization.binary_engine == "xnor");
  CHECK(run("y", {"--backend", "1-bit", "--binary-engine", "popcount"}).code == exit_usage);

  const Ran none = with("b", {"--calibration-images", "0"});
  CHECK(none.code == exit_missing);
  CHECK(contains(none.err, "no calibration images"));
  CHECK(with("c", {"--calibration-data", run.file("nowhere")}).code == exit_missing);
  CHECK(with("d", {"--calibration-rule", "kll"}).code == exit_usage);
  CHECK(run("e", {"--quantize", "int8:rul=kl"}).code == exit_usage);
  CHECK(run("f", {"--quantize", "none"}).code == exit_ok);
}

TEST_CASE("Formats of a run") {
  const TinyRun run;
  const Ran json = run("a", {"--format", "json"});
  CHECK(read_result_file(json.out, "stdout").size() == 1);
  CHECK(contains(run("a", {"--format", "csv"}).out,
                 "lfw,tiny.mobilefacenet-112.float,passed,tiny.onnx,float,"));
}

TEST_CASE("Another question is not answered from an old journal") {
  const TinyRun run;
  REQUIRE(run("a").code == exit_ok);
  const Ran other = run("a", {"--limit", "4", "--seed", "3"});
  CHECK(other.code == exit_usage);
  CHECK(contains(other.err, "another limit ('0', now '4')"));
  const Ran fresh = run("a", {"--limit", "4", "--seed", "3", "--restart"});
  CHECK(fresh.code == exit_ok);
  CHECK(contains(fresh.out, "Subset: 4 of 12 images of lfw, drawn with seed 3."));
}

TEST_CASE("A broken image fails that image, and is repaired by running again") {
  const TinyRun run;
  REQUIRE(run("whole").code == exit_ok);
  const std::string victim = run.file("lfw/P1/P1_0001.png");
  const std::string good = read_file(victim);
  for (const std::string& bad : {good.substr(0, good.size() / 2), std::string()}) {
    write_file(victim, bad);
    const Ran ran = run("a", {"--restart"});
    CHECK(ran.code == exit_bad_data);
    const RunRecord record = run.record("a");
    CHECK(record.status == "failed");
    CHECK(record.data.scored == 11);
    CHECK(record.data.failed == 1);
    CHECK(record.data.scored + record.data.skipped + record.data.failed == record.data.listed);
    REQUIRE(record.failures.size() == 1);
    CHECK(contains(record.failures[0].message, victim));
    CHECK(contains(ran.out, "1 of 12 images failed"));
  }
  write_file(victim, good);
  const Ran repaired = run("a");
  CHECK(repaired.code == exit_ok);
  CHECK(contains(repaired.err, "(11 from before)"));
  CHECK(run.record("a").answers_digest == run.record("whole").answers_digest);
}

TEST_CASE("A case that cannot begin ends alone, with its own exit code") {
  const TinyRun run;
  write_file(run.file("broken.onnx"), "no network");
  const Ran ran = run("a", {"--model", run.file("broken.onnx")});
  CHECK(ran.code == exit_bad_data);
  CHECK(contains(ran.err, "broken.onnx"));
  CHECK(contains(ran.out, "| tiny.onnx"));
  CHECK(contains(ran.out, "broken.mobilefacenet-112.float: failed: "));
  CHECK(run("b", {"--model", run.file("absent.onnx")}).code == exit_missing);
}

TEST_CASE("An output folder that cannot be one is exit code 6") {
  const TinyRun run;
  write_file(run.file("occupied"), "a file");
  CHECK(run("occupied").code == exit_environment);
}

}  // namespace
}  // namespace bench
