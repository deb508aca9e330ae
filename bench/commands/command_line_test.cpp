#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "bench/commands/commands.h"
#include "bench/commands/testing.h"
#include "bench/files.h"
#include "models/testing.h"

namespace bench {
namespace {

using namespace testing;

TEST_CASE("Help is as approved") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> pages = {
      {"help", {"--help"}},
      {"help_run", {"run", "--help"}},
      {"help_explain", {"explain", "--help"}},
      {"help_score", {"score", "--help"}},
      {"help_report", {"report", "--help"}},
      {"help_compare", {"compare", "--help"}},
      {"help_record", {"record", "--help"}},
      {"help_history", {"history", "--help"}},
      {"help_list", {"list", "--help"}},
      {"help_audit", {"audit", "--help"}},
      {"help_convert", {"convert", "--help"}},
      {"help_profile", {"profile", "--help"}},
      {"help_train", {"train", "--help"}}};
  for (const auto& [name, arguments] : pages) {
    const Ran ran = bench(arguments);
    CHECK(ran.code == exit_ok);
    CHECK(ran.err.empty());
    const std::string path = BENCH_SOURCE_DIR "/bench/commands/golden/" + name + ".txt";
    if (std::getenv("BENCH_APPROVE")) write_file(path, ran.out);  // then read the difference
    CHECK(ran.out == read_file(path));
  }
}

TEST_CASE("A wrong command line is one line with a suggestion, and exit code 2") {
  const auto line = [](const std::vector<std::string>& arguments) {
    const Ran ran = bench(arguments);
    CHECK(ran.code == exit_usage);
    CHECK(ran.out.empty());
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
    return ran.err;
  };
  CHECK(contains(line({}), "no command given"));
  CHECK(contains(line({"rnu"}), "unknown command 'rnu'; did you mean 'run'?"));
  CHECK(contains(line({"run", "--siute", "lfw"}), "did you mean '--suite'?"));
  CHECK(contains(line({"run", "--siute=lfw"}), "did you mean '--suite'?"));
  CHECK(contains(line({"run", "--suite"}), "--suite"));
  CHECK(contains(line({"run", "surplus"}), "unexpected argument 'surplus'"));
  CHECK(contains(line({"run"}), "give --suite NAME"));
  CHECK(contains(line({"run", "--suite", "lfv"}), "did you mean 'lfw'?"));
  CHECK(contains(line({"run", "--suite", "lfw", "--limit", "x"}), "--limit"));
  CHECK(contains(line({"run", "--suite", "lfw", "--limit", "-3"}), "--limit"));
  CHECK(contains(line({"run", "--suite", "lfw", "--threads", "-1"}), "--threads"));
  CHECK(contains(line({"run", "--suite", "lfw", "--format", "markdwon"}), "'markdown'"));
  CHECK(contains(line({"run", "--suite", "lfw", "--model", "mobilefacenett"}), "'mobilefacenet'"));
  CHECK(contains(line({"run", "--suite", "lfw", "--backend", "flaot"}), "'float'"));
  CHECK(contains(line({"run", "--suite", "lfw", "--prepare", "yunett"}), "'yunet'"));
  CHECK(contains(line({"run", "--suite", "lfw", "--decode", "embeding"}), "'embedding'"));
  CHECK(contains(line({"run", "--suite", "lfw", "--protocol", "facenett"}), "'facenet'"));
  CHECK(contains(line({"run", "--suite", "imagenet", "--model", "slim-320"}), "for widerface"));
  CHECK(contains(line({"run", "--suite", "lfw", "--model", "a.onnx"}), "--prepare and --decode"));
  const TemporaryFolder folder;
  const std::string empty = folder.path() / "empty.json";
  write_file(empty, R"({"name": "empty", "about": "a", "dataset": "lfw",
                        "evaluator": "face-verification", "cases": []})");
  CHECK(contains(line({"run", "--suite", empty}), "bench score"));
  CHECK(contains(line({"score"}), "give either"));
  CHECK(contains(line({"score", "--suite", "lfw"}), "go together"));
  CHECK(contains(line({"list", "modells"}), "'models'"));
  CHECK(contains(line({"audit"}), "give a model"));
  CHECK(contains(line({"audit", "a.onnx", "--input"}), "--input"));
  CHECK(contains(line({"convert"}), "give a model"));
  CHECK(contains(line({"convert", "a.onnx"}), "give --out"));
  CHECK(contains(line({"convert", "resnet5", "--untrained", "-o", "a"}), "'resnet50'"));
  CHECK(contains(line({"convert", "slim-302", "-o", "a"}), "'slim-320'"));
  CHECK(contains(line({"profile"}), "give --model"));
  CHECK(contains(line({"profile", "--model", "resnet5", "--untrained"}), "'resnet50'"));
  CHECK(contains(line({"profile", "--model", "a.onnx", "--rounds", "0"}), "--rounds"));
  CHECK(contains(line({"profile", "--model", "a.onnx", "--backend", "flaot"}), "'float'"));
  CHECK(contains(line({"profile", "--model", "a.onnx", "--backend", "float=int8"}), "float runs"));
  CHECK(contains(line({"profile", "--model", "a.onnx", "--image", "a", "--input", "1x3x9x9"}),
                 "exclude each other"));
}

TEST_CASE("What is missing is exit code 3") {
  const Ran no_data = bench({"run", "--suite", "lfw", "--data", "/nowhere/at/all"});
  CHECK(no_data.code == exit_missing);
  CHECK(contains(no_data.err, "/nowhere/at/all"));
  CHECK(bench({"score", "/nowhere/at/all"}).code == exit_missing);
  CHECK(bench({"audit", "/nowhere/net.onnx"}).code == exit_missing);
  CHECK(bench({"convert", "/nowhere/net.onnx", "--out", "/nowhere/a"}).code == exit_missing);
  CHECK(bench({"profile", "--model", "/nowhere/net.onnx"}).code == exit_missing);
  CHECK(bench({"run", "--suite", "./no.json"}).code == exit_missing);
  CHECK(bench({"list", "--plugin", "/nowhere/libx.so"}).code == exit_missing);
}

TEST_CASE("A command line can be pasted back into a shell") {
  CHECK(shell_line({"run", "--data", "a b", "", "it's", "$x"}) ==
        "bench run --data 'a b' '' 'it'\\''s' '$x'");
}

}  // namespace
}  // namespace bench
