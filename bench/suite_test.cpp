#include "bench/suite.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "bench/backend.h"
#include "bench/bundled.h"
#include "bench/documents.h"
#include "bench/files.h"
#include "bench/model_card.h"
#include "datasets/dataset.h"
#include "datasets/prepare.h"
#include "evaluators/evaluator.h"
#include "models/decoders/decoders.h"
#include "models/error.h"
#include "models/registry.h"
#include "models/sha256.h"
#include "models/testing.h"

namespace bench {
namespace {

constexpr auto minimal = R"({"name": "s", "about": "a", "dataset": "lfw",
  "evaluator": "face-verification", "cases": [{"model": "m", "backend": "float"}]})";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_CASE("A suite as data") {
  const Suite suite = parse_suite(minimal, "s.json");
  CHECK(suite.dataset == "lfw");
  REQUIRE(suite.cases.size() == 1);
  CHECK(suite.cases[0].name() == "m.float");
  const Suite with = parse_suite(
      changed(minimal, R"("float"})", R"("float", "options": {"prepare": "p"}})"), "s.json");
  CHECK(with.cases[0].name() == "m.p.float");
}

TEST_CASE("A suite says how a network is quantised") {
  const auto with = [](const std::string& options) {
    return parse_suite(changed(minimal, R"("float"})", R"("int8", "options": {)" + options + "}}"),
                       "s.json")
        .cases.at(0);
  };
  CHECK(with(R"("quantize": "dfq:bias_bits=16")").name() == "m.dfq-bias16.int8");
  const Case full = with(R"("quantize": {"preset": "int8", "per_channel": false},
    "requantization": "fixed-point", "integer_only": true,
    "calibration": {"images": 8, "seed": 2, "rule": "kl"})");
  CHECK(full.name() == "m.int8-no-per-channel-kl-8images-seed2.fixed-point.int8");
  CHECK(full.integer_only);
  const Recipe recipe = full.calibrated_recipe();
  CHECK(std::get<pass::Calibrate>(recipe.passes[1]).rule == pass::Calibrate::Rule::kl);
  CHECK(with(R"("quantize": {"name": "own", "passes": [{"pass": "equalize"}]})").name() ==
        "m.own.int8");

  const Case engine = with(R"("binary_engine": "expanded")");
  CHECK(engine.name() == "m.engine-expanded.int8");
  CHECK(engine.binary_engine == "expanded");
  CHECK_THROWS_WITH(
      with(R"("binary_engine": "xnorr")"),
      Catch::Contains("cases[0].options.binary_engine") && Catch::Contains("did you mean 'xnor'"));

  CHECK_THROWS_WITH(with(R"("quantize": "int9")"),
                    Catch::Contains("s.json: cases[0].options.quantize: unknown preset"));
  CHECK_THROWS_WITH(
      with(R"("quantize": {"preset": "int8", "rulle": "kl"})"),
      Catch::Contains("s.json: options.quantize.rulle") && Catch::Contains("did you mean 'rule'"));
  CHECK_THROWS_WITH(with(R"("requantization": "fixed")"), Catch::Contains("fixed-point"));
  CHECK_THROWS_WITH(with(R"("calibration": {"rule": "maxx"})"),
                    Catch::Contains("cases[0].options.calibration.rule"));
  CHECK_THROWS_WITH(with(R"("calibration": {"image": 3})"), Catch::Contains("'images'"));
}

constexpr auto two_parts = R"({"name": "s", "about": "a", "parts": [
  {"dataset": "lfw", "data": "bundled:lfw", "evaluator": "face-verification",
   "cases": [{"model": "m", "backend": "float"}]},
  {"dataset": "imagenet", "limit": 5, "speed": true, "evaluator": "top-k",
   "cases": [{"model": "n", "backend": "float"}]}]})";

TEST_CASE("A suite of several data sets") {
  const Suite suite = parse_suite(two_parts, "s.json");
  CHECK(suite.dataset.empty());
  const auto parts = parts_of(suite);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].name == "s");
  CHECK(parts[0].data == "bundled:lfw");
  CHECK(parts[1].dataset == "imagenet");
  CHECK(parts[1].limit == 5);
  CHECK(parts[1].speed);
  CHECK_FALSE(parts[0].speed);
  CHECK(parts[1].cases.at(0).model == "n");
  CHECK(parts_of(parse_suite(minimal, "s.json")).at(0).dataset == "lfw");
  CHECK_THROWS_WITH(parse_suite(changed(two_parts, R"("n")", R"("m")"), "s.json"),
                    "s.json: parts: holds m.float twice");
  CHECK_THROWS_WITH(parse_suite(changed(two_parts, R"("limit")", R"("limits")"), "s.json"),
                    Catch::Contains("s.json: parts[1].limits: unknown key"));
  CHECK_THROWS_WITH(
      parse_suite(changed(two_parts, R"("parts")", R"("dataset": "lfw", "parts")"), "s.json"),
      Catch::Contains("s.json: dataset: unknown key"));
}

