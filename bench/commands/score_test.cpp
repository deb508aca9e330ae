#include <catch2/catch.hpp>

#include "bench/commands/testing.h"
#include "bench/files.h"
#include "reports/run_record.h"

namespace bench {
namespace {

using namespace testing;

TEST_CASE("A run is scored again by another protocol, from its journal alone") {
  const TinyRun run;
  REQUIRE(run("a").code == exit_ok);
  const RunRecord before = run.record("a");
  const Ran same = bench({"score", run.file("a"), "--bootstrap", "50", "--format", "json"});
  REQUIRE(same.code == exit_ok);
  const RunRecord again = read_result_file(same.out, "stdout").at(0);
  CHECK(again.answers_digest == before.answers_digest);
  REQUIRE(again.metrics.size() == before.metrics.size());
  CHECK(again.metrics[0].value == before.metrics[0].value);

  const Ran other =
      bench({"score", run.file("a"), "--protocol", "facenet", "--out", run.file("s")});
  CHECK(other.code == exit_ok);
  CHECK(run.record("s").evaluator.meaning != before.evaluator.meaning);
  CHECK(bench({"score", run.file("a"), "--protocol", "facenett"}).code == exit_usage);

  // A journal that lacks images is scored, and is no pass.
  REQUIRE(run("part", {"--limit", "0"}).code == exit_ok);
  const std::string journal = run.file("part") + "/tiny.mobilefacenet-112.float.journal";
  const std::string bytes = read_file(journal);
  write_file(journal, bytes.substr(0, bytes.rfind("QBR1")));
  const Ran part = bench({"score", run.file("part")});
  CHECK(part.code == exit_failed);
  CHECK(contains(part.out, "1 of 12 images not answered yet"));
}

TEST_CASE("Pairs another program has compared are scored; bare numbers are refused") {
  const TinyRun run;  // 6 people: pairs.txt holds 3 same and 3 different pairs in each of two folds
  const std::string same = "0.1\n0.1\n0.1\n", different = "3\n3\n3\n";
  write_file(run.file("d.txt"), "# distance\n" + same + different + same + different);
  const auto score = [&](const std::string& file) {
    return bench({"score", "--suite", "lfw", "--data", run.file("lfw"), "--predictions",
                  run.file(file), "--bootstrap", "0", "--format", "json"});
  };
  const Ran ran = score("d.txt");
  REQUIRE(ran.code == exit_ok);
  const RunRecord record = read_result_file(ran.out, "stdout").at(0);
  CHECK(record.metrics.at(0).value == 1.0);
  CHECK(record.model.files.at(0).sha256.size() == 64);
  write_file(run.file("bare.txt"), same + different + same + different);
  CHECK(score("bare.txt").code == exit_usage);
  CHECK(score("absent.txt").code == exit_missing);
}

}  // namespace
}  // namespace bench
