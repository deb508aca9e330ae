#include "bench/commands/commands.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "bench/commands/dispatch.h"
#include "bench/commands/progress.h"
#include "bench/files.h"
#include "bench/tiny_lfw.h"
#include "models/testing.h"
#include "reports/run_record.h"

namespace bench {
namespace {

using testing::TemporaryFolder;

struct Ran {
  int code;
  std::string out, err;
};

Ran bench(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int code = dispatch(arguments, out, err);
  return {code, out.str(), err.str()};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

TEST_CASE("Help is as approved") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> pages = {
      {"help", {"--help"}},
      {"help_run", {"run", "--help"}},
      {"help_explain", {"explain", "--help"}},
      {"help_score", {"score", "--help"}},
      {"help_report", {"report", "--help"}},
      {"help_compare", {"compare", "--help"}},
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

TEST_CASE("The list names everything, as text and as data") {
  const Ran ran = bench({"list"});
  CHECK(ran.code == exit_ok);
  for (const char* name : {"widerface", "rfb-320", "float", "face-verification", "ultraface-320",
                           "yolo-darknet", "voc-segmentation"}) {
    CHECK(contains(ran.out, name));
  }
  const Json json = parse_json(bench({"list", "models", "--format", "json"}).out, "list");
  CHECK_FALSE(JsonFields(json, "list").objects("models").empty());
  CHECK(contains(bench({"list", "suites", "--format", "csv"}).out, "suite,data,evaluator"));
}

TEST_CASE("Cases: the suite's own, narrowed, moved to other backends, or new") {
  Suite suite;
  suite.name = "s";
  suite.dataset = "lfw";
  suite.cases = {{"a", "float", "", ""}, {"a", "float", "p", ""}, {"b", "float", "", ""}};
  const auto names = [&](RunArguments a) {
    std::string text;
    for (const Case& one : choose_cases(suite, a)) text += one.name() + " ";
    return text;
  };
  RunArguments a;
  CHECK(names(a) == "a.float a.p.float b.float ");
  a.models = {"b", "a"};
  CHECK(names(a) == "b.float a.float a.p.float ");
  a.models = {"a"};
  a.backends = {"int8", "float"};
  CHECK(names(a) == "a.int8 a.float a.p.int8 a.p.float ");
  suite.cases.push_back({"b", "int8", "", ""});
  a.models = {};  // a suite is narrowed; networks asked for by name are all moved
  CHECK(names(a) == "a.float a.p.float b.float b.int8 ");
  a.backends = {"fake-quant"};
  CHECK(names(a) == "a.fake-quant a.p.fake-quant b.fake-quant ");
  suite.cases.pop_back();
  a.models = {"a"};
  a.backends = {"int8", "float"};
  a.prepare = "q";  // now the two cases of a are one
  CHECK(names(a) == "a.q.int8 a.q.float ");
  a = {};
  a.models = {"mobilefacenet", "dir/net.onnx"};
  CHECK(names(a) == "mobilefacenet.float net.float ");
}

TEST_CASE("Recipes on the command line are for all cases but those in float") {
  Suite suite;
  suite.cases = {{"a", "float", "", ""}};
  RunArguments a;
  a.quantize = {"max127-dynamic", "none"};
  a.backends = {"float", "int8"};
  std::string names;
  for (const Case& one : choose_cases(suite, a)) names += one.name() + " ";
  CHECK(names == "a.float a.max127-dynamic.int8 a.int8 ");
  a.backends = {};
  CHECK_THROWS_WITH(choose_cases(suite, a), Catch::Contains("--quantize max127-dynamic") &&
                                                Catch::Contains("int8 or 1-bit"));
  a.quantize = {"none"};
  CHECK(choose_cases(suite, a).size() == 1);
}

TEST_CASE("A command line can be pasted back into a shell") {
  CHECK(shell_line({"run", "--data", "a b", "", "it's", "$x"}) ==
        "bench run --data 'a b' '' 'it'\\''s' '$x'");
}

TEST_CASE("Progress in words") {
  CHECK(progress_text("c", {100, 0, 0, 0}, 0) == "c: 0 of 100 images");
  // 20 images in 4 s are 5 a second; 100 - 30 - 20 = 50 are left, 10 s.
  CHECK(progress_text("c", {100, 30, 20, 1}, 4) ==
        "c: 50 of 100 images (30 from before), 1 failed, 5.0 img/s, 0:10 left");
  CHECK(progress_text("c", {4000, 0, 1, 0}, 1) == "c: 1 of 4000 images, 1.0 img/s, 1:06:39 left");
  CHECK(progress_text("c", {10, 0, 10, 0}, 5) == "c: 10 of 10 images, 2.0 img/s");
}

// The whole way, on drawings: `more` is added to a run of the tiny network.
class TinyRun {
 public:
  explicit TinyRun(int people = 6) { testing::write_tiny_lfw(folder_.path(), people); }

  Ran operator()(const std::string& out, const std::vector<std::string>& more = {}) const {
    return bench(testing::tiny_run(folder_.path(), out, 50, more));
  }
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  RunRecord record(const std::string& out) const {
    const std::string path = file(out) + "/result.json";
    return read_result_file(read_file(path), path).at(0);
  }

 private:
  TemporaryFolder folder_;
};

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

TEST_CASE("A quantised network is explained, and again from its journals") {
  const TinyRun run;
  const auto explain = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"explain",
                                    "--dataset",
                                    "lfw",
                                    "--data",
                                    run.file("lfw"),
                                    "--model",
                                    run.file("tiny.onnx"),
                                    "--prepare",
                                    "mobilefacenet-112",
                                    "--decode",
                                    "embedding",
                                    "--bootstrap",
                                    "50",
                                    "--out",
                                    run.file("e")};
    all.insert(all.end(), more.begin(), more.end());
    return bench(all);
  };
  const Ran ran = explain({"--quantize", "tflite", "--sweep"});
  INFO(ran.err);
  REQUIRE(ran.code == exit_ok);
  for (const char* part : {"accuracy with all grids", "| weights     |", "| layer in float",
                           "12 of 12 images, seed 1", "the noisiest layer: "}) {
    CHECK(contains(ran.out, part));
  }
  for (const char* name : {"explain.md", "explain.json", "images.txt"}) {
    CHECK(std::filesystem::exists(run.file("e") + "/" + name));
  }
  CHECK(read_file(run.file("e") + "/explain.md") == ran.out);
  const Ran again = explain({"--quantize", "tflite", "--sweep"});
  CHECK(again.out == ran.out);
  CHECK(contains(again.err, "(12 from before)"));
  CHECK(contains(explain({"--quantize", "tflite", "--format", "csv"}).out, "layer,op,weights"));

  const Ran integers = explain({"--quantize", "tflite", "--backend", "int8", "--limit", "2"});
  INFO(integers.err);
  CHECK(integers.code == exit_ok);
  CHECK(contains(integers.out, "integers are within one grid step"));

  const Ran nothing = explain({});
  CHECK(nothing.code == exit_usage);
  CHECK(contains(nothing.err, "give --quantize RECIPE or a quantised file"));
  CHECK(explain({"--quantize", "tflite", "--backend", "float"}).code == exit_usage);
  const Ran many = explain({"--quantize", "tflite", "--quantize", "max127-dynamic"});
  CHECK(many.code == exit_usage);
  CHECK(contains(many.err, "is about one case, and these are 2"));
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

TEST_CASE("The audit of a network file") {
  const TinyRun run;
  const Ran ran = bench({"audit", run.file("tiny.onnx")});
  CHECK(ran.code == exit_ok);
  CHECK(contains(ran.out, "| input                    | 1x3x112x112"));
  CHECK(bench({"audit", run.file("tiny.onnx"), "--input", "3x4"}).code == exit_usage);
  CHECK(bench({"audit", run.file("tiny.onnx"), "--input", "1x3x112x112x"}).code == exit_usage);
  CHECK(bench({"audit", run.file("tiny.onnx"), "--input", "1x3x9x9"}).code == exit_bad_data);
}

TEST_CASE("A network is written as ONNX, and not over another file") {
  const TinyRun run;
  const std::string file = run.file("written.onnx");
  const Ran ran = bench({"convert", run.file("tiny.onnx"), "--out", file});
  CHECK(ran.code == exit_ok);
  CHECK(contains(ran.out, file + ": ONNX opset 17, "));
  CHECK(contains(ran.out, " 0 quantised edges"));
  CHECK(bench({"audit", file}).code == exit_ok);

  const std::string bytes = read_file(file);
  const Ran again = bench({"convert", run.file("tiny.onnx"), "--out", file});
  CHECK(again.code == exit_usage);
  CHECK(contains(again.err, "--force writes over it"));
  CHECK(bench({"convert", file, "--out", file, "--force"}).code == exit_ok);
  CHECK(read_file(file) == bytes);
  CHECK(bench({"convert", file, "--out", run.file("no/folder/a.onnx")}).code == exit_environment);
}

TEST_CASE("A network is written exactly, with grids that ONNX cannot hold") {
  const TinyRun run;
  const std::string file = run.file("written.safetensors");
  const auto graph_of = [](const std::string& line) { return line.substr(line.find("; graph ")); };
  const Ran ran = bench({"convert", run.file("tiny.onnx"), "--out", file});
  CHECK(ran.code == exit_ok);
  CHECK(contains(ran.out, file + ": Quantbench's own format, "));
  CHECK(bench({"audit", file}).code == exit_ok);
  const Ran again = bench({"convert", file, "--out", file, "--force"});
  CHECK(again.out == ran.out);

  const Ran onnx = bench({"convert", file, "--out", run.file("back.onnx")});
  CHECK(graph_of(onnx.out) == graph_of(ran.out));

  const auto to = [&](const std::string& name) {
    return bench(
        {"convert", "mobilenet-v2", "--untrained", "--quantize", "xnor", "--out", run.file(name)});
  };
  CHECK(to("binary.onnx").code == exit_unsupported);
  const Ran exact = to("binary.safetensors");
  CHECK(exact.code == exit_ok);
  const std::string same = run.file("same.safetensors");
  const Ran read = bench({"convert", run.file("binary.safetensors"), "--out", same});
  CHECK(read.code == exit_ok);
  CHECK(graph_of(read.out) == graph_of(exact.out));
  CHECK(read_file(same) == read_file(run.file("binary.safetensors")));
}

TEST_CASE("The profile of a network file, as text and as data") {
  const TinyRun run;
  std::vector<std::string> command = {
      "profile",         "--model", run.file("tiny.onnx"), "--rounds",  "2",
      "--backend",       "float",   "--backend",           "int8=int8", "--out",
      run.file("p.json")};
  const Ran ran = bench(command);
  REQUIRE(ran.code == exit_ok);
  CHECK(contains(ran.out, "### layers of int8, int8"));
  CHECK(contains(ran.out, "| float : this |"));
  const Json json = parse_json(read_file(run.file("p.json")), "p.json");
  JsonFields data(json, "p.json");
  CHECK(data.integer("rounds") == 2);
  CHECK(data.integers("input") == std::vector<std::int64_t>{1, 3, 112, 112});
  CHECK(data.objects("cases").size() == 2);

  write_file(run.file("a.png"), testing::tiny_png(10, 20, 30, 1));
  command.insert(command.end(), {"--image", run.file("a.png")});
  CHECK(contains(bench(command).err, "needs --prepare"));
  command.insert(command.end(), {"--winograd", "--backend", "1-bit", "--binary-engine", "xnor"});
  command.insert(command.end(), {"--prepare", "mobilefacenet-112", "--format", "json"});
  const Ran shown = bench(command);
  CHECK(shown.code == exit_ok);
  const Json printed = parse_json(shown.out, "stdout");
  CHECK(JsonFields(printed, "stdout").text("clock") == "thread CPU time");
  std::string names;
  for (JsonFields& one : JsonFields(printed, "stdout").objects("cases"))
    names += one.text("name") + "; ";
  CHECK(names == "float; float, Winograd; int8, int8; 1-bit, engine xnor; ");
}

TEST_CASE("A recipe is written as QDQ, or refused by what ONNX cannot say") {
  const TinyRun run;
  const std::string file = run.file("written.onnx");
  const auto convert = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"convert", "mobilenet-v2", "--untrained", "--out", file};
    all.insert(all.end(), more.begin(), more.end());
    return bench(all);
  };
  CHECK(convert({"--quantize", "int9"}).code == exit_usage);
  const Ran halves = convert({"--quantize", "tf-qat"});
  CHECK(halves.code == exit_unsupported);
  CHECK(contains(halves.err, "bench: mobilenet-v2: node 'features.0.relu6.grid' (FakeQuantize): "));
  CHECK(contains(convert({"--quantize", "max127-dynamic"}).err, "made anew for each tensor"));
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(contains(convert({"--quantize", "int8"}).out, "53 of 53 layers with quantised weights"));
  CHECK(bench({"audit", file}).code == exit_ok);
  const Ran again = bench({"convert", file, "--quantize", "int8", "--out", file, "--force"});
  CHECK(again.code == exit_usage);  // it has grids already
  std::vector<std::string> own = {"convert", run.file("tiny.onnx"), "--quantize", "int8"};
  own.insert(own.end(), {"--out", run.file("tiny.int8.onnx")});
  CHECK(contains(bench(own).err, "give --prepare and --dataset"));
  own.insert(own.end(), {"--prepare", "mobilefacenet-112", "--calibration-images", "2"});
  std::vector<std::string> from_data = own, from_folder = own;
  from_data.insert(from_data.end(), {"--dataset", "lfw", "--data", run.file("lfw")});
  CHECK(bench(from_data).code == exit_ok);
  from_folder.insert(from_folder.end(), {"--force", "--calibration-data", run.file("nowhere")});
  CHECK(bench(from_folder).code == exit_missing);
}

}  // namespace
}  // namespace bench
