#pragma once
// For tests only: cases of runs over drawn images.

#include <string>
#include <utility>
#include <vector>

#include "evaluators/drawn_testing.h"
#include "reports/compare.h"

namespace bench::testing {

/// A case whose figures are those of `tally`. Cases of one name and data are comparable.
inline CaseRun drawn_case(const std::string& data, Tally tally, const std::string& answers) {
  CaseRun run;
  RunRecord& record = run.record;
  record.status = "passed";
  record.suite = "drawn";
  record.name = "case";
  record.data.name = data;
  record.data.available = record.data.listed = record.data.scored =
      static_cast<std::int64_t>(tally.items.size());
  record.evaluator = {tally.evaluator, "", tally.protocol, 0, 1};
  record.answers_digest = answers;
  record.environment.machine = record.environment.cpu = "one";
  const TallyFigures figures = figures_of(tally);
  const auto values = figures.values(std::vector<std::uint32_t>(tally.items.size(), 1));
  for (std::size_t k = 0; k < values.size(); ++k) {
    record.metrics.push_back({figures.names[k], values[k], {}, "", false});
  }
  run.tally = std::move(tally);
  return run;
}

}  // namespace bench::testing
