// Agreement with numpy implementations of insightface, facenet and CosFace on constructed data.

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "evaluators/face_verification.h"
#include "models/testing.h"

using namespace bench;
using bench::testing::real_data;
using nlohmann::json;

namespace {

constexpr Bootstrap none{.replicates = 0, .seed = 1};

double value(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric.value;
  }
  FAIL("no metric " << name);
  return 0;
}

void check(const std::vector<Metric>& metrics, const std::string& name, const json& golden) {
  INFO(name);
  CHECK(std::abs(value(metrics, name) - golden.get<double>()) < 1e-12);
}

/// The golden figures of one data set, under the names that their script gave them.
void check_all(const std::vector<Metric>& metrics, const json& golden) {
  check(metrics, "accuracy", golden.at("acc_mean"));
  check(metrics, "accuracy_std", golden.at("acc_std"));
  for (std::size_t fold = 0; fold < 10; ++fold) {
    const std::string name = "fold" + std::to_string(fold + 1);
    check(metrics, "accuracy." + name, golden.at("acc_folds").at(fold));
    check(metrics, "threshold." + name, golden.at("best_thresholds").at(fold));
  }
  check(metrics, "auc", golden.at("auc_facenet"));
  check(metrics, "eer", golden.at("eer_facenet"));
  check(metrics, "auc_exact", golden.at("auc_exact"));
  for (const std::string kind : {"linear", "floor"}) {
    const std::string name = "tar_at_far_0.001_" + kind;
    check(metrics, name, golden.at("val_far_" + kind).at(0));
    check(metrics, name + "_std", golden.at("val_far_" + kind).at(1));
    check(metrics, name + "_far", golden.at("val_far_" + kind).at(2));
  }
  for (const std::string far : {"0.1", "0.01", "0.001"}) {
    const std::string name = "tar_at_far_" + far + "_exact";
    if (golden.contains(name)) check(metrics, name, golden.at(name));
  }
}

std::optional<json> goldens() {
  const auto file = real_data("face/golden/lfw/lfw_constructed_golden.json");
  if (!file) return std::nullopt;
  return json::parse(std::ifstream(*file));
}

/// 6,000 pairs: "same A_gauss C_all_equal D_perfect" per line.
std::vector<ScoredPair> load_pairs(const std::string& path, int column) {
  std::ifstream file(path);
  std::string comment;
  std::getline(file, comment);
  std::vector<ScoredPair> pairs;
  int same;
  double distance[3];
  while (file >> same >> distance[0] >> distance[1] >> distance[2]) {
    pairs.push_back({static_cast<int>(pairs.size() / 600), same == 1, distance[column]});
  }
  return pairs;
}

}  // namespace

TEST_CASE("face-verification golden: distances") {
  const auto golden = goldens();
  const auto file = real_data("face/golden/lfw/lfw_constructed_distances.txt");
  if (!golden || !file) return;
  int column = 0;
  for (const std::string name : {"dist_A_gauss", "dist_C_all_equal", "dist_D_perfect"}) {
    INFO(name);
    const auto pairs = load_pairs(*file, column++);
    REQUIRE(pairs.size() == 6000);
    for (const auto protocol : {"insightface", "facenet"}) {
      check_all(verify(pairs, protocol, none), golden->at(name));
    }
    check(verify(pairs, "best-threshold", none), "accuracy", golden->at(name).at("insample_best"));
  }
}

TEST_CASE("face-verification golden: embeddings") {
  const auto golden = goldens();
  const auto file = real_data("face/golden/lfw/lfw_constructed_embeddings_int8_12000x32.bin");
  if (!golden || !file) return;
  std::ifstream stream(*file, std::ios::binary);
  std::vector<char> bytes(12000 * 32);
  REQUIRE(stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size())));
  const auto evaluate = [&](const std::string& protocol) {
    const auto judge = make_face_verification({.protocol = protocol, .class_names = {}});
    for (int image = 0; image < 12000; ++image) {
      Embedding embedding;
      for (int i = 0; i < 32; ++i) {
        embedding.values.push_back(
            static_cast<signed char>(bytes[static_cast<std::size_t>(image * 32 + i)]));
      }
      std::vector<FacePair> pairs;
      const int pair = image / 2;
      if (image % 2 == 0) {
        pairs.push_back({pair, pair / 600, std::to_string(image + 1), pair % 600 < 300});
      }
      judge->add(std::to_string(image), pairs, embedding);
    }
    return judge->result(none);
  };
  const json& all = golden->at("emb_int8");
  check_all(evaluate("insightface"), all.at("insight"));
  const auto cosface = evaluate("cosface");
  check(cosface, "accuracy", all.at("cosface").at("acc_mean"));
  for (std::size_t fold = 0; fold < 10; ++fold) {
    const std::string name = "fold" + std::to_string(fold + 1);
    check(cosface, "accuracy." + name, all.at("cosface").at("acc_folds").at(fold));
    check(cosface, "threshold." + name, all.at("cosface").at("thresholds").at(fold));
  }
  check(evaluate("best-threshold"), "accuracy", all.at("glob").at("acc_best_insample"));
}

TEST_CASE("face-verification: 1,000 replicates of 6,000 pairs are affordable", "[slow]") {
  const auto file = real_data("face/golden/lfw/lfw_constructed_distances.txt");
  if (!file) return;
  const auto pairs = load_pairs(*file, 0);
  for (const std::string protocol : {"insightface", "cosface", "openface", "best-threshold"}) {
    const auto start = std::chrono::steady_clock::now();
    const auto metrics = verify(pairs, protocol, {.replicates = 1000, .seed = 1});
    const std::chrono::duration<double, std::milli> spent =
        std::chrono::steady_clock::now() - start;
    REQUIRE(metrics[0].interval95);
    std::cout << protocol << ' ' << metrics[0].value << " (" << metrics[0].interval95->low << " to "
              << metrics[0].interval95->high << "), " << spent.count() << " ms\n";
    CHECK(metrics[0].interval95->low < metrics[0].value);
    CHECK(metrics[0].value < metrics[0].interval95->high);
  }
}
