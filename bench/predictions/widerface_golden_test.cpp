// Agreement with the official tool (run in Octave) and with the Python port, on whole prediction
// sets: reader and evaluator together.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "bench/predictions/readers.h"
#include "bench/predictions/testing.h"
#include "bench/predictions/text.h"
#include "evaluators/widerface_ap.h"
#include "evaluators/widerface_curve.h"
#include "evaluators/widerface_match.h"
#include "models/testing.h"

using namespace bench;
using namespace bench::testing;

namespace {

/// The validation ground truth: per image its path, the number of faces, then
/// "x y w h easy medium hard invalid" lines.
ListedDataset load_faces(const std::string& flags_file, const std::set<std::string>& only = {}) {
  ListedDataset dataset("widerface");
  std::ifstream file(flags_file);
  std::string id;
  int count = 0;
  while (file >> id >> count) {
    std::vector<FaceBox> faces;
    for (int i = 0; i < count; ++i) {
      double x, y, w, h;
      bool easy, medium, hard, invalid;
      file >> x >> y >> w >> h >> easy >> medium >> hard >> invalid;
      faces.push_back({{x, y, x + w, y + h}, easy, medium, hard});
    }
    if (only.empty() || only.contains(id)) dataset.add(id, faces);
  }
  return dataset;
}

std::set<std::string> subset_of(const std::string& list) {
  std::ifstream file(list);
  std::set<std::string> ids;
  for (std::string id; file >> id;) ids.insert(id);
  return ids;
}

/// Thousands of small files: in memory where that can be had.
std::filesystem::path scratch() {
  return std::filesystem::is_directory("/dev/shm") ? "/dev/shm"
                                                   : std::filesystem::temp_directory_path();
}

/// Unpacks an archive into the folder and gives its path; nothing where tar or xz is not installed.
std::optional<std::string> unpack(const std::string& archive, const TemporaryFolder& folder) {
  const std::string to = folder.path().string();
  if (std::system(("tar -xf '" + archive + "' -C '" + to + "' 2>/dev/null").c_str()) != 0) {
    std::cout << "SKIPPED: tar or xz is not here\n";
    return std::nullopt;
  }
  return to;
}

std::unique_ptr<Evaluator> score(const Predictions& predictions, const Dataset& dataset,
                                 const std::string& protocol) {
  auto evaluator = make_widerface_ap({.protocol = protocol, .class_names = {}});
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    evaluator->add(dataset.id(i), dataset.truth(i), predictions.answers.at(dataset.id(i)));
  }
  return evaluator;
}

void check_aps(const Predictions& predictions, const Dataset& dataset, const std::string& protocol,
               const nlohmann::json& golden) {
  INFO(protocol);
  const auto metrics = score(predictions, dataset, protocol)->result({.replicates = 0, .seed = 1});
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(std::abs(metrics[k].value - golden.at(k).get<double>()) < 1e-9);
  }
}

/// Compares proposals and found faces at each of the 1,000 thresholds with a CSV of them.
void check_counts(const Predictions& predictions, const Dataset& dataset, const std::string& csv) {
  std::map<std::string, std::vector<MatchedFace>> matched;
  ScoreRange range{2, -1};
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const auto& detections = std::get<Detections>(predictions.answers.at(dataset.id(i))).items;
    const Truth truth = dataset.truth(i);
    auto& list = matched[dataset.id(i)];
    list = match_faces(std::get<std::vector<FaceBox>>(truth), detections, {});
    for (const MatchedFace& match : list) {
      range = {std::min(range.low, match.score), std::max(range.high, match.score)};
    }
  }
  FaceCurve curve(1000);
  for (const auto& [id, list] : matched) curve.add(curve_steps(list, range, 1000), 1);
  std::string lines =
      "t,easy_proposals,easy_recalled,medium_proposals,medium_recalled,hard_proposals,"
      "hard_recalled\n";
  const auto easy = curve.counts(0), medium = curve.counts(1), hard = curve.counts(2);
  for (std::size_t k = 0; k < 1000; ++k) {
    lines += fmt::format("{},{},{},{},{},{},{}\n", k, easy[k].proposals, easy[k].found,
                         medium[k].proposals, medium[k].found, hard[k].proposals, hard[k].found);
  }
  std::string golden = read_text(csv);
  std::erase(golden, '\r');
  CHECK((lines == golden));
}

