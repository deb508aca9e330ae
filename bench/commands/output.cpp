#include "bench/commands/output.h"

#include <ostream>
#include <utility>

#include "bench/files.h"
#include "models/json.h"
#include "models/registry.h"
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

void check_format(const std::string& format) {
  const std::vector<std::string> known = {"markdown", "json", "csv"};
  for (const std::string& name : known) {
    if (format == name) return;
  }
  throw Error(Fault::usage, unknown_name("format", format, known));
}

void print(const std::vector<RunRecord>& records, const std::string& format, std::ostream& out) {
  if (format == "json") {
    out << to_result_file(records);
  } else if (format == "csv") {
    out << to_csv(metrics_table(records));
  } else {
    std::string between;
    for (const Table& table : run_tables(records)) {
      out << std::exchange(between, "\n") << to_markdown(table);
    }
    for (const Table& table : network_tables(records)) out << "\n" << to_markdown(table);
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

void write_results(const std::vector<RunRecord>& records, const std::string& folder) {
  make_folder(folder);
  write_file(folder + "/result.json", to_result_file(records));
  write_file(folder + "/report.md", run_report(records));
  write_file(folder + "/results.csv", to_csv(metrics_table(records)));
}

}  // namespace bench
