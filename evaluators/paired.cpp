#include "evaluators/paired.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "evaluators/bootstrap.h"
#include "evaluators/parallel.h"
#include "evaluators/significance.h"

namespace bench {

std::vector<Difference> differences(const std::vector<Metric>& before,
                                    const std::vector<Metric>& after) {
  std::vector<Difference> list;
  for (const Metric& from : before) {
    const auto to = std::find_if(after.begin(), after.end(),
                                 [&](const Metric& other) { return other.name == from.name; });
    if (to == after.end() || !from.unit.empty()) continue;
    std::vector<double> drawn;
    for (std::size_t k = 0; k < std::min(from.replicates.size(), to->replicates.size()); ++k) {
      drawn.push_back(to->replicates[k] - from.replicates[k]);
    }
    list.push_back({from.name, to->value - from.value, interval95(std::move(drawn))});
  }
  return list;
}

std::optional<Moved> moved(const Evaluator& before, const Evaluator& after) {
  const auto from = before.per_image(), to = after.per_image();
  if (from.empty()) return std::nullopt;
  Moved count;
  for (const auto& [id, counted] : from) {
    count.lost += to.at(id) < counted;
    count.gained += to.at(id) > counted;
  }
  return count;
}

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Counts = std::vector<std::uint32_t>;
using Replicates = std::vector<std::vector<double>>;  // by replicate and figure

std::vector<double> minus(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t k = 0; k < a.size(); ++k) a[k] -= b[k];
  return a;
}

/// By replicate and figure: after - before with both sides' items counted as often. The resamples
/// are those of bootstrap_values().
Replicates resampled(const TallyFigures& before, const TallyFigures& after,
                     const std::vector<std::size_t>& groups, const Bootstrap& bootstrap) {
  const std::size_t items = std::accumulate(groups.begin(), groups.end(), std::size_t{0});
  Replicates drawn(static_cast<std::size_t>(bootstrap.replicates));
  for_each_index(bootstrap.replicates, items, [&](int replicate) {
    Counts counts(items);
    std::span<std::uint32_t> rest(counts);
    std::uint64_t stream = static_cast<std::uint64_t>(replicate) * groups.size();
    for (const std::size_t size : groups) {
      resample(rest.first(size), stream++, bootstrap.seed);
      rest = rest.subspan(size);
    }
    drawn[static_cast<std::size_t>(replicate)] = minus(after.values(counts), before.values(counts));
  });
  return drawn;
}

/// By replicate and figure: the difference after the two runs' answers to every image have been
/// exchanged or not, by lot.
Replicates exchanged(const Tally& before, const Tally& after, const Bootstrap& bootstrap) {
  const Tally both = interleaved(before, after);
  const TallyFigures joint = figures_of(both);
  Replicates drawn(static_cast<std::size_t>(bootstrap.replicates));
  for_each_index(bootstrap.replicates, before.items.size(), [&](int replicate) {
    Counts first(both.items.size()), second(both.items.size());
    for (std::size_t i = 0; i < first.size(); i += 2) {
      const auto lot = static_cast<std::uint32_t>(
          random_bits(~bootstrap.seed, static_cast<std::uint64_t>(replicate), i) >> 63);
      first[i] = second[i + 1] = lot;
      first[i + 1] = second[i] = 1 - lot;
    }
    drawn[static_cast<std::size_t>(replicate)] = minus(joint.values(second), joint.values(first));
  });
  return drawn;
}

std::vector<double> column(const Replicates& drawn, std::size_t figure) {
  std::vector<double> values;
  for (const std::vector<double>& replicate : drawn) {
    if (!std::isnan(replicate[figure])) values.push_back(replicate[figure]);
  }
  std::sort(values.begin(), values.end());
  return values;
}

// Sums of the same numbers in another order differ by less.
constexpr double rounding = 1e-12;

/// The share of `drawn` that is as far from 0 as `seen`.
double as_far(const std::vector<double>& drawn, double seen) {
  const auto count = std::count_if(drawn.begin(), drawn.end(), [&](double value) {
    return std::abs(value) >= std::abs(seen) - rounding;
  });
  return static_cast<double>(1 + count) / static_cast<double>(1 + std::ssize(drawn));
}

/// Images answered otherwise up to which the bootstrap needs the exact test beside it.
constexpr std::size_t exchanged_up_to = 1000;
/// Where more are exchanged: enough for a p of 0.0005.
constexpr int most_deals = 2000;

std::size_t count_changed(const Tally& before, const Tally& after) {
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.rows.size(); ++i) changed += before.rows[i] != after.rows[i];
  return changed;
}

