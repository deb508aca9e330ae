#include "evaluators/average_precision.h"

#include <algorithm>
#include <limits>

namespace bench {
namespace {

/// The state after one hit.
struct Step {
  std::uint64_t found;  ///< hits so far
  std::uint64_t gain;   ///< hits this step adds
  double precision;
};

std::vector<Step> walk(const Ranking& ranking, std::span<const std::uint32_t> counts) {
  std::vector<Step> steps;
  steps.reserve(ranking.hits.size());
  std::uint64_t hits = 0, misses = 0;
  std::size_t miss = 0;
  for (std::size_t i = 0; i < ranking.hits.size(); ++i) {
    for (; miss < ranking.misses_before[i]; ++miss) misses += counts[ranking.misses[miss]];
    const std::uint64_t gain = counts[ranking.hits[i]];
    if (gain == 0) continue;
    hits += gain;
    steps.push_back({hits, gain, static_cast<double>(hits) / static_cast<double>(hits + misses)});
  }
  return steps;
}

/// The least number of hits whose recall reaches a point, in doubles: 0.1 * point are those of
/// Octave's 0:0.1:1 and numpy's arange(0, 1.1, .1), so that 7 of 10 do not reach 0.7.
std::uint64_t hits_for(int point, std::uint64_t positives) {
  const double recall = 0.1 * point, all = static_cast<double>(positives);
  auto hits = static_cast<std::uint64_t>(recall * all);
  while (hits > 0 && static_cast<double>(hits - 1) / all >= recall) --hits;
  while (static_cast<double>(hits) / all < recall) ++hits;
  return hits;
}

}  // namespace

AveragePrecision average_precision(const Ranking& ranking, std::span<const std::uint32_t> counts) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  AveragePrecision ap;
  for (const std::uint32_t image : ranking.positives) ap.positives += counts[image];
  if (ap.positives == 0) return {0, nan, 0};
  const bool all_ignored = ranking.hits.empty() && ranking.misses.empty() && ranking.ignored > 0;
  if (all_ignored) return {nan, 0, ap.positives};
  // From the right, so that the largest precision seen is the envelope. Precision only peaks at
  // hits.
  double envelope = 0, weighted = 0;
  int point = 10;
  std::uint64_t enough = hits_for(point, ap.positives);
  const std::vector<Step> steps = walk(ranking, counts);
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    while (step->found < enough) {
      ap.eleven_point += envelope / 11;
      enough = hits_for(--point, ap.positives);
    }
    envelope = std::max(envelope, step->precision);
    weighted += static_cast<double>(step->gain) * envelope;
  }
  ap.eleven_point += (point + 1) * (envelope / 11);
  ap.area = weighted / static_cast<double>(ap.positives);
  return ap;
}

}  // namespace bench
