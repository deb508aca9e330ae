#include "evaluators/mean_iou.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "evaluators/bootstrap.h"
#include "evaluators/class_pixels.h"
#include "evaluators/scale_crop.h"
#include "evaluators/seen.h"

namespace bench {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint8_t void_label = 255;
constexpr int deeplab_size = 513;

struct Protocol {
  std::string_view name, meaning;
  Mean mean;
  bool crop = false;
};

constexpr Protocol protocols[] = {
    {"voc", "VOCevalseg: mean over all classes, background included; NaN if one is absent",
     Mean::strict},
    {"absent-skipped", "mean over the classes present in truth or prediction", Mean::skip_absent},
    {"absent-zero", "mean over all classes; an absent class counts as 0", Mean::absent_as_zero},
    {"foreground-20", "mean over the present classes but background", Mean::foreground},
    {"per-image-mean", "mean over images of each image's mean over its present classes",
     Mean::per_image},
    {"voc2007-accuracy", "VOC2007 devkit: share of each class's pixels found (recall), not IoU",
     Mean::recall},
    {"deeplab-513-crop",
     "labels scaled to a shorter side of 513 and cropped to 513 x 513; mean over present classes",
     Mean::skip_absent, true},
};

struct ClassPixels {
  std::size_t label;
  Pixels pixels;
};

/// Only the classes that occur in the image.
using Record = std::vector<ClassPixels>;

void check_size(const std::string& id, const LabelMap& map, std::string_view what) {
  if (map.height > 0 && map.width > 0 &&
      map.labels.size() ==
          static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.width)) {
    return;
  }
  throw Error(Fault::bad_data, fmt::format("image {}: {} of {} x {} pixels holds {} labels", id,
                                           what, map.width, map.height, map.labels.size()));
}

/// Source: VOCevalseg's "out of range value" and "is the wrong size".
void check_prediction(const std::string& id, const LabelMap& truth, const LabelMap& map,
                      std::size_t classes) {
  if (map.height != truth.height || map.width != truth.width) {
    throw Error(Fault::bad_data,
                fmt::format("image {}: the prediction is {} x {} pixels, should be {} x {} (write "
                            "label maps at the size of the original image)",
                            id, map.width, map.height, truth.width, truth.height));
  }
  const auto wrong = std::find_if(map.labels.begin(), map.labels.end(),
                                  [&](std::uint8_t label) { return label >= classes; });
  if (wrong == map.labels.end()) return;
  const auto at = wrong - map.labels.begin();
  throw Error(Fault::bad_data,
              fmt::format("image {}: predicted label {} at row {}, column {} is beyond 0..{}{}", id,
                          *wrong, at / map.width, at % map.width, classes - 1,
                          *wrong == void_label ? "; a prediction has no void" : ""));
}

/// joint[truth * classes + predicted]. REQUIRES predicted labels below `classes`.
std::vector<std::uint32_t> joint_histogram(const LabelMap& truth, const LabelMap& predicted,
                                           std::size_t classes) {
  std::vector<std::uint32_t> joint(256 * classes);
  for (std::size_t i = 0; i < truth.labels.size(); ++i) {
    ++joint[truth.labels[i] * classes + predicted.labels[i]];
  }
  return joint;
}

Record summarise(std::span<const std::uint32_t> joint, std::size_t classes) {
  Record record;
  for (std::size_t label = 0; label < classes; ++label) {
    Pixels pixels;
    for (std::size_t other = 0; other < classes; ++other) {
      pixels.truth += joint[label * classes + other];
      pixels.predicted += joint[other * classes + label];
    }
    pixels.both = joint[label * classes + label];
    if (pixels.present()) record.push_back({label, pixels});
  }
  return record;
}

class MeanIou : public Evaluator {
 public:
  MeanIou(const Protocol& protocol, std::vector<std::string> names)
      : protocol_(protocol), names_(std::move(names)) {}

  void add(const std::string& id, const Truth& given_truth, const Answer& answer) override {
    const auto& truth = expect<LabelMap>(given_truth, id, "a label map as ground truth");
    const auto& predicted = expect<LabelMap>(answer, id, "a label map as the answer");
    check_size(id, truth, "ground truth");
    check_size(id, predicted, "the prediction");
    if (!protocol_.crop) return count(id, truth, predicted);
    const bool cropped = predicted.height == deeplab_size && predicted.width == deeplab_size;
    if (!cropped) check_prediction(id, truth, predicted, names_.size());
    count(id, scale_and_crop(truth, deeplab_size),
          cropped ? predicted : scale_and_crop(predicted, deeplab_size));
  }

  void merge(const Evaluator& other) override { seen_.merge(same_kind(*this, other).seen_); }

  std::vector<Metric> result(const Bootstrap& bootstrap) const override {
    const auto values = [&](std::span<const std::uint32_t> counts) {
      return figures(total(counts), per_image_mean(counts));
    };
    const std::vector<double> all = values(std::vector<std::uint32_t>(seen_.size(), 1));
    auto drawn = bootstrap_values(seen_.size(), all.size(), bootstrap, values);
    const std::vector<std::string> names = figure_names();
    std::vector<Metric> metrics;
    for (std::size_t i = 0; i < all.size(); ++i) {
      metrics.push_back({names[i], all[i], interval95(drawn[i]), "", i == 0, std::move(drawn[i])});
    }
    append_counts(metrics);
    return metrics;
  }