TEST_CASE("What comes with the tree is found, or what was looked for is said") {
  const testing::TemporaryFolder folder;
  const std::string root = folder.path();
  const testing::EnvironmentVariable variable("BENCH_MINI", root);
  CHECK(data_folder("some/path") == "some/path");
  CHECK_FALSE(find_bundled("datasets/mini/data/lfw"));
  CHECK_THROWS_WITH(data_folder("bundled:lfw"),
                    "bundled:lfw: comes with Quantbench's source tree, but is not in " + root +
                        "/datasets/mini/data/lfw; set BENCH_MINI to a folder that holds "
                        "datasets/mini/data/lfw");
  make_folder(root + "/datasets/mini/data/lfw");
  CHECK(data_folder("bundled:lfw") == root + "/datasets/mini/data/lfw");
  make_folder(root + "/models/mini");
  CHECK(weights_places("", "").folders.back() == root + "/models/mini");
}

TEST_CASE("A case is named by its card, or by its file without folder and ending") {
  CHECK(Case{"mobilenetv1-0.25", "float", "", ""}.name() == "mobilenetv1-0.25.float");
  CHECK(Case{"/a/b/net.v2.onnx", "float", "p", ""}.name() == "net.v2.p.float");
}

TEST_CASE("A faulty suite names file and key") {
  const auto fault = [](const std::string& from, const std::string& to) {
    try {
      parse_suite(changed(minimal, from, to), "s.json");
    } catch (const Error& error) {
      CHECK(error.fault() == Fault::bad_data);
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(fault(R"("about")", R"("abuot")") == "s.json: about: is missing");
  CHECK(fault(R"("about": "a")", R"("about": 1)") == "s.json: about: expected text");
  CHECK(fault(R"("about": "a")", R"("about": "a", "limits": 3)")
            .find("s.json: limits: unknown key 'limits'; did you mean 'limit'?") == 0);
  CHECK(fault(R"("about": "a")", R"("about": "a", "about": "b")") ==
        "s.json: the key 'about' is given twice");
  CHECK(fault(R"("model": "m")", R"("model": 7)") == "s.json: cases[0].model: expected text");
  CHECK(fault(R"("float"})", R"("float", "options": {"prepar": "p"}})")
            .find("s.json: cases[0].options.prepar: unknown key") == 0);
  CHECK(fault(R"("float"})", R"("float"}, {"model": "m", "backend": "float"})") ==
        "s.json: cases: holds m.float twice");
  CHECK(fault(R"("about": "a")", R"("about": "a", "limit": -1)").find("s.json: limit: ") == 0);
}

TEST_CASE("Suites are found by name or path") {
  CHECK(load_suite("widerface").evaluator == "widerface-ap");
  CHECK_THROWS_WITH(load_suite("widerfaces"), Catch::Contains("did you mean 'widerface'?"));
  CHECK_THROWS_WITH(load_suite("./none.json"), Catch::Contains("./none.json: no such file"));
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() / "own.json";
  write_file(path, minimal);
  CHECK(load_suite(path).name == "s");
}

TEST_CASE("Every suite and card in the program refers to names there are") {
  std::set<std::string> known_preparations, known_decoders;
  for (const auto& info : preparations()) known_preparations.emplace(info.name);
  for (const auto& entry : decoders()) known_decoders.emplace(entry.name);
  for (const ModelCard& card : model_cards()) {
    INFO(card.name);
    CHECK(known_preparations.contains(card.prepare));
    CHECK(known_decoders.contains(card.decode));
    CHECK(load_suite(card.task).dataset == card.task);
  }
  std::set<std::string> known_datasets;
  for (const DatasetInfo& info : datasets()) {
    CHECK(load_suite(std::string(info.name)).dataset == info.name);
    known_datasets.emplace(info.name);
  }
  for (const Suite& suite : suites()) {
    for (const std::string& name : suite.documents) CHECK_NOTHROW(find_document(name));
    for (const Suite& part : parts_of(suite)) {
      INFO(suite.name << ", " << part.dataset);
      CHECK(known_datasets.contains(part.dataset));
      CHECK_NOTHROW(make_evaluator(part.evaluator, {part.protocol, {"a"}, true}));
      for (const Case& one : part.cases) {
        CHECK(find_model_card(one.model).task == part.dataset);
        CHECK_NOTHROW(find_backend(one.backend));
        CHECK((one.prepare.empty() || known_preparations.contains(one.prepare)));
      }
    }
  }
}

TEST_CASE("What documents show in small is run by the bundled suite") {
  std::set<std::string> cases, networks;
  for (const Suite& part : parts_of(load_suite("mini"))) {
    CHECK(part.data.starts_with("bundled:"));
    for (const Case& one : part.cases) cases.insert(one.name());
  }
  for (const ModelCard& card : model_cards()) networks.insert(card.name);
  for (const Document& document : documents()) {
    for (const DocumentBinding& binding : document.bindings) {
      for (const auto& [role, name] : binding.cases) {
        INFO(document.name << ": " << role << ": " << name);
        const bool is_mini = name.starts_with("mini-");
        CHECK(is_mini == binding.drawn);
        if (is_mini && networks.contains(name.substr(0, name.find('.')))) {
          CHECK(cases.contains(name));
        }
      }
    }
  }
}

constexpr auto card_text = R"({"name": "net", "about": "a", "task": "lfw", "weights": "net.onnx",
  "sha256": "SHA", "origin": "o", "licence": "l", "prepare": "p", "decode": "d",
  "input": [1, 3, 8, 8], "published": [{"metric": "accuracy", "value": 0.5, "source": "s"}]})";

