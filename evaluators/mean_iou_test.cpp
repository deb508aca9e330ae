#include "evaluators/mean_iou.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluators/golden_testing.h"
#include "models/error.h"

using namespace bench;
using Catch::Contains;

namespace {

constexpr Bootstrap no_bootstrap{0, 1};

std::unique_ptr<Evaluator> mean_iou(const std::string& protocol = "voc",
                                    std::vector<std::string> names = {}) {
  return make_mean_iou({protocol, std::move(names)});
}

double value(const Evaluator& evaluator, const std::string& name) {
  for (const Metric& metric : evaluator.result(no_bootstrap)) {
    if (metric.name == name) return metric.value;
  }
  FAIL("no metric " << name);
  return 0;
}

LabelMap row(std::vector<std::uint8_t> labels) {
  return {1, static_cast<int>(labels.size()), std::move(labels)};
}

const std::vector<std::string> three = {"background", "cat", "dog"};

/// Two images of three classes (V = 255).
/// a: truth 0 0 0 1 1 V, predicted 0 0 1 1 0 2     b: truth 0 1 1 1, predicted 0 1 1 1
void add_two(Evaluator& evaluator) {
  evaluator.add("a", row({0, 0, 0, 1, 1, 255}), row({0, 0, 1, 1, 0, 2}));
  evaluator.add("b", row({0, 1, 1, 1}), row({0, 1, 1, 1}));
}

}  // namespace

TEST_CASE("IoU by hand, with the absent class by each rule", "[mean_iou]") {
  // Over both: background t = 4, p = 4, both = 3: 3/5. cat t = 5, p = 5, both = 4: 4/6 = 2/3.
  // dog: nowhere (its one predicted pixel lies on void).
  struct Row {
    const char* protocol;
    double miou;
  };
  const Row rows[] = {
      {"voc", NAN},
      {"absent-skipped", (3. / 5 + 2. / 3) / 2},
      {"absent-zero", (3. / 5 + 2. / 3) / 3},
      {"foreground-20", 2. / 3},
      // a: background t 3, p 3, both 2: 2/4; cat t 2, p 2, both 1: 1/3: mean 5/12. b: 1.
      {"per-image-mean", (5. / 12 + 1) / 2},
  };
  for (const Row& r : rows) {
    CAPTURE(r.protocol);
    const auto evaluator = mean_iou(r.protocol, three);
    add_two(*evaluator);
    if (std::isnan(r.miou)) {
      CHECK(std::isnan(value(*evaluator, "miou")));
    } else {
      CHECK(value(*evaluator, "miou") == Approx(r.miou).epsilon(1e-14));
    }
    CHECK(value(*evaluator, "iou.background") == Approx(0.6).epsilon(1e-14));
    CHECK(value(*evaluator, "iou.cat") == Approx(2. / 3).epsilon(1e-14));
    CHECK(std::isnan(value(*evaluator, "iou.dog")));
    CHECK(value(*evaluator, "pixel_accuracy") == Approx(7. / 9).epsilon(1e-14));
    // Recalls 3/4 and 4/5.
    CHECK(value(*evaluator, "mean_class_accuracy") == Approx(0.775).epsilon(1e-14));
    // (4 * 3/5 + 5 * 2/3) / 9
    CHECK(value(*evaluator, "fwiou") == Approx((2.4 + 10. / 3) / 9).epsilon(1e-14));
    CHECK(value(*evaluator, "classes_present") == 2);
    CHECK(value(*evaluator, "pixels") == 9);
    CHECK_THAT(evaluator->warnings().at(0), Contains("no pixel of dog"));
  }
}

TEST_CASE("the VOC2007 devkit reported recall", "[mean_iou]") {
  const auto evaluator = mean_iou("voc2007-accuracy", three);
  add_two(*evaluator);
  // 3/4, 4/5, and 0 for the absent class, over 3.
  CHECK(value(*evaluator, "voc2007_accuracy") == Approx(1.55 / 3).epsilon(1e-14));
  CHECK(value(*evaluator, "accuracy.cat") == Approx(0.8).epsilon(1e-14));
}

TEST_CASE("513 crop: whole labels, cropped ones and stray labels", "[mean_iou]") {
  // 2 x 4: left half class 0, right half class 1. Scaled to 513 x 1026 the halves meet at 513; the
  // crop from int(round(256.5)) = 256 leaves 257 columns of class 0 and 256 of class 1.
  const LabelMap truth{2, 4, {0, 0, 1, 1, 0, 0, 1, 1}};
  const LabelMap zeros{2, 4, std::vector<std::uint8_t>(8)};
  const LabelMap square{513, 513, std::vector<std::uint8_t>(513 * 513)};
  for (const LabelMap& answer : {zeros, square}) {
    const auto evaluator = mean_iou("deeplab-513-crop", three);
    evaluator->add("a", truth, answer);
    CHECK(value(*evaluator, "iou.background") == 257. / 513);
    CHECK(value(*evaluator, "iou.cat") == 0);
    CHECK(value(*evaluator, "miou") == 257. / 513 / 2);
  }
  const LabelMap stray{2, 4, {0, 0, 9, 9, 0, 0, 9, 9}};  // beyond the three classes: void
  const auto evaluator = mean_iou("deeplab-513-crop", three);
  evaluator->add("a", stray, zeros);
  CHECK(value(*evaluator, "iou.background") == 1);
  CHECK_THROWS_WITH(mean_iou("voc", three)->add("a", stray, zeros),
                    Contains("image a: ground truth holds label 9, beyond 0..2 and 255"));
}

