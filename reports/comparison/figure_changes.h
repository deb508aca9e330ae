#pragma once
// The figures of a case: values, differences, and how likely they are by chance.

#include "reports/comparison/pending.h"

namespace bench::comparing {

/// Fractions that both runs have: headlines, and what gates name. By the two tallies, or where one
/// is missing, by the figures' own intervals.
void add_figures(PendingCase& one, const CaseRun& before, const CaseRun& after,
                 const CompareOptions& options);

}  // namespace bench::comparing
