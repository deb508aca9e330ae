#pragma once
// The documents whose tables are filled again: reports/documents/*.json, carried inside the
// program.

#include <string>
#include <vector>

#include "reports/document_table.h"

namespace bench {

/// All documents in the program, by name.
const std::vector<Document>& documents();

/// Throws Error{usage} with a did-you-mean.
const Document& find_document(const std::string& name);

/// The tables of the documents named of which a figure is in `records`.
std::vector<Table> filled_tables(const std::vector<std::string>& names,
                                 const std::vector<RunRecord>& records);

}  // namespace bench
