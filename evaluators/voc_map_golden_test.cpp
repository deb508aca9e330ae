// Agreement with the VOC devkit (run by Octave) and with other published evaluators, on constructed
// sets and on detectors' real output.

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "evaluators/golden_testing.h"
#include "evaluators/voc_map.h"
#include "evaluators/voc_rules.h"

using namespace bench;
using nlohmann::json;

namespace {

struct GoldenSet {
  std::vector<std::string> classes;
  std::map<std::string, std::vector<ObjectBox>> truth;
  std::map<std::string, std::vector<Detection>> answers;

  int label(const std::string& name) {
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end()) {
      classes.push_back(name);
      return static_cast<int>(classes.size()) - 1;
    }
    return static_cast<int>(found - classes.begin());
  }
};

const std::vector<std::string> voc_classes = {
    "aeroplane", "bicycle",     "bird",  "boat",        "bottle", "bus",      "car",
    "cat",       "chair",       "cow",   "diningtable", "dog",    "horse",    "motorbike",
    "person",    "pottedplant", "sheep", "sofa",        "train",  "tvmonitor"};

Box box_of(const std::vector<std::string>& fields, std::size_t at) {
  return {std::stod(fields.at(at)), std::stod(fields.at(at + 1)), std::stod(fields.at(at + 2)),
          std::stod(fields.at(at + 3))};
}

/// id class x1 y1 x2 y2 difficult
void read_truth(GoldenSet& set, const std::filesystem::path& file) {
  for (const auto& fields : testing::fields_of(file)) {
    set.truth[fields.at(0)].push_back(
        {set.label(fields.at(1)), box_of(fields, 2), fields.at(6) == "1", false});
  }
}

/// PREFIXclass.txt: id score x1 y1 x2 y2
void read_detections(GoldenSet& set, const std::filesystem::path& prefix) {
  for (std::size_t i = 0; i < set.classes.size(); ++i) {
    int line = 0;
    for (const auto& fields : testing::fields_of(prefix.string() + set.classes[i] + ".txt")) {
      set.answers[fields.at(0)].push_back(
          {static_cast<int>(i), std::stod(fields.at(1)), box_of(fields, 2), ++line});
    }
  }
}

/// classes.txt ids.txt gt.txt det_CLASS.txt
GoldenSet read_constructed(const std::filesystem::path& folder) {
  GoldenSet set;
  for (const auto& fields : testing::fields_of(folder / "classes.txt")) set.label(fields.at(0));
  for (const auto& fields : testing::fields_of(folder / "ids.txt")) set.truth[fields.at(0)];
  read_truth(set, folder / "gt.txt");
  read_detections(set, folder / "det_");
  return set;
}

/// What stands between <name> and </name>.
std::string between(const std::string& xml, const std::string& name) {
  const auto begin = xml.find("<" + name + ">"), end = xml.find("</" + name + ">");
  if (begin == std::string::npos || end == std::string::npos) return "";
  return xml.substr(begin + name.size() + 2, end - begin - name.size() - 2);
}

void read_annotations(GoldenSet& set, const std::filesystem::path& folder) {
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path());
    const std::string xml{std::istreambuf_iterator<char>(in), {}};
    auto& objects = set.truth[file.path().stem().string()];
    for (std::size_t at = 0; (at = xml.find("<object>", at)) != std::string::npos; ++at) {
      std::string object = xml.substr(at, xml.find("</object>", at) - at);
      for (std::size_t part; (part = object.find("<part>")) != std::string::npos;) {
        object.erase(part, object.find("</part>", part) + 7 - part);
      }
      const auto number = [&](const char* name) { return std::stod(between(object, name)); };
      objects.push_back({set.label(between(object, "name")),
                         {number("xmin"), number("ymin"), number("xmax"), number("ymax")},
                         between(object, "difficult") == "1",
                         false});
    }
  }
}

std::map<std::string, Metric> score(const GoldenSet& set, const VocRules& rules,
                                    int replicates = 0) {
  const auto evaluator = make_voc_map(rules, set.classes);
  for (const auto& [id, objects] : set.truth) {
    const auto found = set.answers.find(id);
    evaluator->add(
        id, objects,
        Detections{found == set.answers.end() ? std::vector<Detection>{} : found->second});
  }
  std::map<std::string, Metric> metrics;
  for (const Metric& metric : evaluator->result({replicates, 1})) metrics[metric.name] = metric;
  return metrics;
}

const VocRules& rules_of(std::string_view name) {
  for (const VocRules& rules : voc_protocols()) {
    if (rules.name == name) return rules;
  }
  throw std::runtime_error("no such protocol");
}

