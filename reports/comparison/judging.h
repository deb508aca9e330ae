#pragma once
// From p-values to verdicts.

#include "reports/comparison/pending.h"

namespace bench::comparing {

/// Corrects all watched figures for each other (Holm) and gives every figure its verdict. Sets
/// comparison.watched. REQUIRES comparison.alpha.
void judge_figures(std::vector<PendingCase>& cases, Comparison& comparison,
                   const std::string& today);

/// The verdict of a case from those of its figures, which are moved into the result.
void conclude(PendingCase& one);

}  // namespace bench::comparing
