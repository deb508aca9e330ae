#include "evaluators/widerface_curve.h"

#include <algorithm>
#include <limits>

namespace bench {
namespace {

double threshold(std::uint32_t k, std::uint32_t n) {
  return 1 - static_cast<double>(k + 1) / static_cast<double>(n);
}

/// The first threshold that `score` reaches, or n if it reaches none (NaN). The guess is off by at
/// most a rounding; the thresholds themselves decide.
std::uint32_t first_reached(double score, std::uint32_t n) {
  if (!(score >= threshold(n - 1, n))) return n;
  const double guess = (1 - score) * static_cast<double>(n);
  auto k = static_cast<std::uint32_t>(std::clamp(guess, 0.0, static_cast<double>(n - 1)));
  while (!(score >= threshold(k, n))) ++k;
  while (k > 0 && score >= threshold(k - 1, n)) --k;
  return k;
}

}  // namespace

std::vector<CurveStep> curve_steps(std::span<const MatchedFace> matched, const ScoreRange& range,
                                   std::uint32_t thresholds) {
  std::vector<CurveStep> steps;
  const double span = range.high - range.low;
  // From the last detection backwards: one is taken as soon as it or any after it is reached.
  std::uint32_t reached = thresholds;
  for (std::size_t i = matched.size(); i-- > 0;) {
    const MatchedFace& match = matched[i];
    reached = std::min(reached, first_reached((match.score - range.low) / span, thresholds));
    if (reached == thresholds) continue;
    if (steps.empty() || steps.back().threshold != reached) steps.push_back({reached, {}, {}});
    for (unsigned setting = 0; setting < face_settings; ++setting) {
      steps.back().proposals[setting] += !(match.ignored >> setting & 1);
      steps.back().found[setting] += match.finds >> setting & 1;
    }
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

void FaceCurve::clear() { std::fill(gains_.begin(), gains_.end(), Gain{}); }

void FaceCurve::add(std::span<const CurveStep> steps, std::uint32_t times) {
  for (const CurveStep& step : steps) {
    Gain& gain = gains_[step.threshold];
    for (unsigned setting = 0; setting < face_settings; ++setting) {
      gain.proposals[setting] += std::uint64_t{step.proposals[setting]} * times;
      gain.found[setting] += std::uint64_t{step.found[setting]} * times;
    }
  }
}

std::vector<FaceCurve::Count> FaceCurve::counts(int setting) const {
  const auto at = static_cast<std::size_t>(setting);
  std::vector<Count> counts;
  counts.reserve(gains_.size());
  Count sum;
  for (const Gain& gain : gains_) {
    sum.proposals += gain.proposals[at];
    sum.found += gain.found[at];
    counts.push_back(sum);
  }
  return counts;
}

double FaceCurve::average_precision(int setting, std::uint64_t faces) const {
  if (faces == 0) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<Count> curve = counts(setting);
  const auto all = static_cast<double>(faces);
  double area = 0, envelope = 0;
  // From the right, so that the envelope is a running maximum. Where nothing is proposed yet the
  // precision is 0 / 0, but nothing is found there either.
  for (std::size_t k = curve.size(); k-- > 0;) {
    const std::uint64_t before = k > 0 ? curve[k - 1].found : 0;
    if (curve[k].proposals == 0) break;
    envelope = std::max(
        envelope, static_cast<double>(curve[k].found) / static_cast<double>(curve[k].proposals));
    area +=
        (static_cast<double>(curve[k].found) / all - static_cast<double>(before) / all) * envelope;
  }
  return area;
}

}  // namespace bench