TEST_CASE("predictions of a wrong size or label are refused by name", "[mean_iou]") {
  const auto evaluator = mean_iou();
  const LabelMap truth{2, 3, {0, 0, 0, 1, 1, 255}};
  CHECK_THROWS_WITH(evaluator->add("x", truth, LabelMap{3, 2, {0, 0, 0, 0, 0, 0}}),
                    Contains("image x: the prediction is 2 x 3 pixels, should be 3 x 2"));
  CHECK_THROWS_WITH(evaluator->add("x", truth, LabelMap{2, 3, {0, 0, 0, 0, 21, 0}}),
                    Contains("image x: predicted label 21 at row 1, column 1 is beyond 0..20"));
  CHECK_THROWS_WITH(evaluator->add("x", truth, LabelMap{2, 3, {0, 0, 0, 0, 0, 255}}),
                    Contains("a prediction has no void"));
  CHECK_THROWS_WITH(evaluator->add("x", truth, LabelMap{2, 3, {0, 0, 0}}), Contains("3 labels"));
  CHECK_THROWS_WITH(evaluator->add("x", truth, LabelMap{}), Contains("image x"));
  CHECK_THROWS_WITH(evaluator->add("x", truth, Detections{}),
                    Contains("a label map as the answer"));
  CHECK(value(*evaluator, "images") == 0);
}

TEST_CASE("IoU: order and shards do not matter, intervals included", "[mean_iou]") {
  const auto forward = mean_iou("absent-skipped"), backward = mean_iou("absent-skipped"),
             shard = mean_iou("absent-skipped");
  const auto add = [](Evaluator& evaluator, int i) {
    const auto a = static_cast<std::uint8_t>(i % 21), b = static_cast<std::uint8_t>(i % 4);
    evaluator.add(std::to_string(i), row({a, a, b, 255}), row({a, b, b, b}));
  };
  for (int i = 0; i < 100; ++i) {
    add(*forward, i);
    add(i % 3 ? *backward : *shard, 99 - i);
  }
  backward->merge(*shard);
  const auto a = forward->result({200, 3}), b = backward->result({200, 3});
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].value == b[i].value);
    CHECK(a[i].interval95.has_value() == b[i].interval95.has_value());
    if (!a[i].interval95 || !b[i].interval95) continue;
    CHECK(a[i].interval95->low == b[i].interval95->low);
    CHECK(a[i].interval95->high == b[i].interval95->high);
  }
  CHECK_THROWS_WITH(mean_iou()->merge(*shard), Contains("different protocols"));
}

namespace {

/// One image whose joint histogram is the given confusion matrix.
void add_confusion(Evaluator& evaluator, const nlohmann::json& confusion) {
  LabelMap truth, predicted;
  for (std::size_t t = 0; t < confusion.size(); ++t) {
    for (std::size_t p = 0; p < confusion[t].size(); ++p) {
      const auto pixels = confusion[t][p].get<std::size_t>();
      truth.labels.insert(truth.labels.end(), pixels, static_cast<std::uint8_t>(t));
      predicted.labels.insert(predicted.labels.end(), pixels, static_cast<std::uint8_t>(p));
    }
  }
  truth.height = predicted.height = 1;
  truth.width = predicted.width = static_cast<int>(truth.labels.size());
  evaluator.add("all", truth, predicted);
}

}  // namespace

TEST_CASE("golden: confusion matrices by every rule", "[mean_iou][golden]") {
  const auto file = testing::real_data("voc_imagenet/golden/seg/expected.json");
  if (!file) return;
  const auto expected = nlohmann::json::parse(std::ifstream(*file));
  for (const auto& [name, golden] : expected.items()) {
    CAPTURE(name);
    const auto check = [&](const char* protocol, const char* metric, const char* key) {
      CAPTURE(protocol, metric);
      const auto evaluator = mean_iou(protocol);
      add_confusion(*evaluator, golden.at("confusion"));
      CHECK(value(*evaluator, metric) == Approx(golden.at(key).get<double>()).margin(1e-12));
    };
    check("absent-skipped", "miou", "miou_nanmean");
    check("absent-zero", "miou", "miou_absent_as_zero_21");
    check("foreground-20", "miou", "miou_foreground20_nanmean");
    check("voc", "pixel_accuracy", "pixel_acc");
    check("voc", "mean_class_accuracy", "mean_class_acc_nanmean");
    check("voc", "fwiou", "fwiou");
    check("voc", "pixels", "valid_pixels");
    const auto voc = mean_iou();
    add_confusion(*voc, golden.at("confusion"));
    for (std::size_t i = 0; i < 21; ++i) {
      const double iou = value(*voc, "iou." + std::to_string(i));
      const auto& wanted = golden.at("per_class").at(i);
      CHECK(std::isnan(iou) == wanted.is_null());
      if (!wanted.is_null()) CHECK(iou == Approx(wanted.get<double>()).margin(1e-12));
    }
    if (golden.contains("devkit_octave_VOCevalseg")) {
      const double percent = golden["devkit_octave_VOCevalseg"]["average_percent"];
      CHECK(100 * value(*voc, "miou") == Approx(percent).margin(1e-9));
    } else {
      CHECK(std::isnan(value(*voc, "miou")));
    }
  }
}
