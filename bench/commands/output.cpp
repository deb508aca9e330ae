#include "bench/commands/output.h"

#include <algorithm>
#include <iterator>
#include <ostream>

#include "bench/files.h"
#include "bench/suite.h"
#include "models/json.h"
#include "models/registry.h"
#include "reports/html_report.h"
#include "reports/network_table.h"
#include "reports/run_table.h"

namespace bench {
namespace {

JsonArray rows_of(const Table& table) {
  JsonArray rows;
  for (const auto& row : table.rows) {
    JsonObject object;
    for (std::size_t i = 0; i < row.size(); ++i) object.emplace_back(table.columns[i], row[i]);
    rows.emplace_back(std::move(object));
  }
  return rows;
}

}  // namespace

void check_known(const std::string& kind, const std::string& name,
                 const std::vector<std::string>& known) {
  if (std::ranges::find(known, name) != known.end()) return;
  throw Error(Fault::usage, unknown_name(kind, name, known));
}

void check_format(const std::string& format) {
  check_known("format", format, {"markdown", "json", "csv"});
}

void check_run_format(const std::string& format) {
  check_known("format", format, {"markdown", "json", "csv", "html"});
}

std::vector<std::string> documents_of(const std::vector<RunRecord>& records) {
  if (records.empty()) return {};
  const auto suite = std::ranges::find(suites(), records.front().suite, &Suite::name);
  return suite == suites().end() ? std::vector<std::string>() : suite->documents;
}

void print(const std::vector<RunRecord>& records, const std::vector<Table>& documents,
           const std::string& format, std::ostream& out) {
  if (format == "json") {
    out << to_result_file(records, documents);
  } else if (format == "csv") {
    out << to_csv(metrics_table(records));
  } else if (format == "html") {
    out << html_report(records, documents);
  } else {
    std::vector<Table> tables = run_tables(records);
    std::ranges::copy(network_tables(records), std::back_inserter(tables));
    std::ranges::copy(documents, std::back_inserter(tables));
    print(tables, format, out);
  }
}

void print(const std::vector<Table>& tables, const std::string& format, std::ostream& out) {
  JsonObject json;
  for (const Table& table : tables) {
    if (format == "json") {
      json.emplace_back(table.title, rows_of(table));
    } else {
      out << (&table == tables.data() ? "" : "\n")
          << (format == "csv" ? to_csv(table) : to_markdown(table));
    }
  }
  if (format == "json") out << to_text(std::move(json));
}

void write_results(const std::vector<RunRecord>& records, const std::vector<Table>& documents,
                   const std::string& folder) {
  make_folder(folder);
  write_file(folder + "/result.json", to_result_file(records, documents));
  write_file(folder + "/report.md", run_report(records, documents));
  write_file(folder + "/report.html", html_report(records, documents));
  write_file(folder + "/results.csv", to_csv(metrics_table(records)));
}

}  // namespace bench
