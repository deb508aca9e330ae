#include "evaluators/widerface_ap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "evaluators/bootstrap.h"
#include "evaluators/widerface_curve.h"
#include "evaluators/widerface_match.h"
#include "models/registry.h"

namespace bench {
namespace {

struct Rule {
  std::string_view name, about;
  FaceMatchRule match;
  ScoreRange start;  ///< low and high before any score is seen
  std::uint32_t thresholds = 1000;
};

constexpr ScoreRange matlab_start{std::numeric_limits<float>::max(),   // realmax('single')
                                  std::numeric_limits<float>::min()};  // realmin('single')
constexpr ScoreRange python_start{1, 0};
constexpr FaceMatchRule sorted{true, 1, 0.5}, as_given{false, 1, 0.5}, plain{false, 0, 0.5};

constexpr Rule rules[] = {
    {"matlab", "official tool: sorted per image, IoU >= 0.5 with +1, 1,000 thresholds", sorted,
     matlab_start, 1000},
    {"python",
     "Python port: NOT sorted, range starts at 0..1, IoU >= 0.5 with +1, 1,000 thresholds",
     as_given, python_start, 1000},
    {"iou-without-plus1", "as python, but IoU without +1", plain, python_start, 1000},
    {"thresholds-100", "as matlab, but 100 thresholds", sorted, matlab_start, 100},
    {"thresholds-10000", "as matlab, but 10,000 thresholds", sorted, matlab_start, 10000},
};

constexpr std::string_view setting_names[face_settings] = {"easy", "medium", "hard"};
using FaceCounts = std::array<std::uint64_t, face_settings>;

struct ImageFaces {
  std::vector<MatchedFace> matched;
  FaceCounts faces{};
  std::size_t detections = 0, not_finite = 0;
  bool sorted = true;
};

/// "12 images (first: 0--Parade/...)"
std::string images_where(const std::map<std::string, ImageFaces>& images, auto&& holds) {
  std::size_t count = 0;
  std::string first;
  for (const auto& [id, image] : images) {
    if (holds(image) && count++ == 0) first = id;
  }
  if (count == 0) return {};
  return fmt::format("{} of {} images (first: {})", count, images.size(), first);
}

class WiderFaceAp final : public Evaluator {
 public:
  explicit WiderFaceAp(const Rule& rule) : rule_(rule) {}

  void add(const std::string& id, const Truth& truth, const Answer& answer) override;
  void merge(const Evaluator& other) override;
  std::vector<Metric> result(const Bootstrap& bootstrap) const override;
  std::vector<std::string> warnings() const override;
  std::string protocol() const override {
    return fmt::format("widerface-ap {}: {}; scores normalised over the images scored", rule_.name,
                       rule_.about);
  }

 private:
  ScoreRange range() const;
  std::vector<std::vector<CurveStep>> steps() const;
  std::vector<std::vector<double>> replicates(const std::vector<std::vector<CurveStep>>& steps,
                                              const Bootstrap& bootstrap) const;
  void warn_of_scores(std::vector<std::string>& warnings) const;

