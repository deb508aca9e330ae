#include "bench/flip_pairs.h"

#include <algorithm>

namespace bench::drawing {
namespace {

// Sets the bounds of the threshold in decisions first..first + size of one fold.
void bound_threshold(std::vector<PairDecision>& decisions, std::size_t first, std::size_t size) {
  std::optional<double> accepted, rejected;
  for (std::size_t i = first; i < first + size; ++i) {
    const PairDecision& one = decisions[i];
    if (one.taken_same) accepted = std::max(accepted.value_or(one.distance), one.distance);
    if (!one.taken_same) rejected = std::min(rejected.value_or(one.distance), one.distance);
  }
  for (std::size_t i = first; i < first + size; ++i) {
    decisions[i].accepted = accepted;
    decisions[i].rejected = rejected;
  }
}

}  // namespace

std::map<std::string, PairDecision> pair_decisions(const Tally& tally, const std::string& metric) {
  if (tally.evaluator != "face-verification") return {};
  const TallyFigures figures = figures_of(tally);
  const auto named = std::ranges::find(figures.names, metric);
  if (named == figures.names.end()) return {};
  const auto& right = figures.right[static_cast<std::size_t>(named - figures.names.begin())];
  if (right.empty()) return {};
  std::vector<PairDecision> decisions;
  for (std::size_t fold = 0; fold < tally.groups.size(); ++fold) {
    const std::size_t first = decisions.size();
    for (std::size_t i = first; i < first + tally.groups[fold]; ++i) {
      const std::vector<double>& row = tally.rows[i];
      const bool same = row[0] != 0;
      decisions.push_back({same, row[row.size() > 2 ? 1 + fold : 1], same == (right[i] != 0)});
    }
    bound_threshold(decisions, first, tally.groups[fold]);
  }
  std::map<std::string, PairDecision> by_name;
  for (std::size_t i = 0; i < decisions.size(); ++i) by_name[tally.items[i]] = decisions[i];
  return by_name;
}

}  // namespace bench::drawing
