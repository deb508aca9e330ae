#pragma once
// What quantisation costs: one table for each network that was run in more than one way.

#include <cstddef>
#include <vector>

#include "reports/run_record.h"
#include "reports/table.h"

namespace bench {

/// The case of the same network, preparation and images in plain float: what `record` is compared
/// with. Null if there is none, or if it is `record` itself.
const RunRecord* float_case_of(const RunRecord& record, const std::vector<RunRecord>& records);

/// Records by network, preparation and images: the numbers of those that were scored.
std::vector<std::vector<std::size_t>> by_network(const std::vector<RunRecord>& records);

/// For each network with several scored cases, a table: the float case first; metrics with 95 %
/// intervals, each with its difference to float; images answered otherwise; time and weights. At
/// most three metrics, the others stand in the metrics table.
std::vector<Table> network_tables(const std::vector<RunRecord>& records);

}  // namespace bench
