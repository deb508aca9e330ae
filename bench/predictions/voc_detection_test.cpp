#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "bench/predictions/readers.h"
#include "bench/predictions/testing.h"
#include "datasets/voc.h"
#include "evaluators/golden_testing.h"
#include "evaluators/voc_map.h"
#include "models/error.h"

using namespace bench;
using namespace bench::testing;
using Catch::Contains;

namespace {

struct Folder {
  TemporaryFolder folder;
  ListedDataset dataset{"voc-detection", {"cat", "wild_cat", "dog"}};

  Folder() {
    dataset.add("000001", std::vector<ObjectBox>{});
    dataset.add("000002", std::vector<ObjectBox>{});
    write("comp4_det_test_cat.txt", "");
    write("comp4_det_test_dog.txt", "");
    write("comp4_det_test_wild_cat.txt", "");
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder.path() / name, std::ios::binary) << text;
  }
  Predictions read() const { return read_voc_detections(folder.path().string(), dataset); }
  Predictions read(const std::string& text) const {
    write("comp4_det_test_dog.txt", text);
    return read();
  }
};

std::vector<Detection> of(const Predictions& predictions, const std::string& id) {
  return std::get<Detections>(predictions.answers.at(id)).items;
}

}  // namespace

TEST_CASE("VOC result files: one per class, over all images", "[voc_detection]") {
  const Folder folder;
  folder.write("comp4_det_test_cat.txt", "000002 0.25 1 2 3.5 4\r\n\n000001 1e-3 5 6 7 8");
  folder.write("comp4_det_test_wild_cat.txt", "000002\t0.12345 10 20 30 40\n");
  const auto predictions = folder.read();
  CHECK(predictions.warnings.empty());
  CHECK(predictions.files.size() == 3);
  CHECK(of(predictions, "000001") == std::vector<Detection>{{0, 1e-3, {5, 6, 7, 8}, 3}});
  CHECK(of(predictions, "000002") ==
        std::vector<Detection>{{0, 0.25, {1, 2, 3.5, 4}, 1}, {1, 0.12345, {10, 20, 30, 40}, 1}});
}

TEST_CASE("VOC result files: images no line names have no detections", "[voc_detection]") {
  const Folder folder;
  const auto predictions = folder.read("000001 0.12345 1 2 3 4\n");
  CHECK(of(predictions, "000001").size() == 1);
  CHECK(of(predictions, "000002").empty());
}

TEST_CASE("VOC result files: what is wrong is named with file and line", "[voc_detection]") {
  const Folder folder;
  CHECK_THROWS_WITH(folder.read("000001 .5 1 2 3 4\n000001 .5 1 2 3\n"),
                    Contains("comp4_det_test_dog.txt:2: too few fields"));
  CHECK_THROWS_WITH(folder.read("000001 .5 1 2 3 4 5\n"), Contains("dog.txt:1: too many fields"));
  CHECK_THROWS_WITH(folder.read("000001 .5 1 2 3x 4\n"),
                    Contains("dog.txt:1: '3x' is not a finite"));
  CHECK_THROWS_WITH(folder.read("000001 nan 1 2 3 4\n"), Contains("dog.txt:1: 'nan'"));
  CHECK_THROWS_WITH(folder.read("cat.jpg .5 1 2 3 4\n"), Contains("no line names an image") &&
                                                             Contains("dog.txt:1, cat.jpg") &&
                                                             Contains("000001"));
  folder.write("comp3_det_test_dog.txt", "");
  CHECK_THROWS_WITH(folder.read(), Contains("are both of class dog"));
  CHECK_THROWS_WITH(read_voc_detections("/no/such", folder.dataset), Contains("no such folder"));
  const TemporaryFolder empty;
  CHECK_THROWS_WITH(read_voc_detections(empty.path().string(), folder.dataset),
                    Contains("no file is named after a class"));
}