TEST_CASE("A faulty card names file and key") {
  const std::string good = changed(card_text, "SHA", std::string(64, 'a'));
  CHECK(parse_model_card(good, "n.json").published[0].value == 0.5);
  CHECK_THROWS_WITH(parse_model_card(card_text, "n.json"),
                    "n.json: sha256: expected 64 hexadecimal digits");
  CHECK_THROWS_WITH(parse_model_card(changed(good, "8, 8", "8"), "n.json"),
                    Catch::StartsWith("n.json: input: expected [batch"));
  CHECK_THROWS_WITH(parse_model_card(changed(good, "8, 8", "8, 1e9"), "n.json"),
                    Catch::StartsWith("n.json: input: expected a list of whole numbers"));
  CHECK_THROWS_WITH(parse_model_card(changed(good, "0.5", "\"half\""), "n.json"),
                    "n.json: published[0].value: expected a number");
}

TEST_CASE("Weights are found by name and checked by hash") {
  const testing::TemporaryFolder folder;
  const std::string root = folder.path();
  make_folder(root + "/a/b/c/d");
  make_folder(root + "/empty");
  const ModelCard card =
      parse_model_card(changed(card_text, "SHA", sha256(std::string_view("right"))), "n.json");
  CHECK_THROWS_WITH(find_weights(card, {"", {root}}),
                    Catch::Contains("no file net.onnx below " + root));
  write_file(root + "/a/b/c/d/net.onnx", "right");  // the fifth level
  CHECK_THROWS_AS(find_weights(card, {"", {root}}), Error);
  write_file(root + "/a/b/c/net.onnx", "right");
  CHECK(find_weights(card, {"", {root + "/empty", root}}).path == root + "/a/b/c/net.onnx");

  write_file(root + "/a/net.onnx", "wrong");  // found first, but another file has the right hash
  CHECK(find_weights(card, {root, {}}).path == root + "/a/b/c/net.onnx");
  std::filesystem::remove(root + "/a/b/c/net.onnx");
  CHECK_THROWS_WITH(
      find_weights(card, {root, {}}),
      Catch::Contains(card.sha256) && Catch::Contains(sha256(std::string_view("wrong"))));
  const FoundWeights given = find_weights(card, {root + "/a/net.onnx", {}});
  CHECK(given.given_by_name);
  CHECK_THROWS_WITH(find_weights(card, {root + "/none", {}}),
                    "--weights " + root + "/none: no such file or folder");
}

TEST_CASE("A file is written whole or not at all") {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() / "a.txt";
  write_file(path, "one");
  write_file(path, "two");
  CHECK(read_file(path) == "two");
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
  CHECK_THROWS_WITH(write_file(folder.path() / "no/a.txt", "x"),
                    Catch::Contains("no/a.txt.part: cannot be written"));
  CHECK_THROWS_WITH(make_folder(path), Catch::Contains("cannot be made a folder"));
}

}  // namespace
}  // namespace bench
