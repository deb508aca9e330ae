// `bench compare` on real files: runs of a tiny network, and copies of them that went wrong.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "bench/commands/testing.h"
#include "bench/files.h"
#include "reports/run_record.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

using namespace testing;

class Folder {
 public:
  explicit Folder(int people = 6) : run_(people) {}

  std::string file(const std::string& name) const { return run_.file(name); }

  std::string run(const std::string& name, const std::vector<std::string>& more = {},
                  int code = exit_ok) const {
    const Ran ran = run_(name, more);
    INFO(ran.err);
    REQUIRE(ran.code == code);
    return file(name);
  }

  /// A copy of a run with its records changed.
  template <class Change>
  std::string altered(const std::string& run, const std::string& name, const Change& change) const {
    fs::copy(run, file(name), fs::copy_options::recursive);
    const std::string path = file(name) + "/result.json";
    auto records = read_result_file(read_file(path), path);
    for (RunRecord& record : records) change(record);
    write_file(path, to_result_file(records));
    return file(name);
  }

 private:
  testing::TinyRun run_;
};

Ran compare(const std::string& before, const std::string& after,
            std::vector<std::string> more = {}) {
  std::vector<std::string> all = {"compare", before, after, "--resamples", "200"};
  all.insert(all.end(), more.begin(), more.end());
  return bench(all);
}

TEST_CASE("Runs that differ in threads only are identical; a baseline is result.json and tallies") {
  const Folder folder;
  const std::string one = folder.run("one", {"--threads", "1"});
  const std::string two = folder.run("two", {"--threads", "2"});
  const Ran ran = compare(one, two);
  INFO(ran.out << ran.err);
  CHECK(ran.code == exit_ok);
  CHECK(contains(ran.out, "1 identical: passed"));
  make_folder(folder.file("baseline"));
  for (const char* name : {"result.json", "tiny.mobilefacenet-112.float.tally"}) {
    fs::copy(one + "/" + name, folder.file("baseline"));
  }
  CHECK(compare(folder.file("baseline"), two).code == exit_ok);
  CHECK(compare(folder.file("baseline") + "/result.json", two).code == exit_ok);
}

TEST_CASE("Run folders that went wrong: verdicts and exit codes") {
  const Folder folder;
  const std::string good = folder.run("good");

  SECTION("on other data") {
    const Folder other(8);
    const Ran ran = compare(good, other.run("other"));
    CHECK(ran.code == exit_failed);
    CHECK(contains(ran.out, "not comparable: data differ"));
    CHECK(contains(ran.out, "1 not comparable: failed"));
  }
  SECTION("scored by another protocol") {
    REQUIRE(bench({"score", good, "--protocol", "facenet-cosine", "--bootstrap", "50", "--out",
                   folder.file("again")})
                .code == exit_ok);
    const Ran ran = compare(good, folder.file("again"));
    CHECK(ran.code == exit_failed);
    CHECK(contains(ran.out, "protocol differ"));
  }
  SECTION("scored again by the same protocol") {
    REQUIRE(bench({"score", good, "--bootstrap", "20", "--out", folder.file("same")}).code ==
            exit_ok);
    const Ran ran = compare(good, folder.file("same"));
    CHECK(ran.code == exit_ok);
    CHECK(contains(ran.out, "1 identical: passed"));
  }
  SECTION("figures written by hand") {
    const std::string forged = folder.altered(good, "forged", [](RunRecord& record) {
      for (Metric& metric : record.metrics) metric.value = 0.123;
    });
    const Ran ran = compare(good, forged);
    CHECK(ran.code == exit_failed);
    CHECK(contains(ran.out, "not comparable: the later run's tally gives"));
  }
  SECTION("with an image lost, which is named") {
    const std::string victim = folder.file("lfw/P1/P1_0001.png");
    const std::string bytes = read_file(victim);
    write_file(victim, bytes.substr(0, bytes.size() / 2));
    const std::string lost = folder.run("lost", {}, exit_bad_data);
    const Ran ran = compare(good, lost, {"--allow", "images"});
    CHECK(ran.code == exit_failed);
    CHECK(contains(ran.out, "1 of 12 images have no answer"));
    CHECK(contains(ran.out, "3 images are lost: P1/P1_0001, P1/P1_0001 & P1/P1_0002"));
  }
  SECTION("with a truncated result.json") {
    const std::string cut = folder.altered(good, "cut", [](RunRecord&) {});
    const std::string path = cut + "/result.json";
    fs::resize_file(path, fs::file_size(path) / 2);
    const Ran later = compare(good, cut), earlier = compare(cut, good);
    CHECK(later.code == exit_bad_data);
    CHECK(contains(later.err, path));
    CHECK(earlier.code == exit_bad_data);
    fs::resize_file(path, 0);
    CHECK(compare(good, cut).code == exit_bad_data);
  }
  SECTION("with images lost") {
    const std::string short_run = folder.altered(good, "short", [](RunRecord& record) {
      record.status = "failed";
      record.data.scored -= 1;
      record.failures.push_back({"Somebody/Somebody_0001", "bad_data", "cut short"});
    });
    const Ran ran = compare(good, short_run, {"--allow", "data", "--allow", "images"});
    CHECK(ran.code == exit_failed);
    CHECK(contains(ran.out, "1 of 12 images have no answer"));
  }
  SECTION("with a damaged tally") {
    const std::string damaged = folder.altered(good, "damaged", [](RunRecord&) {});
    const std::string path = damaged + "/tiny.mobilefacenet-112.float.tally";
    fs::resize_file(path, fs::file_size(path) - 5);
    const Ran ran = compare(good, damaged);
    CHECK(ran.code == exit_bad_data);
    CHECK(contains(ran.err, path));
  }
  SECTION("with the tally of another run") {
    const std::string mixed = folder.altered(
        good, "mixed", [](RunRecord& record) { record.answers_digest = std::string(64, '0'); });
    const Ran ran = compare(good, mixed);
    CHECK(ran.code == exit_bad_data);
    CHECK(contains(ran.err, "tally of other answers"));
  }
  SECTION("without a tally") {
    const std::string bare = folder.altered(
        good, "bare", [](RunRecord& record) { record.answers_digest = std::string(64, '0'); });
    fs::remove(bare + "/tiny.mobilefacenet-112.float.tally");
    const Ran ran = compare(good, bare);
    CHECK(ran.code == exit_ok);
    CHECK(contains(ran.out, "unpaired"));
  }
  SECTION("not there") {
    CHECK(compare(good, folder.file("nowhere")).code == exit_missing);
    CHECK(compare(folder.file("nowhere"), good).code == exit_missing);
  }
}

