#include "evaluators/top_k.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "evaluators/bootstrap.h"
#include "evaluators/seen.h"

namespace bench {
namespace {

constexpr std::array<int, 2> ks = {1, 5};

/// Where the right class stands in one answer.
struct Standing {
  bool listed = false;
  int above = 0;                          ///< classes that score more
  int tied = 1;                           ///< classes that score the same, itself included
  int tied_lower = 0;                     ///< those of them with a lower index
  int classes = 0;                        ///< listed in the answer
  std::array<bool, ks.size()> ambiguous;  ///< the k-th and the next best score are equal
};

using Rule = double (*)(const Standing&, int k);

double low_index(const Standing& s, int k) { return s.above + s.tied_lower < k; }
double high_index(const Standing& s, int k) { return s.above + s.tied - 1 - s.tied_lower < k; }
double pessimistic(const Standing& s, int k) { return s.above + s.tied <= k; }
double optimistic(const Standing& s, int k) { return s.above < k; }
double expected(const Standing& s, int k) {
  return std::clamp(static_cast<double>(k - s.above) / s.tied, 0.0, 1.0);
}

struct Protocol {
  std::string_view name;
  Rule rule;
  std::string_view ties;
};

constexpr Protocol protocols[] = {
    {"low-index", low_index, "of equal scores the lower class index wins"},
    {"high-index", high_index, "of equal scores the higher class index wins"},
    {"pessimistic", pessimistic, "the right class loses every tie"},
    {"optimistic", optimistic, "the right class wins every tie"},
    {"expected", expected, "ties are drawn by lot, and the mean outcome counts"},
};

void check(const std::string& id, const ClassScores& answer, std::size_t classes) {
  if (answer.best.empty()) throw Error(Fault::bad_data, "image " + id + ": no class is listed");
  std::vector<bool> listed(classes);
  for (const auto& [label, score] : answer.best) {
    if (label < 0 || static_cast<std::size_t>(label) >= classes) {
      throw Error(Fault::bad_data,
                  fmt::format("image {}: class {} is not within 0..{}", id, label, classes - 1));
    }
    if (std::isnan(score)) {
      throw Error(Fault::bad_data,
                  fmt::format("image {}: the score of class {} is NaN", id, label));
    }
    if (listed[static_cast<std::size_t>(label)]) {
      throw Error(Fault::bad_data, fmt::format("image {}: class {} is listed twice", id, label));
    }
    listed[static_cast<std::size_t>(label)] = true;
  }
}

Standing stand(int right, const ClassScores& answer) {
  Standing s;
  s.classes = static_cast<int>(answer.best.size());
  std::vector<float> scores;
  for (const ScoredClass& one : answer.best) scores.push_back(one.score);
  std::sort(scores.begin(), scores.end(), std::greater<>());
  for (std::size_t i = 0; i < ks.size(); ++i) {
    const auto k = static_cast<std::size_t>(ks[i]);
    s.ambiguous[i] = scores.size() > k && scores[k - 1] == scores[k];
  }
  const auto own = std::find_if(answer.best.begin(), answer.best.end(),
                                [&](const ScoredClass& one) { return one.label == right; });
  if (own == answer.best.end()) return s;
  s.listed = true;
  s.tied = 0;
  for (const ScoredClass& one : answer.best) {
    s.above += one.score > own->score;
    s.tied += one.score == own->score;
    s.tied_lower += one.score == own->score && one.label < right;
  }
  return s;
}

/// One figure over all images: the mean of `hits`.
struct Column {
  std::string name;
  std::vector<double> hits;
  bool headline = false;
};

class TopK : public Evaluator {
 public:
  TopK(const Protocol& protocol, std::size_t classes) : protocol_(protocol), classes_(classes) {}

  void add(const std::string& id, const Truth& truth, const Answer& answer) override {
    const auto& label = expect<ClassLabel>(truth, id, "a class label as ground truth");
    const auto& scores = expect<ClassScores>(answer, id, "class scores as the answer");
    check(id, scores, classes_);
    seen_.add(id, stand(label.index, scores));
  }

  void merge(const Evaluator& other) override { seen_.merge(same_kind(*this, other).seen_); }

