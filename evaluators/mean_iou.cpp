#include "evaluators/mean_iou.h"

#include <fmt/format.h>

#include <algorithm>

#include "evaluators/bootstrap.h"
#include "evaluators/class_pixels.h"
#include "evaluators/scale_crop.h"
#include "evaluators/seen.h"
#include "models/registry.h"

namespace bench {
namespace {

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
    const Tally each = tally();
    const TallyFigures figures = mean_iou_figures(each);
    const std::vector<double> all = figures.values(std::vector<std::uint32_t>(seen_.size(), 1));
    auto drawn = bootstrap_values(seen_.size(), all.size(), bootstrap, figures.values);
    std::vector<Metric> metrics;
    for (std::size_t i = 0; i < all.size(); ++i) {
      metrics.push_back(
          {figures.names[i], all[i], interval95(drawn[i]), "", i == 0, std::move(drawn[i])});
    }
    append_counts(metrics);
    return metrics;
  }

  Tally tally() const override {
    Tally tally{"mean-iou", std::string(protocol_.name), names_, {}, {seen_.size()}, 4, {}};
    for (const auto& [id, record] : seen_) {
      tally.items.push_back(id);
      std::vector<double>& rows = tally.rows.emplace_back();
      for (const auto& [label, pixels] : record) {
        for (const auto number :
             {static_cast<std::int64_t>(label), pixels.truth, pixels.predicted, pixels.both}) {
          rows.push_back(static_cast<double>(number));
        }
      }
    }
    return tally;
  }

  std::vector<std::string> warnings() const override {
    std::string absent;
    const std::vector<Pixels> totals = total();
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

  std::vector<Pixels> total() const {
    std::vector<Pixels> totals(names_.size());
    for (const auto& [id, record] : seen_) {
      for (const auto& [label, pixels] : record) totals[label].add(pixels, 1);
    }
    return totals;
  }

  void append_counts(std::vector<Metric>& metrics) const {
    const std::vector<Pixels> totals = total();
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

/// The classes of each image of a tally.
std::vector<Record> records_of(const Tally& tally) {
  std::vector<Record> records;
  for (const std::vector<double>& rows : tally.rows) {
    Record& record = records.emplace_back();
    for (std::size_t at = 0; at < rows.size(); at += tally.width) {
      const auto number = [&](std::size_t k) { return std::int64_t{whole(tally, rows[at + k])}; };
      record.push_back({static_cast<std::size_t>(number(0)), {number(1), number(2), number(3)}});
      if (record.back().label < tally.names.size()) continue;
      throw Error(Fault::bad_data, "tally of mean-iou: a class beyond those named");
    }
  }
  return records;
}

double per_image_mean(const std::vector<Record>& records, std::span<const std::uint32_t> counts) {
  double sum = 0, images = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].empty()) continue;  // void from corner to corner
    std::vector<Pixels> classes;
    for (const ClassPixels& one : records[i]) classes.push_back(one.pixels);
    sum += counts[i] * mean_over_classes(classes, Mean::skip_absent);
    images += counts[i];
  }
  return sum / images;
}

std::vector<double> values_of(const std::vector<Record>& records, std::size_t classes, Mean mean,
                              std::span<const std::uint32_t> counts) {
  std::vector<Pixels> totals(classes);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (counts[i] == 0) continue;
    for (const auto& [label, pixels] : records[i]) totals[label].add(pixels, counts[i]);
  }
  std::vector<double> values = {
      mean == Mean::per_image ? per_image_mean(records, counts) : mean_over_classes(totals, mean),
      pixel_accuracy(totals), mean_class_accuracy(totals), frequency_weighted_iou(totals)};
  for (const Pixels& one : totals) {
    values.push_back(mean == Mean::recall ? one.recall() : one.iou());
  }
  return values;
}

const Protocol& find_protocol(std::string_view name) {
  return find(protocols, "protocol of mean-iou", name);
}

}  // namespace

TallyFigures mean_iou_figures(const Tally& tally) {
  const Mean mean = find_protocol(tally.protocol).mean;
  if (tally.width != 4 || tally.names.empty()) {
    throw Error(Fault::bad_data, "tally of mean-iou: rows are not those of classes");
  }
  const bool recall = mean == Mean::recall;
  TallyFigures figures{
      {recall ? "voc2007_accuracy" : "miou", "pixel_accuracy", "mean_class_accuracy", "fwiou"},
      {},
      {}};
  for (const std::string& name : tally.names) {
    figures.names.push_back((recall ? "accuracy." : "iou.") + name);
  }
  figures.right.resize(figures.names.size());
  figures.values = [records = records_of(tally), classes = tally.names.size(),
                    mean](std::span<const std::uint32_t> counts) {
    return values_of(records, classes, mean, counts);
  };
  return figures;
}

EvaluatorInfo mean_iou_info() {
  EvaluatorInfo info{"mean-iou", "intersection over union of each class, and its mean", {}};
  for (const Protocol& protocol : protocols) info.protocols.push_back(protocol.name);
  return info;
}

std::unique_ptr<Evaluator> make_mean_iou(const EvaluatorOptions& options) {
  std::vector<std::string> names = options.class_names;
  for (int i = 0; options.class_names.empty() && i < 21; ++i) names.push_back(std::to_string(i));
  return std::make_unique<MeanIou>(find_protocol(options.protocol), std::move(names));
}

}  // namespace bench
