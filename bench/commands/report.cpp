#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/output.h"
#include "bench/commands/result_file.h"
#include "bench/documents.h"
#include "models/error.h"

namespace bench {
namespace {

// Of the documents asked for, all tables; of those the run's suite names, what it has figures for.
std::vector<Table> tables_of(const ReportArguments& a, const std::vector<RunRecord>& records) {
  if (a.documents.empty()) {
    return filled_tables(documents_of(records), records);
  }
  std::vector<Table> tables;
  for (const std::string& name : a.documents) {
    for (Table& table : document_tables(find_document(name), records)) {
      tables.push_back(std::move(table));
    }
  }
  return tables;
}

}  // namespace

int execute(const ReportArguments& a, std::ostream& out, std::ostream&) {
  check_run_format(a.format);
  if (a.run.empty()) throw Error(Fault::usage, "give a run's folder: bench report OUT");
  const std::vector<RunRecord> records = read_result(a.run).records;
  print(records, tables_of(a, records), a.format, out);
  return exit_ok;
}

}  // namespace bench
