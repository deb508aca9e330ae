#pragma once
// How commands show records and tables.

#include <iosfwd>
#include <string>
#include <vector>

#include "reports/run_record.h"
#include "reports/table.h"

namespace bench {

/// Throws Error{usage} for anything but "markdown", "json" or "csv".
void check_format(const std::string& format);

/// As markdown: the table of the run, and one for each network run in several ways.
void print(const std::vector<RunRecord>& records, const std::string& format, std::ostream& out);

/// Tables one after another; as JSON: {"title": [{"column": "cell", ...}, ...], ...}.
void print(const std::vector<Table>& tables, const std::string& format, std::ostream& out);

/// result.json, report.md and results.csv in `folder`, which is made. Throws Error{environment}.
void write_results(const std::vector<RunRecord>& records, const std::string& folder);

}  // namespace bench
