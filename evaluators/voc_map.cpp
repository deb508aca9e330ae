#include "evaluators/voc_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evaluators/average_precision.h"
#include "evaluators/bootstrap.h"
#include "evaluators/seen.h"
#include "evaluators/voc_match.h"
#include "evaluators/voc_rules.h"
#include "models/registry.h"

namespace bench {
namespace {

/// What is kept of an image: matching needs no other one.
struct Record {
  std::vector<Judged> detections;
  std::vector<int> positives;  ///< label of each object to be found
};

double rounded(double value, int decimals) {
  return std::stod(fmt::format("{:.{}f}", value, decimals));
}

std::vector<Detection> as_written(std::vector<Detection> detections) {
  for (auto& [label, score, box, order] : detections) {
    score = rounded(score, 3);
    box = {rounded(box.x1, 1), rounded(box.y1, 1), rounded(box.x2, 1), rounded(box.y2, 1)};
  }
  return detections;
}

constexpr double object_row = 3;

std::vector<Judged> in_given_order(std::vector<Judged> detections) {
  std::sort(detections.begin(), detections.end(),
            [](const Judged& a, const Judged& b) { return a.position < b.position; });
  return detections;
}

void fill(Ranking& ranking, std::vector<Judged>& judged, const VocRules& rules) {
  std::sort(judged.begin(), judged.end(),
            [&](const Judged& a, const Judged& b) { return ranks_before(a, b, rules); });
  for (const Judged& one : judged) {
    if (one.outcome == Outcome::ignored) ++ranking.ignored;
    if (one.outcome == Outcome::miss) ranking.misses.push_back(one.image);
    if (one.outcome != Outcome::hit) continue;
    ranking.hits.push_back(one.image);
    ranking.misses_before.push_back(ranking.misses.size());
  }
}

/// One Ranking per class.
std::vector<Ranking> rank(const Tally& tally, const VocRules& rules) {
  std::vector<Ranking> rankings(tally.names.size());
  std::vector<std::vector<Judged>> judged(tally.names.size());
  for (std::size_t image = 0; image < tally.rows.size(); ++image) {
    const std::vector<double>& rows = tally.rows[image];
    for (std::size_t at = 0; at < rows.size(); at += tally.width) {
      const std::size_t label = whole(tally, rows[at]);
      const std::uint32_t order = whole(tally, rows[at + 2]), outcome = whole(tally, rows[at + 3]);
      if (label >= judged.size() || outcome > object_row) {
        throw Error(Fault::bad_data, fmt::format("tally of voc-map: {}: no such class, or outcome",
                                                 tally.items[image]));
      }
      const auto number = static_cast<std::uint32_t>(image);
      if (outcome == object_row) {
        rankings[label].positives.push_back(number);
      } else {
        judged[label].push_back({rows[at + 1], static_cast<int>(order), number,
                                 static_cast<int>(at / tally.width), static_cast<int>(label),
                                 static_cast<Outcome>(outcome)});
      }
    }
  }
  for (std::size_t i = 0; i < judged.size(); ++i) fill(rankings[i], judged[i], rules);
  return rankings;
}

/// In the order of figure_names().
std::vector<double> figures(const std::vector<Ranking>& rankings, const VocRules& rules,
                            std::span<const std::uint32_t> counts) {
  std::vector<double> eleven, area;
  double sum_eleven = 0, sum_area = 0, classes = 0;
  for (const Ranking& ranking : rankings) {
    AveragePrecision ap = average_precision(ranking, counts);
    if (ap.positives > 0) {
      ++classes;
      sum_area += ap.area;
      if (!std::isnan(ap.eleven_point)) sum_eleven += ap.eleven_point;
      if (std::isnan(ap.eleven_point) && !rules.nan_head) ap.eleven_point = 0;
    } else if (rules.nan_absent) {
      ap.eleven_point = ap.area;  // NaN
    }
    eleven.push_back(ap.eleven_point);
    area.push_back(ap.area);
  }
  std::vector<double> values = {sum_eleven / classes, sum_area / classes};
  values.insert(values.end(), eleven.begin(), eleven.end());
  values.insert(values.end(), area.begin(), area.end());
  return values;
}

std::vector<std::string> figure_names(const std::vector<std::string>& classes) {
  std::vector<std::string> names = {"map_11point", "map_area"};
  for (const char* kind : {"ap_11point.", "ap_area."}) {
    for (const std::string& name : classes) names.push_back(kind + name);
  }
  return names;
}

class VocMap : public Evaluator {
 public:
  VocMap(const VocRules& rules, std::vector<std::string> names)
      : rules_(rules), names_(std::move(names)) {}