  const Rule& rule_;
  std::map<std::string, ImageFaces> images_;
};

void WiderFaceAp::add(const std::string& id, const Truth& truth, const Answer& answer) {
  const auto* faces = std::get_if<std::vector<FaceBox>>(&truth);
  const auto* detections = std::get_if<Detections>(&answer);
  if (!faces || !detections) {
    throw Error(Fault::bad_data, fmt::format("widerface-ap: image '{}' {}", id,
                                             faces ? "was not answered with detections"
                                                   : "has no face boxes for ground truth"));
  }
  if (images_.contains(id)) {
    throw Error(Fault::bad_data, fmt::format("widerface-ap: image '{}' was added twice", id));
  }
  ImageFaces image;
  std::vector<Detection> kept = detections->items;
  image.detections = kept.size();
  image.not_finite = std::erase_if(kept, [](const auto& d) { return !std::isfinite(d.score); });
  image.sorted = std::is_sorted(kept.begin(), kept.end(),
                                [](const auto& a, const auto& b) { return a.score > b.score; });
  image.matched = match_faces(*faces, kept, rule_.match);
  for (const FaceBox& face : *faces) {
    image.faces[0] += face.easy;
    image.faces[1] += face.medium;
    image.faces[2] += face.hard;
  }
  // The official tool passes over an image without annotated boxes; its scores still take part in
  // the normalisation. All settings ignore its detections.
  if (faces->empty()) {
    for (MatchedFace& match : image.matched) match.ignored = (1 << face_settings) - 1;
  }
  images_.emplace(id, std::move(image));
}

void WiderFaceAp::merge(const Evaluator& other) {
  const auto* same = dynamic_cast<const WiderFaceAp*>(&other);
  if (!same || &same->rule_ != &rule_) {
    throw Error(Fault::usage,
                fmt::format("cannot merge '{}' into '{}'", other.protocol(), protocol()));
  }
  for (const auto& [id, image] : same->images_) {
    if (!images_.emplace(id, image).second) {
      throw Error(Fault::bad_data, fmt::format("widerface-ap: image '{}' is in both parts", id));
    }
  }
}

ScoreRange WiderFaceAp::range() const {
  ScoreRange range = rule_.start;
  for (const auto& [id, image] : images_) {
    for (const MatchedFace& match : image.matched) {
      range.low = std::min(range.low, match.score);
      range.high = std::max(range.high, match.score);
    }
  }
  return range;
}

std::vector<std::vector<CurveStep>> WiderFaceAp::steps() const {
  const ScoreRange all = range();
  std::vector<std::vector<CurveStep>> steps;
  steps.reserve(images_.size());
  for (const auto& [id, image] : images_) {
    steps.push_back(curve_steps(image.matched, all, rule_.thresholds));
  }
  return steps;
}

std::vector<std::vector<double>> WiderFaceAp::replicates(
    const std::vector<std::vector<CurveStep>>& steps, const Bootstrap& bootstrap) const {
  std::vector<FaceCounts> faces;
  for (const auto& [id, image] : images_) faces.push_back(image.faces);
  FaceCurve curve(rule_.thresholds);
  const Statistics compute = [&](std::span<const std::uint32_t> counts) {
    curve.clear();
    FaceCounts sums{};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;
      curve.add(steps[i], counts[i]);
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += faces[i][k] * counts[i];
    }
    std::vector<double> values;
    for (int k = 0; k < face_settings; ++k) {
      values.push_back(curve.average_precision(k, sums[static_cast<std::size_t>(k)]));
    }
    return values;
  };
  return bootstrap_values(steps.size(), face_settings, bootstrap, compute);
}

std::vector<Metric> WiderFaceAp::result(const Bootstrap& bootstrap) const {
  const std::vector<std::vector<CurveStep>> all = steps();
  FaceCurve curve(rule_.thresholds);
  for (const auto& each : all) curve.add(each, 1);
  FaceCounts faces{};
  std::size_t detections = 0;
  for (const auto& [id, image] : images_) {
    detections += image.detections;
    for (std::size_t k = 0; k < faces.size(); ++k) faces[k] += image.faces[k];
  }
  std::vector<std::vector<double>> drawn = replicates(all, bootstrap);
  std::vector<Metric> metrics;
  for (std::size_t k = 0; k < faces.size(); ++k) {
    metrics.push_back({fmt::format("ap_{}", setting_names[k]),
                       curve.average_precision(static_cast<int>(k), faces[k]), interval95(drawn[k]),
                       "", true, std::move(drawn[k])});
  }
  const auto count = [&](std::string name, auto value, std::string unit) {
    metrics.push_back({std::move(name), static_cast<double>(value), {}, std::move(unit), false});
  };
  for (std::size_t k = 0; k < faces.size(); ++k) {
    count(fmt::format("faces_{}", setting_names[k]), faces[k], "faces");
  }
  count("detections", detections, "detections");
  count("images", images_.size(), "images");
  return metrics;
}

std::vector<std::string> WiderFaceAp::warnings() const {
  std::vector<std::string> warnings;
  const std::string unsorted =
      images_where(images_, [](const ImageFaces& image) { return !image.sorted; });
  if (!unsorted.empty()) {
    warnings.push_back("scores do not descend in " + unsorted +
                       (rule_.match.sort
                            ? ": sorted here; the Python port would not, and gives less"
                            : ": this protocol does not sort, the official one does"));
  }
  const std::string broken =
      images_where(images_, [](const ImageFaces& image) { return image.not_finite > 0; });
  if (!broken.empty()) {
    warnings.push_back("scores are NaN or infinite in " + broken + ": those detections left out");
  }
  warn_of_scores(warnings);
  return warnings;
}

void WiderFaceAp::warn_of_scores(std::vector<std::string>& warnings) const {
  std::vector<double> scores;
  for (const auto& [id, image] : images_) {
    for (const MatchedFace& match : image.matched) scores.push_back(match.score);
  }
  if (scores.empty()) {
    warnings.push_back("there are no detections at all: every AP is 0");
    return;
  }
  std::sort(scores.begin(), scores.end());
  const double low = scores.front(), high = scores.back();
  if (const ScoreRange all = range(); all.low == all.high) {
    warnings.push_back(
        fmt::format("all scores equal {}: normalised they are 0/0, every AP is 0", low));
  }
  // One score alone on more than half of the range: most of the thresholds see nothing else.
  if (scores.size() < 10) return;
  const double second = scores[scores.size() - 2], last_but_one = scores[1];
  if (high - second > (high - low) / 2) {
    warnings.push_back(fmt::format(
        "one score, {}, stands far above the next, {}: the thresholds between see nothing", high,
        second));
  }
  if (last_but_one - low > (high - low) / 2) {
    warnings.push_back(fmt::format(
        "one score, {}, lies far below the next, {}: the thresholds between see nothing", low,
        last_but_one));
  }
}

}  // namespace

EvaluatorInfo widerface_ap_info() {
  std::vector<std::string_view> names;
  for (const Rule& rule : rules) names.push_back(rule.name);
  return {"widerface-ap", "WIDER FACE average precision: easy, medium, hard", names};
}

std::unique_ptr<Evaluator> make_widerface_ap(const EvaluatorOptions& options) {
  return std::make_unique<WiderFaceAp>(find(rules, "protocol of widerface-ap", options.protocol));
}

}  // namespace bench
