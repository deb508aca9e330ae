#include "evaluators/flips.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "evaluators/paired.h"
#include "evaluators/parallel.h"

namespace bench {
namespace {

using Counts = std::vector<std::uint32_t>;

}  // namespace

std::vector<Flip> flips(const Tally& before, const Tally& after, const std::string& metric) {
  assert(pairable(before, after));
  const Tally both = interleaved(before, after);
  const TallyFigures from = figures_of(before), to = figures_of(after), joint = figures_of(both);
  const auto place = [&](const TallyFigures& figures) {
    return static_cast<std::size_t>(std::ranges::find(figures.names, metric) -
                                    figures.names.begin());
  };
  const std::size_t k = place(from), there = place(to);
  if (k == from.names.size() || there == to.names.size()) return {};
  std::vector<Flip> list;
  std::vector<std::size_t> items;
  for (std::size_t i = 0; i < before.items.size(); ++i) {
    if (before.rows[i] == after.rows[i]) continue;
    list.push_back({before.items[i], 0});
    items.push_back(i);
  }
  if (!from.right[k].empty() && !to.right[there].empty()) {
    for (std::size_t f = 0; f < items.size(); ++f) {
      list[f].effect = (to.right[there][items[f]] - from.right[k][items[f]]) /
                       static_cast<double>(before.items.size());
    }
  } else {
    Counts old_answers(both.items.size());
    for (std::size_t i = 0; i < old_answers.size(); i += 2) old_answers[i] = 1;
    const double value = joint.values(old_answers)[k];
    for_each_index(static_cast<int>(items.size()), before.items.size(), [&](int f) {
      Counts one_new = old_answers;
      const std::size_t i = items[static_cast<std::size_t>(f)];
      std::swap(one_new[2 * i], one_new[2 * i + 1]);
      list[static_cast<std::size_t>(f)].effect = joint.values(one_new)[k] - value;
    });
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const Flip& a, const Flip& b) { return a.effect < b.effect; });
  return list;
}

}  // namespace bench