  void add(const std::string& id, const Truth& truth, const Answer& answer) override {
    const auto& objects = expect<std::vector<ObjectBox>>(truth, id, "boxes as ground truth");
    const auto& detections = expect<Detections>(answer, id, "detections as the answer").items;
    check(id, objects, detections);
    Record record{match(rules_.rounded ? as_written(detections) : detections, objects, rules_), {}};
    for (const ObjectBox& object : objects) {
      const bool counts = !object.difficult || rules_.difficult == VocRules::Difficult::counted;
      if (counts) record.positives.push_back(object.label);
    }
    seen_.add(id, std::move(record));
  }

  void merge(const Evaluator& other) override { seen_.merge(same_kind(*this, other).seen_); }

  std::vector<Metric> result(const Bootstrap& bootstrap) const override {
    const Tally each = tally();
    const std::vector<Ranking> rankings = rank(each, rules_);
    const auto values = [&](std::span<const std::uint32_t> counts) {
      return figures(rankings, rules_, counts);
    };
    const std::vector<double> all = values(std::vector<std::uint32_t>(seen_.size(), 1));
    auto drawn = bootstrap_values(seen_.size(), all.size(), bootstrap, values);
    const std::vector<std::string> names = figure_names(names_);
    std::vector<Metric> metrics;
    for (std::size_t i = 0; i < all.size(); ++i) {
      metrics.push_back({names[i], all[i], interval95(drawn[i]), "", i < 2, std::move(drawn[i])});
    }
    append_counts(metrics, rankings);
    return metrics;
  }

  Tally tally() const override {
    Tally tally{"voc-map", std::string(rules_.name), names_, {}, {seen_.size()}, 4, {}};
    for (const auto& [id, record] : seen_) {
      tally.items.push_back(id);
      std::vector<double>& rows = tally.rows.emplace_back();
      for (const Judged& one : in_given_order(record.detections)) {
        rows.insert(rows.end(), {static_cast<double>(one.label), one.score,
                                 static_cast<double>(one.order), static_cast<double>(one.outcome)});
      }
      for (const int label : record.positives) {
        rows.insert(rows.end(), {static_cast<double>(label), 0, 0, object_row});
      }
    }
    return tally;
  }

  std::vector<std::string> warnings() const override {
    std::string absent, silent;
    const Tally each = tally();
    const std::vector<Ranking> rankings = rank(each, rules_);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (rankings[i].positives.empty()) absent += " " + names_[i];
      if (!rankings[i].positives.empty() && detections_in(rankings[i]) == 0) {
        silent += " " + names_[i];
      }
    }
    std::vector<std::string> warnings;
    if (!absent.empty()) warnings.push_back("left out of the means, no object counts:" + absent);
    if (!silent.empty())
      warnings.push_back("AP is 0, there are objects but no detections:" + silent);
    return warnings;
  }

