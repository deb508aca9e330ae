#pragma once
// Judges of answers. A result depends on the set of (id, truth, answer) added, never on their
// order.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/dataset.h"
#include "models/answer.h"

namespace bench {

struct Interval {
  double low = 0, high = 0;
};

/// A figure. Values are fractions (0..1) unless `unit` says otherwise; NaN where the protocol gives
/// none.
struct Metric {
  std::string name;  ///< "ap_easy", "top1", "map_11point", "ap_area.aeroplane", "accuracy", ...
  double value = 0;
  std::optional<Interval> interval95;  ///< percentile bootstrap
  std::string unit;       ///< empty: a fraction; else "images", "pairs", "threshold", ...
  bool headline = false;  ///< belongs in the one-line table of a run
  /// The value in each replicate, for differences between answers to the same images: with one
  /// seed, replicate k draws the same images.
  std::vector<double> replicates = {};
};

/// Percentile bootstrap: samples are images (or face pairs), drawn with replacement. 0 replicates:
/// none.
struct Bootstrap {
  int replicates = 1000;
  std::uint64_t seed = 1;
};

struct Tally;

class Evaluator {
 public:
  virtual ~Evaluator() = default;

  /// Takes one image's answer. Throws Error{bad_data} if the id was added before, or the answer is
  /// of the wrong kind, size or label range, naming the id.
  virtual void add(const std::string& id, const Truth& truth, const Answer& answer) = 0;

  /// Takes over everything another evaluator of the same kind and protocol has seen.
  virtual void merge(const Evaluator& other) = 0;

  virtual std::vector<Metric> result(const Bootstrap& bootstrap) const = 0;

  /// By id, what each image counts in the first figure, where that is the mean over images of what
  /// each counts alone (1 for a right class); else nothing.
  virtual std::map<std::string, double> per_image() const { return {}; }

  /// What each image adds to the fractions among the figures (evaluators/tally.h). Throws as
  /// result().
  virtual Tally tally() const = 0;

  /// Things a careful reader should know: "scores are not sorted in 12 images (first: ...)", ...
  virtual std::vector<std::string> warnings() const = 0;

  /// What the numbers mean: name and variant of the protocol, tie rule, absent-class rule, ... (one
  /// line)
  virtual std::string protocol() const = 0;
};

struct EvaluatorOptions {
  std::string protocol;                  ///< a published variant by name; empty: the official one
  std::vector<std::string> class_names;  ///< from the data set
  bool partial = false;  ///< only a part of the data set is meant to be answered (a limit was set)
};

/// "widerface-ap", "top-k", "voc-map", "mean-iou", "face-verification".
/// Throws Error{usage} for an unknown name or protocol, with the known ones.
std::unique_ptr<Evaluator> make_evaluator(std::string_view name, const EvaluatorOptions& options);

struct EvaluatorInfo {
  std::string_view name, about;
  std::vector<std::string_view> protocols;  ///< the first is the official one
};
std::span<const EvaluatorInfo> evaluators();

}  // namespace bench
