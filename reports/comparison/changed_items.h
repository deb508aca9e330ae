#pragma once
// How many images count otherwise than before.

#include "reports/comparison/pending.h"

namespace bench::comparing {

/// The figure "changed", where the answers differ or a gate asks for it; not comparable where a
/// tally is missing. Nothing without tallies that nobody asks for.
void add_changed(PendingCase& one, const CaseRun& before, const CaseRun& after,
                 const CompareOptions& options);

}  // namespace bench::comparing