Moved count_moved(const std::vector<std::uint8_t>& before, const std::vector<std::uint8_t>& after) {
  Moved moved;
  for (std::size_t i = 0; i < before.size(); ++i) {
    moved.lost += before[i] > after[i];
    moved.gained += before[i] < after[i];
  }
  return moved;
}

/// A figure asked for, and its places in the two runs' lists.
struct Chosen {
  PairedFigure figure;
  std::size_t at = 0, in_after = 0;
};

std::vector<Chosen> choose_figures(const TallyFigures& from, const TallyFigures& to,
                                   std::span<const std::string> metrics) {
  std::vector<Chosen> chosen;
  for (std::size_t k = 0; k < from.names.size(); ++k) {
    const std::string& name = from.names[k];
    const bool wanted = metrics.empty() || std::ranges::find(metrics, name) != metrics.end();
    const auto other = std::ranges::find(to.names, name);
    if (!wanted || other == to.names.end()) continue;
    chosen.push_back({{name}, k, static_cast<std::size_t>(other - to.names.begin())});
  }
  return chosen;
}

void set_values(std::vector<Chosen>& chosen, const TallyFigures& from, const TallyFigures& to,
                std::size_t items) {
  const Counts once(items, 1);
  const std::vector<double> old_values = from.values(once), new_values = to.values(once);
  for (auto& [figure, at, in_after] : chosen) {
    figure.before = old_values[at];
    figure.after = new_values[in_after];
    figure.items = static_cast<std::int64_t>(items);
    const auto &was_right = from.right[at], &is_right = to.right[in_after];
    if (was_right.empty() || is_right.empty()) continue;
    figure.moved = count_moved(was_right, is_right);
    figure.counted = from.independent && to.independent;
  }
}

/// `lots`: empty where answers were not exchanged.
void set_chance(PairedFigure& figure, std::vector<double> drawn, const std::vector<double>& lots) {
  figure.drawn = std::move(drawn);
  figure.interval95 = interval95(figure.drawn);
  figure.chance = deviation(lots);
  const bool exchanged_alone = figure.moved && !figure.counted;
  figure.p = figure.drawn.empty() ? nan : exchanged_alone ? 0 : percentile_p(figure.drawn, 0);
  if (!lots.empty()) figure.p = std::max(figure.p, as_far(lots, figure.after - figure.before));
}

/// As many deals as there are resamples; fewer where many images have to be dealt out.
Replicates dealt(const Tally& before, const Tally& after, const std::vector<Chosen>& chosen,
                 std::size_t changed, Bootstrap bootstrap) {
  const auto all = [&](auto holds) {
    return std::ranges::all_of(chosen, [&](const Chosen& one) { return holds(one.figure); });
  };
  if (all([](const PairedFigure& figure) { return figure.counted; })) return {};
  if (changed > exchanged_up_to) {
    if (all([](const PairedFigure& figure) { return figure.counted || !figure.moved; })) return {};
    bootstrap.replicates = std::min(bootstrap.replicates, most_deals);
  }
  return exchanged(before, after, bootstrap);
}

}  // namespace

bool pairable(const Tally& before, const Tally& after) {
  return before.evaluator == after.evaluator && before.protocol == after.protocol &&
         before.names == after.names && before.items == after.items &&
         before.groups == after.groups && before.width == after.width;
}

std::vector<PairedFigure> compare_tallies(const Tally& before, const Tally& after,
                                          std::span<const std::string> metrics,
                                          const Bootstrap& bootstrap) {
  assert(pairable(before, after));
  const TallyFigures from = figures_of(before), to = figures_of(after);
  std::vector<Chosen> chosen = choose_figures(from, to, metrics);
  set_values(chosen, from, to, before.items.size());
  if (before.rows == after.rows) {
    for (Chosen& one : chosen) one.figure.interval95 = Interval{0, 0};
  } else {
    const std::size_t changed = count_changed(before, after);
    const auto drawn = resampled(from, to, before.groups, bootstrap);
    const auto lots = dealt(before, after, chosen, changed, bootstrap);
    for (Chosen& one : chosen) {
      one.figure.changed = static_cast<std::int64_t>(changed);
      set_chance(one.figure, column(drawn, one.at), column(lots, one.at));
    }
  }
  std::vector<PairedFigure> figures;
  for (Chosen& one : chosen) {
    PairedFigure& figure = one.figure;
    if (figure.counted) figure.p = mcnemar(figure.moved->lost, figure.moved->gained);
    if (std::isnan(figure.after - figure.before)) figure.p = nan;
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace bench