void check_equal(double value, const json& wanted, double tolerance = 1e-9) {
  if (wanted.is_null()) {
    CHECK(std::isnan(value));
  } else {
    CHECK(value == Approx(wanted.get<double>()).margin(tolerance).epsilon(0));
  }
}

void check_devkit(const GoldenSet& set, const json& golden) {
  const auto metrics = score(set, rules_of("voc"));
  for (const auto& [name, figures] : golden.items()) {
    CAPTURE(name);
    if (figures.is_null()) {  // the devkit cannot read an empty file
      CHECK(metrics.at("ap_area." + name).value == 0);
      CHECK(metrics.at("ap_11point." + name).value == 0);
    } else {
      check_equal(metrics.at("ap_area." + name).value, figures.at("area"));
      check_equal(metrics.at("ap_11point." + name).value, figures.at("ap11"));
      CHECK(metrics.at("detections." + name).value == figures.at("n").get<double>());
    }
  }
}

/// `others` of a constructed set: the same protocol under another roof.
void check_other(const GoldenSet& set, const json& golden, const std::string& tool,
                 std::string_view protocol) {
  CAPTURE(tool);
  const auto metrics = score(set, rules_of(protocol));
  for (const auto& [kind, prefix] :
       {std::pair("_11pt", "ap_11point."), std::pair("_area", "ap_area.")}) {
    for (const auto& [name, figure] : golden.at(tool + kind).items()) {
      CAPTURE(kind, name);
      if (name == "__mean__") {
        check_equal(
            metrics.at(prefix == std::string("ap_area.") ? "map_area" : "map_11point").value,
            figure);
      } else if (figure.is_null() && metrics.at("detections." + name).value == 0) {
        // The tool fails on a class without detections.
      } else {
        check_equal(metrics.at(prefix + name).value, figure);
      }
    }
  }
}

json expected() {
  const auto file = testing::real_data("voc_imagenet/golden/det/expected.json");
  return file ? json::parse(std::ifstream(*file)) : json();
}

GoldenSet without_order(GoldenSet set) {
  for (auto& [id, detections] : set.answers) {
    for (Detection& one : detections) one.order = 0;
  }
  return set;
}

}  // namespace

TEST_CASE("golden: constructed detection sets", "[voc_map][golden]") {
  const json all = expected();
  for (const char* name : {"edge", "random300"}) {
    CAPTURE(name);
    const testing::Unpacked archive("voc_imagenet/golden/det/" + std::string(name) + ".tar.gz");
    if (!archive) return;
    const GoldenSet set = read_constructed(archive.path() / name);
    const json& golden = all.at(name);
    check_devkit(set, golden.at("devkit_octave"));
    check_other(set, golden.at("others"), "pyfasterrcnn_stable", "voc-strict");
    check_other(set, golden.at("others"), "rafaelpadilla", "difficult-counted");
    // These see detections image by image, not in the order of the class's file. They sort by
    // numpy's unstable quicksort, so that in the many ties of random300 no rule gives their
    // figures.
    if (name == std::string("random300")) continue;
    check_other(without_order(set), golden.at("others"), "gluoncv", "ties-reversed");
    check_other(without_order(set), golden.at("others"), "chainercv", "ties-reversed");
  }
}

TEST_CASE("golden: SSD512 on all of VOC2007 test, by every rule", "[voc_map][golden]") {
  const testing::Unpacked archive("voc_imagenet/golden/det/ssd512_voc2007test_dets.tar.gz");
  const auto truth = testing::real_data("voc_imagenet/voc/voc2007_test_gt/voc2007_test_gt.txt");
  if (!archive || !truth) return;
  GoldenSet set;
  set.classes = voc_classes;
  read_truth(set, *truth);
  REQUIRE(set.truth.size() == 4952);
  read_detections(set, archive.path() / "ssd512_voc2007test" / "comp4_det_test_");
  const json golden = expected().at("ssd512_voc2007test");
  check_devkit(set, golden.at("devkit_octave"));
  const std::pair<const char*, const char*> variants[] = {
      {"devkit (ignore difficult, +1, >=, stable)", "voc"},
      {"strict > (py-faster-rcnn)", "voc-strict"},
      {"no +1", "no-plus1"},
      {"difficult dropped (darknet labels)", "difficult-dropped"},
      {"difficult counted (rafaelpadilla)", "difficult-counted"},
      {"scores %.3f boxes %.1f (detectron2 writer)", "detectron-writer"},
      {"second-best matching (COCO-like)", "second-choice"},
      {"IoU 0.75", "iou-0.75"},
      {"IoU 0.7", "iou-0.7"}};
  for (const auto& [key, protocol] : variants) {
    CAPTURE(protocol);
    const auto metrics = score(set, rules_of(protocol));
    const json& figures = golden.at("protocol_variants_mean_11pt_area").at(key);
    check_equal(metrics.at("map_11point").value, figures.at(0));
    check_equal(metrics.at("map_area").value, figures.at(1));
  }
}

