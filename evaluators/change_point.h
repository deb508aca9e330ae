#pragma once
// Where a series of a case's figures, run after run, has changed. Figures of answers follow from
// their inputs bit for bit: any difference is a change. Times scatter: there a change is what
// chance does not explain.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bench {

/// One run of a series without chance.
struct ExactPoint {
  std::string answers;  ///< digest; empty: the value alone counts
  double value = 0;     ///< NaN equals NaN
};

struct ExactChange {
  std::size_t at = 0;  ///< differs from the point before
  enum class Kind {
    figure,   ///< other answers and another value
    answers,  ///< other answers, worth the same
    judge     ///< the same answers, judged otherwise
  } kind = Kind::figure;
  /// The first earlier point that has these answers and this value: a level that came back.
  std::optional<std::size_t> back_to{};
};

std::vector<ExactChange> exact_changes(std::span<const ExactPoint> points);

struct LevelOptions {
  double alpha = 0.05;  ///< the probability with which a series that did not change is marked
  int permutations = 9999;
  std::uint64_t seed = 1;
};

struct LevelChange {
  std::size_t at = 0;  ///< the first value on the new level
  double p = 1;        ///< of a split at least as uneven somewhere, if order meant nothing
};

/// Where the level of a scattering series changed, ascending. Each way of splitting the series in
/// two is judged by the sum of ranks of its first part, standardised; the most uneven split counts
/// if fewer than alpha of the series' own values in random order have one as uneven. Then both
/// parts are looked at in the same way, each with alpha times its share of the series. Nothing is
/// assumed of how values scatter but that their order means nothing as long as the level holds; a
/// value alone is never a level. REQUIRES no NaN.
/// Source: Pettitt, Applied Statistics 28 (1979), with a permutation test and standardised sums;
/// shares of alpha: Meinshausen, Biometrika 95 (2008).
std::vector<LevelChange> level_changes(std::span<const double> values, const LevelOptions& options);

}  // namespace bench
