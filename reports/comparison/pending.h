#pragma once
// Inside reports/compare.cpp: figures on their way to a verdict. Each is measured on its own; then
// all together are corrected for each other, judged, and handed over.

#include <optional>
#include <vector>

#include "evaluators/watch.h"
#include "reports/compare.h"

namespace bench::comparing {

/// What stays with a figure until all are known and can be corrected for.
struct Pending {
  FigureChange change;
  std::optional<PairedFigure> paired{};
  Watch watch{};
  const Gate* gate = nullptr;
  double p_of_loss = RunRecord::nan;
};

struct PendingCase {
  CaseComparison result;
  std::vector<Pending> figures;
};

/// Sets which gate watches the figure and what that allows. `headline`: watched where there is no
/// file of gates.
void set_gate(Pending& pending, const CompareOptions& options, const std::string& case_name,
              bool headline);

/// The verdict of a figure that needs no statistics. REQUIRES set_gate().
void judge_exactly(Pending& pending);

/// Whether both runs gave the same answers to the same images.
bool same_answers(const RunRecord& before, const RunRecord& after);

/// Whether both have tallies, of the same images.
bool both_tallied(const CaseRun& before, const CaseRun& after);

}  // namespace bench::comparing