  std::vector<std::string> warnings() const override {
    std::string absent;
    const auto totals = total(std::vector<std::uint32_t>(seen_.size(), 1));
    for (std::size_t i = 0; i < totals.size(); ++i) {
      if (!totals[i].present()) absent += (absent.empty() ? "" : ", ") + names_[i];
    }
    if (absent.empty() || seen_.size() == 0) return {};
    return {"no pixel of " + absent +
            " in ground truth or predictions: miou depends on the rule (" +
            std::string(protocol_.meaning) + ")"};
  }

  std::string protocol() const override {
    return fmt::format(
        "VOC segmentation, {} ({}); {} classes, pixels of all images together, ground truth 255 "
        "ignored",
        protocol_.name, protocol_.meaning, names_.size());
  }

 private:
  void count(const std::string& id, const LabelMap& truth, const LabelMap& predicted) {
    const std::size_t classes = names_.size();
    check_prediction(id, truth, predicted, classes);
    const auto joint = joint_histogram(truth, predicted, classes);
    const auto unknown =
        std::find_if(joint.begin() + static_cast<std::ptrdiff_t>(classes * classes),
                     joint.end() - static_cast<std::ptrdiff_t>(classes),
                     [](std::uint32_t pixels) { return pixels > 0; });
    if (!protocol_.crop && unknown != joint.end() - static_cast<std::ptrdiff_t>(classes)) {
      throw Error(
          Fault::bad_data,
          fmt::format("image {}: ground truth holds label {}, beyond 0..{} and 255", id,
                      static_cast<std::size_t>(unknown - joint.begin()) / classes, classes - 1));
    }
    seen_.add(id, summarise(joint, classes));
  }

  std::vector<Pixels> total(std::span<const std::uint32_t> counts) const {
    std::vector<Pixels> totals(names_.size());
    auto times = counts.begin();
    for (const auto& [id, record] : seen_) {
      const std::int64_t n = *times++;
      for (const auto& [label, pixels] : record) {
        totals[label].truth += n * pixels.truth;
        totals[label].predicted += n * pixels.predicted;
        totals[label].both += n * pixels.both;
      }
    }
    return totals;
  }

  double per_image_mean(std::span<const std::uint32_t> counts) const {
    if (protocol_.mean != Mean::per_image) return nan;
    double sum = 0, images = 0;
    auto times = counts.begin();
    for (const auto& [id, record] : seen_) {
      const std::uint32_t n = *times++;
      if (record.empty()) continue;  // void from corner to corner
      std::vector<Pixels> classes;
      for (const ClassPixels& one : record) classes.push_back(one.pixels);
      sum += n * mean_over_classes(classes, Mean::skip_absent);
      images += n;
    }
    return sum / images;
  }

  bool recall() const { return protocol_.mean == Mean::recall; }

  /// In the order of figure_names().
  std::vector<double> figures(const std::vector<Pixels>& totals, double per_image) const {
    std::vector<double> values = {
        protocol_.mean == Mean::per_image ? per_image : mean_over_classes(totals, protocol_.mean),
        pixel_accuracy(totals), mean_class_accuracy(totals), frequency_weighted_iou(totals)};
    for (const Pixels& one : totals) values.push_back(recall() ? one.recall() : one.iou());
    return values;
  }

  std::vector<std::string> figure_names() const {
    std::vector<std::string> names = {recall() ? "voc2007_accuracy" : "miou", "pixel_accuracy",
                                      "mean_class_accuracy", "fwiou"};
    for (const std::string& name : names_) {
      names.push_back((recall() ? "accuracy." : "iou.") + name);
    }
    return names;
  }

  void append_counts(std::vector<Metric>& metrics) const {
    const auto totals = total(std::vector<std::uint32_t>(seen_.size(), 1));
    double pixels = 0, present = 0;
    for (const Pixels& one : totals) {
      pixels += static_cast<double>(one.truth);
      present += one.present();
    }
    metrics.push_back({"classes_present", present, {}, "classes", false});
    metrics.push_back({"pixels", pixels, {}, "pixels", false});
    metrics.push_back({"images", static_cast<double>(seen_.size()), {}, "images", false});
  }

  Protocol protocol_;
  std::vector<std::string> names_;
  Seen<Record> seen_;
};

}  // namespace

EvaluatorInfo mean_iou_info() {
  EvaluatorInfo info{"mean-iou", "intersection over union of each class, and its mean", {}};
  for (const Protocol& protocol : protocols) info.protocols.push_back(protocol.name);
  return info;
}

std::unique_ptr<Evaluator> make_mean_iou(const EvaluatorOptions& options) {
  const auto* protocol =
      std::find_if(std::begin(protocols), std::end(protocols),
                   [&](const Protocol& one) { return one.name == options.protocol; });
  std::vector<std::string> names = options.class_names;
  for (int i = 0; options.class_names.empty() && i < 21; ++i) names.push_back(std::to_string(i));
  return std::make_unique<MeanIou>(*protocol, std::move(names));
}

}  // namespace bench
