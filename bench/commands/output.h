#pragma once
// How commands show records and tables.

#include <iosfwd>
#include <string>
#include <vector>

#include "reports/run_record.h"
#include "reports/table.h"

namespace bench {

/// Throws Error{usage} for a name that is not among those known: "unknown KIND 'NAME'; ...".
void check_known(const std::string& kind, const std::string& name,
                 const std::vector<std::string>& known);
/// Throws Error{usage} for anything but "markdown", "json" or "csv".
void check_format(const std::string& format);
/// The same for records, which "html" also shows.
void check_run_format(const std::string& format);

/// The documents that the suite of these records names; none where the program has no such suite.
std::vector<std::string> documents_of(const std::vector<RunRecord>& records);

/// As markdown: a table for each data set, one for each network run in several ways, and those of
/// documents.
void print(const std::vector<RunRecord>& records, const std::vector<Table>& documents,
           const std::string& format, std::ostream& out);

/// Tables one after another; as JSON: {"title": [{"column": "cell", ...}, ...], ...}.
void print(const std::vector<Table>& tables, const std::string& format, std::ostream& out);

/// result.json, report.md, report.html and results.csv in `folder`, which is made. Throws
/// Error{environment}.
void write_results(const std::vector<RunRecord>& records, const std::vector<Table>& documents,
                   const std::string& folder);

}  // namespace bench
