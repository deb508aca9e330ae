#pragma once
// Where a series changed, and where it breaks.

#include "reports/history.h"

namespace bench::histories {

/// Fills in `changes`, in the order of points, and `levels`. `options` hold for the whole series.
void find_changes(HistorySeries& series, const LevelOptions& options);

}  // namespace bench::histories
