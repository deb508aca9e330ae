#pragma once
// What a run said of pairs of faces, read back from its tally.

#include <map>
#include <optional>
#include <string>

#include "evaluators/tally.h"

namespace bench::drawing {

struct PairDecision {
  bool same = false;    ///< truly one person
  double distance = 0;  ///< as the protocol measures it, in the fold the pair is tested in
  bool taken_same = false;
  /// The largest distance of this fold taken for one person, and the smallest that was not: its
  /// threshold lies between them. Nothing where there is none.
  std::optional<double> accepted{}, rejected{};
};

/// By the pair's name, for a tally of face verification; empty for any other, and for a figure that
/// is no share of right pairs.
std::map<std::string, PairDecision> pair_decisions(const Tally& tally, const std::string& metric);

}  // namespace bench::drawing
