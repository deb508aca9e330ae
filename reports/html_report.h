#pragma once
// A run as one HTML page that needs nothing else: no scripts, no files, no network.

#include <string>
#include <vector>

#include "reports/run_record.h"
#include "reports/table.h"

namespace bench {

/// Any text between tags or in an attribute, also of XML: of control characters only ends of lines and
/// tabs are left, others become spaces.
std::string html_text(const std::string& text);

/// <section> with title, table and notes; drawn images are flagged.
std::string to_html(const Table& table);

/// What was run, the tables, those of documents, and how each figure was made. Light or dark as the
/// reader has it, readable on a phone.
std::string html_report(const std::vector<RunRecord>& records,
                        const std::vector<Table>& documents = {});

}  // namespace bench
