#pragma once
// Parameters, multiply-accumulates and bytes: exact, every one of them.

#include "reports/comparison/pending.h"

namespace bench::comparing {

void add_sizes(PendingCase& one, const CaseRun& before, const CaseRun& after,
               const CompareOptions& options);

}  // namespace bench::comparing