TEST_CASE("golden: detectors on the VOC images at hand", "[voc_map][golden]") {
  const json all = expected();
  for (const std::string images : {"voc2007_test_sample", "voc2012_trainval_100"}) {
    for (const std::string model : {"nano", "fastest1"}) {
      const std::string name = model + "_on_" + images;
      CAPTURE(name);
      const testing::Unpacked archive("voc_imagenet/golden/det/" + name + ".tar.gz");
      const auto annotations = testing::real_data("voc_imagenet/voc/" + images + "/Annotations");
      if (!archive || !annotations) return;
      GoldenSet set;
      set.classes = voc_classes;
      read_annotations(set, *annotations);
      read_detections(set, archive.path() / name / "comp4_det_test_");
      const json& golden = all.at(name);
      check_devkit(set, golden.at("devkit_octave"));
      const auto metrics = score(set, rules_of("voc"));
      check_equal(metrics.at("map_11point").value, golden.at("mean_11pt"));
      check_equal(metrics.at("map_area").value, golden.at("mean_area"));
      CHECK(metrics.at("classes_averaged").value == golden.at("classes_with_gt").get<double>());
    }
  }
}

TEST_CASE("golden: Cartucho's sample", "[voc_map][golden]") {
  const testing::Unpacked archive("voc_imagenet/golden/det/cartucho_sample.tar.gz");
  if (!archive) return;
  GoldenSet set;
  const auto folder = archive.path() / "cartucho_sample";
  for (const auto& file : std::filesystem::directory_iterator(folder / "ground-truth")) {
    auto& objects = set.truth[file.path().stem().string()];
    for (const auto& fields : testing::fields_of(file.path())) {
      objects.push_back({set.label(fields.at(0)), box_of(fields, 1), fields.size() > 5, false});
    }
  }
  const auto known = set.classes;
  for (const auto& [id, objects] : set.truth) {
    for (const auto& fields : testing::fields_of(folder / "detection-results" / (id + ".txt"))) {
      if (std::find(known.begin(), known.end(), fields.at(0)) == known.end()) continue;
      set.answers[id].push_back(
          {set.label(fields.at(0)), std::stod(fields.at(1)), box_of(fields, 2), 0});
    }
  }
  const json golden = expected().at("cartucho_sample");
  const auto metrics = score(set, rules_of("voc"));
  for (const auto& [name, percent] : golden.at("per_class_percent").items()) {
    CAPTURE(name);
    check_equal(100 * metrics.at("ap_area." + name).value, percent, 0.00501);
  }
  check_equal(100 * metrics.at("map_area").value, golden.at("mAP_percent"), 0.00501);
}

TEST_CASE("golden: rafaelpadilla's sample at three overlaps", "[voc_map][golden]") {
  const testing::Unpacked archive("voc_imagenet/golden/det/rafaelpadilla_sample2.tar.gz");
  if (!archive) return;
  GoldenSet set;
  const auto corners = [](const std::vector<std::string>& fields, std::size_t at) {
    Box box = box_of(fields, at);
    box.x2 += box.x1;
    box.y2 += box.y1;
    return box;
  };
  const auto folder = archive.path() / "rafaelpadilla_sample2";
  for (const auto& file : std::filesystem::directory_iterator(folder / "groundtruths")) {
    const std::string id = file.path().stem().string();
    for (const auto& fields : testing::fields_of(file.path())) {
      set.truth[id].push_back({set.label(fields.at(0)), corners(fields, 1), false, false});
    }
    for (const auto& fields : testing::fields_of(folder / "detections" / (id + ".txt"))) {
      set.answers[id].push_back(
          {set.label(fields.at(0)), std::stod(fields.at(1)), corners(fields, 2), 0});
    }
  }
  const json golden = expected().at("rafaelpadilla_sample2").at("published");
  VocRules rules = rules_of("difficult-counted");
  for (const char* overlap : {"0.1", "0.3", "0.5"}) {
    CAPTURE(overlap);
    rules.iou = std::stod(overlap);
    const auto metrics = score(set, rules);
    check_equal(metrics.at("map_area").value, golden.at("area@" + std::string(overlap)), 1e-10);
    check_equal(metrics.at("map_11point").value, golden.at("11pt@" + std::string(overlap)), 1e-10);
  }
}