void check_set(const std::string& name, const std::string& archive_name) {
  INFO(name);
  const auto flags = real_data("face/gt/wider_val_gt_flags.txt");
  const auto archive = real_data(archive_name);
  const auto list = real_data("face/wider_val_images.txt");
  const auto file = real_data("face/golden/wider/wider_golden.json");
  if (!flags || !archive || !list || !file) return;
  const TemporaryFolder folder(scratch());
  const auto unpacked = unpack(*archive, folder);
  if (!unpacked) return;
  const auto golden = nlohmann::json::parse(read_text(*file)).at(name);

  const ListedDataset all = load_faces(*flags);
  REQUIRE(all.size() == 3226);
  const Predictions predictions = read_widerface_predictions(*unpacked, all);
  const auto metrics = score(predictions, all, "matlab")->result({.replicates = 0, .seed = 1});
  CHECK(metrics[3].value == 7211);
  CHECK(metrics[4].value == 13319);
  CHECK(metrics[5].value == 31958);
  CHECK(metrics[6].value == golden.at("n_det").get<double>());

  check_aps(predictions, all, "python", golden.at("py"));
  check_aps(predictions, all, "iou-without-plus1", golden.at("variant_iou_without_plus1"));
  const std::pair<std::string, std::string> optional_keys[] = {
      {"matlab", "matlab_semantics(sort desc stable; norm init realmin/realmax single)"},
      {"matlab", "official_matlab_code_run_in_octave_7.3"},
      {"thresholds-100", "T=100"},
      {"thresholds-10000", "T=10000"}};
  for (const auto& [protocol, key] : optional_keys) {
    if (golden.contains(key)) check_aps(predictions, all, protocol, golden.at(key));
  }
  const std::string csv = "face/golden/wider/" + name + "_counts.csv";
  if (name == "real_face5" || name == "cons_A_jitter") {
    if (const auto counts = real_data(csv)) check_counts(predictions, all, *counts);
  }
  if (golden.contains("subset_dev")) {
    check_aps(predictions, load_faces(*flags, subset_of(*list)), "matlab", golden.at("subset_dev"));
  }
}

}  // namespace

TEST_CASE("golden: 291,175 detections of a real detector") {
  check_set("real_face5", "face/preds/real_face5_RFB_320.txt.tar.xz");
}
TEST_CASE("golden: RFB-320") { check_set("own_rfb320", "face/preds/own_rfb320.txt.tar.xz"); }
TEST_CASE("golden: jittered boxes") {
  check_set("cons_A_jitter", "face/golden/wider/cons_A_jitter.tar.xz");
}
TEST_CASE("golden: equal scores") {
  check_set("cons_C_equal", "face/golden/wider/cons_C_equal.tar.xz");
}
TEST_CASE("golden: shuffled lines") {
  check_set("cons_D_shuffled", "face/golden/wider/cons_D_shuffled.tar.xz");
}
TEST_CASE("golden: perfect answers") {
  check_set("cons_G_perfect", "face/golden/wider/cons_G_perfect.tar.xz");
}
TEST_CASE("golden: no detections") {
  check_set("cons_I_none", "face/golden/wider/cons_I_none.tar.xz");
}
TEST_CASE("golden: detections in two images") {
  check_set("cons_J_two_images", "face/golden/wider/cons_J_two_images.tar.xz");
}

TEST_CASE("291,175 detections are read and scored in far less than a second", "[slow]") {
  const auto flags = real_data("face/gt/wider_val_gt_flags.txt");
  const auto archive = real_data("face/preds/real_face5_RFB_320.txt.tar.xz");
  if (!flags || !archive) return;
  const TemporaryFolder folder(scratch());
  const auto unpacked = unpack(*archive, folder);
  if (!unpacked) return;
  const ListedDataset all = load_faces(*flags);
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto ms = [](auto from, auto to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
  };
  const auto start = now();
  const Predictions predictions = read_widerface_predictions(*unpacked, all);
  const auto read = now();
  const auto evaluator = score(predictions, all, "matlab");
  const auto added = now();
  const auto metrics = evaluator->result({.replicates = 0, .seed = 1});
  const auto done = now();
  const auto with_intervals = evaluator->result({.replicates = 1000, .seed = 1});
  const auto end = now();
  fmt::print("read {:.0f} ms, match {:.0f} ms, result {:.0f} ms; 1,000 replicates {:.0f} ms\n",
             ms(start, read), ms(read, added), ms(added, done), ms(done, end));
  for (std::size_t k = 0; k < 3; ++k) {
    const auto interval = with_intervals[k].interval95;
    REQUIRE(interval);
    fmt::print("{} {:.4f} ({:.4f} to {:.4f})\n", metrics[k].name, metrics[k].value, interval->low,
               interval->high);
    CHECK(interval->low < metrics[k].value);
    CHECK(metrics[k].value < interval->high);
  }
  CHECK(ms(start, done) < 3000);  // measured: well below 1,000
}
