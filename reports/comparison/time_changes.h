#pragma once
// The time an image takes, against the machine's own moods.

#include <vector>

#include "reports/comparison/pending.h"

namespace bench::comparing {

/// Both runs whole: what was timed in the same rounds as the case stands in them.
struct WholeRuns {
  const std::vector<CaseRun>&before, &after;
};

/// On one machine only, and where both runs measured it (`bench run --speed`). Cases of one network
/// take turns within a run, but two runs do not: a machine that is slower tonight is slower for all
/// of them. So a change counts only as far as it shows in the times and also in their ratios,
/// round by round, to a reference: the float case of the same network; for that, the geometric mean
/// of the network's other cases. Where there is no reference, the times alone count, and a note
/// says so.
void add_time(PendingCase& one, const CaseRun& before, const CaseRun& after, const WholeRuns& runs,
              const CompareOptions& options);

}  // namespace bench::comparing
