#pragma once
// A document's tables filled from the records of a run, our figures beside the printed ones.

#include <vector>

#include "reports/document.h"
#include "reports/run_record.h"
#include "reports/table.h"

namespace bench {

/// For each binding of which a case is in `records`, its tables; for the first binding where there
/// is none. A figure whose case was not run is "not run", one not timed "not timed", one of a case
/// that did not pass its status. Columns with figures come twice, ", here" and ", document" (where
/// the document has the column). In small, rows and tables without any case are left out, and said
/// below.
std::vector<Table> document_tables(const Document& document, const std::vector<RunRecord>& records);

/// Whether any figure of the document is in `records`.
bool has_figures(const Document& document, const std::vector<RunRecord>& records);

}  // namespace bench
