#pragma once
// Which cases of two runs are compared with each other.

#include <vector>

#include "reports/compare.h"

namespace bench::comparing {

/// Which case of `before` each of `after` is compared with, or null: by data set and name; where
/// one on either side is left for a data set, these two.
std::vector<const CaseRun*> match_cases(const std::vector<CaseRun>& before,
                                        const std::vector<CaseRun>& after);

}  // namespace bench::comparing
