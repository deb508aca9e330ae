#pragma once
// The time an image takes.

#include "reports/comparison/pending.h"

namespace bench::comparing {

/// On one machine only, and where both runs measured it (`bench run --speed`).
void add_time(PendingCase& one, const CaseRun& before, const CaseRun& after,
              const CompareOptions& options);

}  // namespace bench::comparing
