#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "bench/predictions/readers.h"
#include "bench/predictions/testing.h"
#include "datasets/voc.h"
#include "evaluators/golden_testing.h"
#include "evaluators/mean_iou.h"
#include "models/error.h"

using namespace bench;
using namespace bench::testing;
using Catch::Contains;

TEST_CASE("label maps: missing folder, missing and extra files, damaged files",
          "[voc_segmentation]") {
  const TemporaryFolder folder;
  const auto path = folder.path().string();
  ListedDataset dataset("voc-segmentation");
  dataset.add("2007_000001", LabelMap{});
  CHECK_THROWS_WITH(read_voc_segmentations("/no/such", dataset), Contains("no such folder"));
  CHECK_THROWS_WITH(read_voc_segmentations(path, dataset),
                    Contains("no label map of the data set") && Contains("2007_000001.png"));
  std::ofstream(folder.path() / "2007_000001.png") << "not a PNG";
  CHECK_THROWS_WITH(read_voc_segmentations(path, dataset), Contains("2007_000001.png"));
}

namespace {

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// PNGs of 2 x 1 pixels.
constexpr std::string_view rgb =
    "89504e470d0a1a0a0000000d49484452000000020000000108020000007b40e8dd0000000f4944415478da63686060"
    "60"
    "6060000003070081175b846e0000000049454e44ae426082";
constexpr std::string_view grey_1_255 =
    "89504e470d0a1a0a0000000d4948445200000002000000010800000000d14920560000000b4944415478da6360fc0f"
    "00"
    "0104010156dfa3b80000000049454e44ae426082";

}  // namespace

TEST_CASE("label maps: expanded palettes are refused, void is noticed", "[voc_segmentation]") {
  const TemporaryFolder folder;
  const auto path = folder.path().string();
  ListedDataset dataset("voc-segmentation");
  dataset.add("a", LabelMap{});
  const auto write = [&](std::string_view digits) {
    std::ofstream(folder.path() / "a.png", std::ios::binary) << from_hex(digits);
  };
  write(grey_1_255);
  const auto predictions = read_voc_segmentations(path, dataset);
  CHECK(std::get<LabelMap>(predictions.answers.at("a")) == LabelMap{1, 2, {1, 255}});
  REQUIRE(predictions.warnings.size() == 1);
  CHECK_THAT(predictions.warnings[0], Contains("hold the label 255") && Contains("a.png"));
  write(rgb);
  CHECK_THROWS_WITH(read_voc_segmentations(path, dataset),
                    Contains("a.png") && Contains("was the palette expanded"));
}

TEST_CASE("golden: ESPNetv2's label maps", "[voc_segmentation][golden]") {
  const Unpacked archive("voc_imagenet/golden/seg/espnet93.tar.gz");
  const auto root = real_data("voc_imagenet/voc/voc2012_seg_masks");
  const auto file = real_data("voc_imagenet/golden/seg/expected.json");
  if (!archive || !root || !file) return;
  const auto golden = nlohmann::json::parse(std::ifstream(*file)).at("espnet93");
  const auto dataset = open_voc_segmentation({*root, "", false});
  REQUIRE(dataset->size() == 93);
  const auto folder = archive.path() / "espnet93" / "pred";
  const auto predictions = read_voc_segmentations(folder.string(), *dataset);
  CHECK(predictions.warnings.empty());
  CHECK(predictions.files.size() == 93);
  std::map<std::string, std::unique_ptr<Evaluator>> evaluators;
  for (const char* protocol : {"voc", "per-image-mean", "deeplab-513-crop"}) {
    evaluators[protocol] = make_mean_iou({protocol, dataset->class_names()});
    for (std::size_t i = 0; i < dataset->size(); ++i) {
      evaluators[protocol]->add(dataset->id(i), dataset->truth(i),
                                predictions.answers.at(dataset->id(i)));
    }
  }
  const auto value = [&](const char* protocol, const std::string& name) {
    for (const Metric& metric : evaluators.at(protocol)->result({0, 1})) {
      if (metric.name == name) return metric.value;
    }
    return std::nan("");
  };
  const auto near = [](double wanted) { return Approx(wanted).margin(1e-9).epsilon(0); };
  CHECK(value("voc", "miou") == near(golden.at("miou_nanmean")));
  CHECK(value("voc", "pixel_accuracy") == near(golden.at("pixel_acc")));
  CHECK(value("voc", "mean_class_accuracy") == near(golden.at("mean_class_acc_nanmean")));
  CHECK(value("voc", "fwiou") == near(golden.at("fwiou")));
  CHECK(value("voc", "pixels") == golden.at("valid_pixels").get<double>());
  const auto& devkit = golden.at("devkit_octave_VOCevalseg").at("per_class_percent");
  for (std::size_t i = 0; i < 21; ++i) {
    const std::string& name = dataset->class_names().at(i);
    CAPTURE(name);
    CHECK(100 * value("voc", "iou." + name) == near(devkit.at(i)));
  }
  CHECK(value("per-image-mean", "miou") == near(golden.at("mean_of_per_image_miou")));
  // As numpy counts the same maps scaled and cropped by PIL.
  CHECK(value("deeplab-513-crop", "miou") == near(0.7146920493099821));
  CHECK(value("deeplab-513-crop", "pixels") == 23149501);

  // Without one file, and with a stranger.
  std::filesystem::rename(folder / "2007_000032.png", folder / "stranger.png");
  const auto fewer = read_voc_segmentations(folder.string(), *dataset);
  CHECK(fewer.answers.size() == 92);
  REQUIRE(fewer.warnings.size() == 2);
  CHECK_THAT(fewer.warnings[0], Contains("1 of 93 images have no label map"));
  CHECK_THAT(fewer.warnings[1], Contains("stranger.png"));
}