  std::vector<Metric> result(const Bootstrap& bootstrap) const override {
    const std::vector<Column> columns = tabulate();
    const auto mean = [&](std::span<const std::uint32_t> counts) {
      std::vector<double> means;
      for (const Column& column : columns) means.push_back(mean_of(column.hits, counts));
      return means;
    };
    const std::vector<std::uint32_t> once(seen_.size(), 1);
    const std::vector<double> means = mean(once);
    auto drawn = bootstrap_values(seen_.size(), columns.size(), bootstrap, mean);
    std::vector<Metric> metrics;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      metrics.push_back({columns[i].name, means[i], interval95(drawn[i]), "", columns[i].headline,
                         std::move(drawn[i])});
    }
    append_counts(metrics);
    return metrics;
  }

  std::map<std::string, double> per_image() const override {
    std::map<std::string, double> hits;
    for (const auto& [id, standing] : seen_) {
      hits[id] = standing.listed ? protocol_.rule(standing, 1) : 0;
    }
    return hits;
  }

  std::vector<std::string> warnings() const override {
    std::vector<std::string> warnings;
    if (const auto few = few_classes()) {
      warnings.push_back(fmt::format(
          "{} of {} answers list fewer than 5 classes: top5 is not defined", few, seen_.size()));
    }
    if (const auto tied = ambiguous(0)) {
      warnings.push_back(fmt::format(
          "the best score is shared in {} of {} images: quote the tie rule ({}) with the figure",
          tied, seen_.size(), protocol_.name));
    }
    return warnings;
  }

  std::string protocol() const override {
    return fmt::format("ImageNet top-1 and top-5 over {} classes; ties: {} ({})", classes_,
                       protocol_.name, protocol_.ties);
  }

 private:
  static double mean_of(const std::vector<double>& hits, std::span<const std::uint32_t> counts) {
    double sum = 0, drawn = 0;
    for (std::size_t i = 0; i < hits.size(); ++i) {
      sum += hits[i] * counts[i];
      drawn += counts[i];
    }
    return sum / drawn;  // NaN without images
  }

  Column column(std::string name, Rule rule, int k, bool headline) const {
    Column column{std::move(name), {}, headline};
    const bool defined = k == 1 || few_classes() == 0;
    for (const auto& [id, standing] : seen_) {
      column.hits.push_back(!defined          ? std::numeric_limits<double>::quiet_NaN()
                            : standing.listed ? rule(standing, k)
                                              : 0);
    }
    return column;
  }

  std::vector<Column> tabulate() const {
    std::vector<Column> columns;
    for (int k : ks) columns.push_back(column(fmt::format("top{}", k), protocol_.rule, k, true));
    for (std::size_t i = 0; i < ks.size(); ++i) {
      if (!ambiguous(i)) continue;
      const std::string name = fmt::format("top{}", ks[i]);
      columns.push_back(column(name + "_pessimistic", pessimistic, ks[i], false));
      columns.push_back(column(name + "_optimistic", optimistic, ks[i], false));
    }
    return columns;
  }

  void append_counts(std::vector<Metric>& metrics) const {
    for (std::size_t i = 0; i < ks.size(); ++i) {
      double hits = 0;
      const std::string name = fmt::format("top{}", ks[i]);
      for (double hit : column(name, protocol_.rule, ks[i], false).hits) hits += hit;
      metrics.push_back({name + "_hits", hits, {}, "images", false});
      metrics.push_back({name + "_tied", static_cast<double>(ambiguous(i)), {}, "images", false});
    }
    metrics.push_back({"images", static_cast<double>(seen_.size()), {}, "images", false});
  }

  std::size_t few_classes() const {
    return static_cast<std::size_t>(std::count_if(seen_.begin(), seen_.end(), [](const auto& one) {
      return one.second.classes < ks.back();
    }));
  }

  std::size_t ambiguous(std::size_t which) const {
    return static_cast<std::size_t>(std::count_if(
        seen_.begin(), seen_.end(), [&](const auto& one) { return one.second.ambiguous[which]; }));
  }

  Protocol protocol_;
  std::size_t classes_;
  Seen<Standing> seen_;
};

}  // namespace

EvaluatorInfo top_k_info() {
  EvaluatorInfo info{
      "top-k", "share of images whose class is the best, or among the best five", {}};
  for (const Protocol& protocol : protocols) info.protocols.push_back(protocol.name);
  return info;
}

std::unique_ptr<Evaluator> make_top_k(const EvaluatorOptions& options) {
  const auto* protocol =
      std::find_if(std::begin(protocols), std::end(protocols),
                   [&](const Protocol& one) { return one.name == options.protocol; });
  const std::size_t classes = options.class_names.empty() ? 1000 : options.class_names.size();
  return std::make_unique<TopK>(*protocol, classes);
}

}  // namespace bench
