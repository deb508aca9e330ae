// `bench compare --flips`: pages on real runs, and why there are none.
#include <catch2/catch.hpp>
#include <filesystem>

#include "bench/commands/testing.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using namespace testing;

Ran compare(const std::string& before, const std::string& after, const std::string& pages) {
  return bench({"compare", before, after, "--resamples", "200", "--flips", pages});
}

/// Changes the records of a run in place.
template <class Change>
void alter(const std::string& run, const Change& change) {
  auto records = read_result_file(read_file(run + "/result.json"), run);
  for (RunRecord& record : records) change(record);
  write_file(run + "/result.json", to_result_file(records));
}

TEST_CASE("Flips on bundled data, wherever the tree was when the runs were made") {
  const MiniRuns run("mini-dsfd");
  REQUIRE(run("float").code == exit_ok);
  REQUIRE(run("int8").code == exit_ok);
  for (const char* root : {"", "bundled:widerface", "/another/datasets/mini/data/widerface"}) {
    CAPTURE(root);
    alter(run.file("int8"), [&](RunRecord& record) {
      if (*root) record.data.root = root;
    });
    const std::string pages = run.file("pages");
    fs::remove_all(pages);
    const Ran ran = compare(run.file("float"), run.file("int8"), pages);
    const std::string file = pages + "/mini-dsfd.int8.int8.html";
    INFO(ran.err);
    REQUIRE(contains(ran.err, "bench: " + file + "\n"));
    const std::string page = read_file(file);
    CHECK(contains(page, "<h1>mini-dsfd.int8.int8 (drawn): answered otherwise</h1>"));
    CHECK(contains(page, "href=\"data:image/jpeg;base64,/9j/"));
    CHECK(contains(page, "<title>true: face</title>"));
    CHECK(contains(page, "stroke=\"#2f7ed8\""));
    CHECK(contains(page, "stroke=\"#ff8c1a\""));
    CHECK_FALSE(contains(page, "http"));
  }
}

TEST_CASE("Flips of bundled faces: pairs, whichever of their images were asked for") {
  const MiniRuns run("mini-face-ir-softmax", 40);
  REQUIRE(run("float").code == exit_ok);
  REQUIRE(run("int8", {"--quantize", "int8"}).code == exit_ok);
  const Ran ran = compare(run.file("float"), run.file("int8"), run.file("pages"));
  INFO(ran.err);
  const std::string page = read_file(run.file("pages") + "/mini-face-ir-softmax.int8.int8.html");
  CHECK(contains(page, "<figcaption>Drawn_Person_"));
  CHECK(contains(page, " &amp; Drawn_Person_"));
  CHECK(contains(page, "taken for"));
}

TEST_CASE("Flips that cannot be drawn are named with the reason; the comparison stands") {
  const MiniRuns run("mini-dsfd");
  REQUIRE(run("float").code == exit_ok);
  REQUIRE(run("int8").code == exit_ok);
  const std::string before = run.file("float"), after = run.file("int8"), pages = run.file("pages");
  const std::string journal = before + "/mini-dsfd.float.journal";
  const auto refused = [&](const std::string& reason) {
    const Ran ran = compare(before, after, pages);
    INFO(ran.out << ran.err);
    CHECK(ran.code == bench({"compare", before, after, "--resamples", "200"}).code);
    CHECK(contains(ran.out, "### Comparison"));
    CHECK(contains(ran.err, "bench: mini-dsfd.int8.int8: not drawn: "));
    CHECK(contains(ran.err, reason));
    CHECK(fs::is_empty(pages));
  };

  SECTION("no later journal") {
    fs::remove(after + "/mini-dsfd.int8.int8.journal");
    refused(after + "/mini-dsfd.int8.int8.journal");
  }
  SECTION("no earlier journal is no fault: a baseline has none") {
    fs::remove(journal);
    CHECK(contains(compare(before, after, pages).err, "bench: " + pages + "/mini-dsfd"));
    CHECK(contains(read_file(pages + "/mini-dsfd.int8.int8.html"), "keeps no answers"));
  }
  SECTION("a journal cut short") {
    fs::resize_file(journal, fs::file_size(journal) - 5);
    refused(journal + ": lacks answers, it was cut short");
  }
  SECTION("the journal of another run") {
    fs::copy_file(after + "/mini-dsfd.int8.int8.journal", journal,
                  fs::copy_options::overwrite_existing);
    refused(journal + ": holds other answers");
  }
  SECTION("no data set") {
    alter(after, [&](RunRecord& record) { record.data.root = run.file("nowhere"); });
    refused(run.file("nowhere"));
  }
  SECTION("another data set") {
    for (const std::string& one : {before, after}) {
      alter(one, [](RunRecord& record) { record.data.annotations_digest = "of others"; });
    }
    refused("widerface: is not the data set of these runs");
  }
}

TEST_CASE("A case whose name is a path gets its page in the folder all the same") {
  const MiniRuns run("mini-dsfd");
  REQUIRE(run("float").code == exit_ok);
  REQUIRE(run("int8").code == exit_ok);
  for (const char* ending : {".journal", ".tally"}) {
    fs::copy_file(run.file("int8") + "/mini-dsfd.int8.int8" + ending, run.file("evil") + ending);
  }
  alter(run.file("int8"), [](RunRecord& record) { record.name = "../evil"; });
  const Ran ran = compare(run.file("float"), run.file("int8"), run.file("pages"));
  INFO(ran.err);
  CHECK(fs::exists(run.file("pages") + "/.._evil.html"));
  CHECK_FALSE(fs::exists(run.file("evil.html")));
}

}  // namespace
}  // namespace bench
