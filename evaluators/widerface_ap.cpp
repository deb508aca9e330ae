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
  Tally tally() const override;
  std::vector<std::string> warnings() const override;
  std::string protocol() const override {
    return fmt::format("widerface-ap {}: {}; scores normalised over the images scored", rule_.name,
                       rule_.about);
  }

 private:
  ScoreRange range() const;
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

Tally WiderFaceAp::tally() const {
  Tally tally{"widerface-ap",   std::string(rule_.name), {"face"}, {},
              {images_.size()}, 1 + 2 * face_settings,   {}};
  const ScoreRange all = range();
  for (const auto& [id, image] : images_) {
    tally.items.push_back(id);
    std::vector<double>& rows = tally.rows.emplace_back(tally.width);
    std::copy(image.faces.begin(), image.faces.end(), rows.begin() + 1);
    for (const CurveStep& step : curve_steps(image.matched, all, rule_.thresholds)) {
      rows.push_back(step.threshold);
      rows.insert(rows.end(), step.proposals.begin(), step.proposals.end());
      rows.insert(rows.end(), step.found.begin(), step.found.end());
    }
  }
  return tally;
}

std::vector<Metric> WiderFaceAp::result(const Bootstrap& bootstrap) const {
  const Tally each = tally();
  const TallyFigures figures = widerface_figures(each);
  const std::vector<double> all = figures.values(std::vector<std::uint32_t>(images_.size(), 1));
  auto drawn = bootstrap_values(images_.size(), all.size(), bootstrap, figures.values);
  std::vector<Metric> metrics;
  for (std::size_t k = 0; k < all.size(); ++k) {
    metrics.push_back(
        {figures.names[k], all[k], interval95(drawn[k]), "", true, std::move(drawn[k])});
  }
  FaceCounts faces{};
  std::size_t detections = 0;
  for (const auto& [id, image] : images_) {
    detections += image.detections;
    for (std::size_t k = 0; k < faces.size(); ++k) faces[k] += image.faces[k];
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

/// A tally's image.
struct ImageSteps {
  FaceCounts faces{};
  std::vector<CurveStep> steps;
};

std::vector<ImageSteps> steps_of(const Tally& tally, std::uint32_t thresholds) {
  std::vector<ImageSteps> images;
  for (std::size_t i = 0; i < tally.rows.size(); ++i) {
    const std::vector<double>& rows = tally.rows[i];
    const auto fail = [&](const char* what) {
      throw Error(Fault::bad_data,
                  fmt::format("tally of widerface-ap: {}: {}", tally.items[i], what));
    };
    if (rows.empty()) fail("its faces are not counted");
    ImageSteps& image = images.emplace_back();
    for (std::size_t k = 0; k < face_settings; ++k) {
      image.faces[k] = whole(tally, rows[1 + k]);
    }
    for (std::size_t at = tally.width; at < rows.size(); at += tally.width) {
      CurveStep& step = image.steps.emplace_back();
      step.threshold = whole(tally, rows[at]);
      if (step.threshold >= thresholds) fail("a threshold beyond the last");
      for (std::size_t k = 0; k < face_settings; ++k) {
        step.proposals[k] = whole(tally, rows[at + 1 + k]);
        step.found[k] = whole(tally, rows[at + 1 + face_settings + k]);
      }
    }
  }
  return images;
}

std::vector<double> values_of(const std::vector<ImageSteps>& images, std::uint32_t thresholds,
                              std::span<const std::uint32_t> counts) {
  FaceCurve curve(thresholds);
  FaceCounts sums{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    curve.add(images[i].steps, counts[i]);
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += images[i].faces[k] * counts[i];
  }
  std::vector<double> values;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    values.push_back(curve.average_precision(static_cast<int>(k), sums[k]));
  }
  return values;
}

}  // namespace

TallyFigures widerface_figures(const Tally& tally) {
  const Rule& rule = find(rules, "protocol of widerface-ap", tally.protocol);
  if (tally.width != 1 + 2 * face_settings) {
    throw Error(Fault::bad_data, "tally of widerface-ap: rows are not those of thresholds");
  }
  TallyFigures figures;
  for (const std::string_view name : setting_names) {
    figures.names.push_back(fmt::format("ap_{}", name));
  }
  figures.right.resize(figures.names.size());
  figures.values = [images = steps_of(tally, rule.thresholds),
                    thresholds = rule.thresholds](std::span<const std::uint32_t> counts) {
    return values_of(images, thresholds, counts);
  };
  return figures;
}

EvaluatorInfo widerface_ap_info() {
  std::vector<std::string_view> names;
  for (const Rule& rule : rules) names.push_back(rule.name);
  return {"widerface-ap", "WIDER FACE average precision: easy, medium, hard", names};
}

std::unique_ptr<Evaluator> make_widerface_ap(const EvaluatorOptions& options) {
  return std::make_unique<WiderFaceAp>(find(rules, "protocol of widerface-ap", options.protocol));
}

}  // namespace bench