TEST_CASE("VOC result files: warnings", "[voc_detection]") {
  struct Row {
    const char *text, *warning;
  };
  const Row rows[] = {
      {"000001 .12345 1 2 3 4\n000009 .5 1 2 3 4\n", "1 lines name images that are not in"},
      {"000001 .12345 9 2 3 4\n", "1 boxes have x2 < x1"},
      {"000001 .12345 0 2 3 4\n000001 .5 1 2 3 4\n", "1 boxes begin at 0"},
      {"000001 .12345 0 .2 .3 1\n", "look normalised"},
      {"000001 .123 1 2 3 4\n000001 .123 1 2 3 4\n", "1 of 2 equal another of their class"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto predictions = Folder().read(row.text);
    REQUIRE(predictions.warnings.size() == 1);
    CHECK_THAT(predictions.warnings[0], Contains(row.warning));
  }
  // Ties between scores with more decimals are nobody's fault.
  CHECK(Folder().read("000001 .1234 1 2 3 4\n000001 .1234 1 2 3 4\n").warnings.empty());

  const Folder folder;
  std::filesystem::remove(folder.folder.path() / "comp4_det_test_wild_cat.txt");
  folder.write("comp4_det_test_wildcat.txt", "");
  const auto predictions = folder.read();
  REQUIRE(predictions.warnings.size() == 2);
  CHECK_THAT(predictions.warnings[0], Contains("1 classes have no file") && Contains("wild_cat"));
  CHECK_THAT(predictions.warnings[1],
             Contains("end in no class's name") && Contains("wildcat.txt"));
}

namespace {

std::map<std::string, double> score(const Dataset& dataset, const Predictions& predictions) {
  const auto evaluator = make_voc_map({"voc", dataset.class_names()});
  for (std::size_t i = dataset.size(); i-- > 0;) {  // any order
    evaluator->add(dataset.id(i), dataset.truth(i), predictions.answers.at(dataset.id(i)));
  }
  std::map<std::string, double> values;
  for (const Metric& metric : evaluator->result({0, 1})) values[metric.name] = metric.value;
  return values;
}

void check_devkit(const std::map<std::string, double>& values, const nlohmann::json& golden) {
  for (const auto& [name, figures] : golden.items()) {
    CAPTURE(name);
    if (figures.is_null()) continue;
    for (const auto& [kind, key] :
         {std::pair("ap_11point.", "ap11"), std::pair("ap_area.", "area")}) {
      CAPTURE(kind);
      const double value = values.at(kind + name);
      if (figures.at(key).is_null()) {
        CHECK(std::isnan(value));
      } else {
        CHECK(value == Approx(figures.at(key).get<double>()).margin(1e-9).epsilon(0));
      }
    }
  }
}

nlohmann::json expected(const std::string& set) {
  const auto file = real_data("voc_imagenet/golden/det/expected.json");
  return nlohmann::json::parse(std::ifstream(*file)).at(set).at("devkit_octave");
}

}  // namespace

TEST_CASE("golden: result files in the devkit's order of ties", "[voc_detection][golden]") {
  for (const std::string set : {"edge", "random300"}) {
    CAPTURE(set);
    const Unpacked archive("voc_imagenet/golden/det/" + set + ".tar.gz");
    if (!archive) return;
    const auto folder = archive.path() / set;
    std::filesystem::create_directory(folder / "results");
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      const auto name = file.path().filename().string();
      if (name.starts_with("det_")) std::filesystem::rename(file, folder / "results" / name);
    }
    const auto dataset = open_voc_detection({(folder / "gt.txt").string(), "", false});
    const auto predictions = read_voc_detections((folder / "results").string(), *dataset);
    check_devkit(score(*dataset, predictions), expected(set));
  }
}

TEST_CASE("golden: SSD512 on 4,952 images, read and scored", "[voc_detection][golden]") {
  const Unpacked archive("voc_imagenet/golden/det/ssd512_voc2007test_dets.tar.gz");
  const auto truth = real_data("voc_imagenet/voc/voc2007_test_gt/voc2007_test_gt.txt");
  if (!archive || !truth) return;
  const auto dataset = open_voc_detection({*truth, "", false});
  REQUIRE(dataset->size() == 4952);
  const auto begin = std::chrono::steady_clock::now();
  const auto predictions =
      read_voc_detections((archive.path() / "ssd512_voc2007test").string(), *dataset);
  const auto values = score(*dataset, predictions);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  INFO("read and scored in " << seconds.count() << " s");
  CHECK(seconds.count() < 1.5);  // 0.03 s where nobody else is at work
  CHECK(predictions.warnings.empty());
  check_devkit(values, expected("ssd512_voc2007test"));
  CHECK(values.at("map_area") == Approx(0.698233146933).margin(1e-9).epsilon(0));
  CHECK(values.at("map_11point") == Approx(0.682390603772).margin(1e-9).epsilon(0));
}

TEST_CASE("golden: detectors' result files on annotated images", "[voc_detection][golden]") {
  for (const std::string images : {"voc2007_test_sample", "voc2012_trainval_100"}) {
    for (const std::string model : {"nano", "fastest1"}) {
      const std::string name = fmt::format("{}_on_{}", model, images);
      CAPTURE(name);
      const Unpacked archive("voc_imagenet/golden/det/" + name + ".tar.gz");
      const auto root = real_data("voc_imagenet/voc/" + images);
      if (!archive || !root) return;
      const auto dataset = open_voc_detection({*root, "", false});
      const auto predictions = read_voc_detections((archive.path() / name).string(), *dataset);
      check_devkit(score(*dataset, predictions), expected(name));
    }
  }
}