TEST_CASE("Cases are found in any order; one that has vanished is a failure with its name") {
  const Folder folder;
  const std::string both = folder.run("both", {"--backend", "reference", "--backend", "float"});
  const std::string path = both + "/result.json";
  auto records = read_result_file(read_file(path), path);
  REQUIRE(records.size() == 2);
  const auto copy_with = [&](const std::string& name, const std::vector<RunRecord>& some) {
    fs::copy(both, folder.file(name), fs::copy_options::recursive);
    write_file(folder.file(name) + "/result.json", to_result_file(some));
    return folder.file(name);
  };
  const Ran shuffled = compare(both, copy_with("shuffled", {records[1], records[0]}));
  CHECK(shuffled.code == exit_ok);
  CHECK(contains(shuffled.out, "2 identical: passed"));
  const std::string fewer = copy_with("fewer", {records[1]});
  const Ran vanished = compare(both, fewer);
  CHECK(vanished.code == exit_failed);
  CHECK(contains(vanished.out, records[0].name + ": not comparable: the later run has no such"));
  CHECK(contains(vanished.out, "1 not comparable, 1 identical: failed"));
  const Ran grown = compare(fewer, both);
  CHECK(grown.code == exit_ok);
  CHECK(contains(grown.out, records[0].name + ": new, there is nothing to compare it with"));
}

TEST_CASE("A gate on images that count otherwise, on real runs") {
  const testing::MiniRuns run("mini-dsfd");
  REQUIRE(run("float").code == exit_ok);
  REQUIRE(run("int8").code == exit_ok);
  const auto gated = [&](const std::string& absolute) {
    write_file(run.file("gates.json"),
               R"({"suite": "mini", "gates": [{"case": "*.int8", "metric": "changed",
                   "largest_drop": {"absolute": )" +
                   absolute + "}}]}");
    return compare(run.file("float"), run.file("int8"), {"--gates", run.file("gates.json")});
  };
  const Ran missed = gated("0.5");  // every score is another
  INFO(missed.out << missed.err);
  CHECK(missed.code == exit_failed);
  CHECK(contains(missed.out, "| 4 of 4 "));
  CHECK(contains(missed.out, "1 gate missed: failed"));
  CHECK(gated("1").code == exit_ok);
}

TEST_CASE("Wrong words and every format") {
  const Folder folder;
  const std::string run = folder.run("run");
  CHECK(bench({"compare", run}).code == exit_usage);
  CHECK(contains(compare(run, run, {"--allow", "dato"}).err, "did you mean 'data'?"));
  CHECK(contains(compare(run, run, {"--format", "junt"}).err, "'junit'"));
  CHECK(compare(run, run, {"--resamples", "1"}).code == exit_usage);
  write_file(folder.file("gates.json"), R"({"suite": "other", "gates": [{"metric": "accuracy"}]})");
  CHECK(compare(run, run, {"--gates", folder.file("gates.json")}).code == exit_bad_data);
  CHECK(contains(compare(run, run, {"--format", "json"}).out, "\"verdict\": \"identical\""));
  CHECK(contains(compare(run, run, {"--format", "junit"}).out, "failures=\"0\""));
  const std::string summary = folder.file("summary.md");
  setenv("GITHUB_STEP_SUMMARY", summary.c_str(), 1);
  CHECK(contains(compare(run, run, {"--format", "github"}).out, "::notice title=bench compare::"));
  unsetenv("GITHUB_STEP_SUMMARY");
  CHECK(contains(read_file(summary), "### Comparison"));
  CHECK(compare(run, run, {"--out", folder.file("report")}).code == exit_ok);
  for (const char* name : {"/compare.json", "/compare.md", "/compare.xml"}) {
    CHECK(fs::exists(folder.file("report") + name));
  }
}

}  // namespace
}  // namespace bench
