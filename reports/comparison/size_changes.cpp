#include "reports/comparison/size_changes.h"

#include "reports/figures.h"

namespace bench::comparing {

void add_sizes(PendingCase& one, const CaseRun& before, const CaseRun& after,
               const CompareOptions& options) {
  for (const SizeFigure& size : size_figures()) {
    const auto from = size.of(before.record), to = size.of(after.record);
    if (from <= 0 && to <= 0) continue;
    Pending pending{{size.name, size.unit, static_cast<double>(from), static_cast<double>(to)}};
    set_gate(pending, options, after.record.name, true);
    judge_exactly(pending);
    one.figures.push_back(std::move(pending));
  }
}

}  // namespace bench::comparing