  std::string protocol() const override {
    constexpr std::string_view difficult[] = {"ignored", "dropped", "counted"};
    return fmt::format(
        "VOC detection, {} ({}); IoU {} {}{}{}, difficult objects {}, {}, equal scores {}; "
        "11-point "
        "and area AP, means over the classes with objects",
        rules_.name, rules_.about, rules_.strict ? ">" : ">=", rules_.iou,
        rules_.pixel > 0 ? " of inclusive corners (+1)" : " without +1",
        rules_.rounded ? " of rounded boxes" : "",
        difficult[static_cast<std::size_t>(rules_.difficult)],
        rules_.second_choice ? "second choice" : "no second choice",
        rules_.ties_reversed ? "in reverse file order" : "in file order");
  }

 private:
  void check(const std::string& id, const std::vector<ObjectBox>& objects,
             const std::vector<Detection>& detections) const {
    const auto known = [&](int label) {
      return label >= 0 && static_cast<std::size_t>(label) < names_.size();
    };
    for (const ObjectBox& object : objects) {
      if (known(object.label)) continue;
      throw Error(Fault::bad_data, fmt::format("image {}: an object of class {}, beyond 0..{}", id,
                                               object.label, names_.size() - 1));
    }
    for (std::size_t i = 0; i < detections.size(); ++i) {
      const auto& [label, score, box, order] = detections[i];
      if (!known(label)) {
        throw Error(Fault::bad_data,
                    fmt::format("image {}: detection {} is of class {}, beyond 0..{}", id, i, label,
                                names_.size() - 1));
      }
      if (std::isfinite(score + box.x1 + box.y1 + box.x2 + box.y2)) continue;
      throw Error(
          Fault::bad_data,
          fmt::format("image {}: detection {} has a score or corner that is no finite number", id,
                      i));
    }
  }

  static std::size_t detections_in(const Ranking& ranking) {
    return ranking.hits.size() + ranking.misses.size() + ranking.ignored;
  }

  void append_counts(std::vector<Metric>& metrics, const std::vector<Ranking>& rankings) const {
    double classes = 0;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const double objects = static_cast<double>(rankings[i].positives.size());
      const double detections = static_cast<double>(detections_in(rankings[i]));
      metrics.push_back({"objects." + names_[i], objects, {}, "objects", false});
      metrics.push_back({"detections." + names_[i], detections, {}, "detections", false});
      classes += objects > 0;
    }
    metrics.push_back({"classes_averaged", classes, {}, "classes", false});
    metrics.push_back({"images", static_cast<double>(seen_.size()), {}, "images", false});
  }

  VocRules rules_;
  std::vector<std::string> names_;
  Seen<Record> seen_;
};

}  // namespace

std::unique_ptr<Evaluator> make_voc_map(const VocRules& rules,
                                        std::vector<std::string> class_names) {
  return std::make_unique<VocMap>(rules, std::move(class_names));
}

TallyFigures voc_map_figures(const Tally& tally) {
  if (tally.width != 4 || tally.names.empty()) {
    throw Error(Fault::bad_data, "tally of voc-map: rows are not those of detections");
  }
  const VocRules& rules = find(voc_protocols(), "protocol of voc-map", tally.protocol);
  TallyFigures result{figure_names(tally.names), {}, {}};
  result.right.resize(result.names.size());
  result.values = [rankings = rank(tally, rules), &rules](std::span<const std::uint32_t> counts) {
    return figures(rankings, rules, counts);
  };
  return result;
}

EvaluatorInfo voc_map_info() {
  EvaluatorInfo info{"voc-map", "mean average precision over classes, 11-point and area", {}};
  for (const VocRules& rules : voc_protocols()) info.protocols.push_back(rules.name);
  return info;
}

std::unique_ptr<Evaluator> make_voc_map(const EvaluatorOptions& options) {
  const auto protocols = voc_protocols();
  const auto rules = std::find_if(protocols.begin(), protocols.end(), [&](const VocRules& one) {
    return one.name == options.protocol;
  });
  std::vector<std::string> names = options.class_names;
  for (int i = 0; options.class_names.empty() && i < 20; ++i) names.push_back(std::to_string(i));
  return make_voc_map(*rules, std::move(names));
}

}  // namespace bench
