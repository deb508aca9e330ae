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

/// One figure: the mean of what every image counts.
struct Column {
  std::string name;
  Rule rule;
  int k;
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
    const Tally all = tally_of(columns);
    const Statistics mean = top_k_figures(all).values;
    const std::vector<double> means = mean(std::vector<std::uint32_t>(seen_.size(), 1));
    auto drawn = bootstrap_values(seen_.size(), columns.size(), bootstrap, mean);
    std::vector<Metric> metrics;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      metrics.push_back({columns[i].name, means[i], interval95(drawn[i]), "", columns[i].headline,
                         std::move(drawn[i])});
    }
    append_counts(metrics);
    return metrics;
  }

  /// Of the defined figures, without the bounds of ties, which another run may not have.
  Tally tally() const override {
    std::vector<Column> columns = official();
    if (few_classes() > 0) columns.pop_back();
    return tally_of(columns);
  }

  Tally tally_of(const std::vector<Column>& columns) const {
    Tally tally{"top-k", std::string(protocol_.name), {}, {}, {seen_.size()}, 1, {}};
    for (const Column& column : columns) tally.names.push_back(column.name);
    tally.width = columns.size();
    const bool few = few_classes() > 0;
    for (const auto& [id, standing] : seen_) {
      tally.items.push_back(id);
      std::vector<double>& row = tally.rows.emplace_back();
      for (const Column& column : columns) {
        const bool defined = column.k == 1 || !few;
        row.push_back(defined ? counted(standing, column)
                              : std::numeric_limits<double>::quiet_NaN());
      }
    }
    return tally;
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
  static double counted(const Standing& standing, const Column& column) {
    return standing.listed ? column.rule(standing, column.k) : 0;
  }

  std::vector<Column> official() const {
    std::vector<Column> columns;
    for (int k : ks) columns.push_back({fmt::format("top{}", k), protocol_.rule, k, true});
    return columns;
  }

  std::vector<Column> tabulate() const {
    std::vector<Column> columns = official();
    for (std::size_t i = 0; i < ks.size(); ++i) {
      if (!ambiguous(i)) continue;
      const std::string name = fmt::format("top{}", ks[i]);
      columns.push_back({name + "_pessimistic", pessimistic, ks[i]});
      columns.push_back({name + "_optimistic", optimistic, ks[i]});
    }
    return columns;
  }

  void append_counts(std::vector<Metric>& metrics) const {
    for (std::size_t i = 0; i < ks.size(); ++i) {
      double hits = 0;
      const std::string name = fmt::format("top{}", ks[i]);
      const bool defined = ks[i] == 1 || few_classes() == 0;
      if (!defined) hits = std::numeric_limits<double>::quiet_NaN();
      for (const auto& [id, standing] : seen_) {
        hits += counted(standing, {name, protocol_.rule, ks[i]});
      }
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

TallyFigures top_k_figures(const Tally& tally) {
  TallyFigures figures{tally.names, {}, std::vector<std::vector<std::uint8_t>>(tally.width)};
  for (std::size_t item = 0; item < tally.rows.size(); ++item) {
    if (tally.names.size() == tally.width && tally.rows[item].size() == tally.width) continue;
    throw Error(Fault::bad_data, "tally of top-k: not one row of figures for " + tally.items[item]);
  }
  for (std::size_t k = 0; k < tally.width; ++k) {
    const auto whole = [&](const auto& row) { return row[k] == 0 || row[k] == 1; };
    if (!std::all_of(tally.rows.begin(), tally.rows.end(), whole)) continue;
    for (const auto& row : tally.rows) figures.right[k].push_back(row[k] == 1);
  }
  figures.values = [&tally](std::span<const std::uint32_t> counts) {
    std::vector<double> sums(tally.width);
    double drawn = 0;
    for (std::size_t i = 0; i < tally.rows.size(); ++i) {
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += tally.rows[i][k] * counts[i];
      drawn += counts[i];
    }
    for (double& sum : sums) sum /= drawn;  // NaN without images
    return sums;
  };
  return figures;
}

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
