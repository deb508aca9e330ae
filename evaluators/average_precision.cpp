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

}  // namespace

AveragePrecision average_precision(const Ranking& ranking, std::span<const std::uint32_t> counts) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  AveragePrecision ap;
  for (const std::uint32_t image : ranking.positives) ap.positives += counts[image];
  if (ap.positives == 0) return {0, nan, 0};
  const bool all_ignored = ranking.hits.empty() && ranking.misses.empty() && ranking.ignored > 0;
  if (all_ignored) return {nan, 0, ap.positives};
  const double positives = static_cast<double>(ap.positives);
  // From the right, so that the largest precision seen is the envelope. Precision only peaks at
  // hits. 0.1 * k gives the doubles of Octave's 0:0.1:1 and numpy's arange(0, 1.1, .1).
  double envelope = 0;
  int point = 10;
  const std::vector<Step> steps = walk(ranking, counts);
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const double recall = static_cast<double>(step->found) / positives;
    for (; point >= 0 && recall < 0.1 * point; --point) ap.eleven_point += envelope / 11;
    envelope = std::max(envelope, step->precision);
    ap.area += static_cast<double>(step->gain) / positives * envelope;
  }
  for (; point >= 0; --point) ap.eleven_point += envelope / 11;
  return ap;
}

}  // namespace bench
