#pragma once
// Whether two cases can be compared at all.

#include "reports/compare.h"

namespace bench::comparing {

/// Sets manifest, lost images and the reasons why the two are not comparable, if there are any:
/// another making that nothing allows, images lost, figures that are not those of their answers.
void check_comparable(CaseComparison& result, const CaseRun& before, const CaseRun& after,
                      const CompareOptions& options);

}  // namespace bench::comparing
