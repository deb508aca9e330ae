#include "reports/document_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "datasets/text.h"
#include "reports/figures.h"

namespace bench {
namespace {

constexpr auto not_run = "not run";

// What one table may look at.
struct Sight {
  const DocumentTable& table;
  const DocumentBinding& binding;
  const std::vector<RunRecord>& records;

  const RunRecord* find(const std::string& role) const {
    const auto bound = binding.cases.find(role);
    if (bound == binding.cases.end()) return nullptr;
    const auto record = std::ranges::find_if(records, [&](const RunRecord& one) {
      return one.name == bound->second && one.data.name == table.dataset &&
             one.data.drawn == binding.drawn &&
             (!table.all_images || binding.drawn || one.data.available == table.images);
    });
    return record == records.end() ? nullptr : &*record;
  }
  bool binds(const DocumentCell& cell) const { return binding.cases.contains(cell.of); }
};

std::string number_cell(double value, const DocumentColumn& column, bool with_sign) {
  if (!std::isfinite(value)) return "-";
  return with_sign ? fmt::format("{:+.{}f}{}", column.scale * value, column.decimals, column.unit)
                   : fmt::format("{:.{}f}{}", column.scale * value, column.decimals, column.unit);
}

double bytes_of(const RunRecord& record) { return static_cast<double>(record.audit.bytes_stored); }

std::string metric_cell(const RunRecord& of, const RunRecord* to, const std::string& name,
                        const DocumentColumn& column) {
  const Metric* metric = metric_named(of, name);
  const Metric* before = to ? metric_named(*to, name) : nullptr;
  if (!metric || (to && !before)) return "-";
  return number_cell(metric->value - (to ? before->value : 0), column, to != nullptr);
}

std::string ratio_cell(const RunRecord& of, const RunRecord& to, const DocumentColumn& column) {
  if (of.speed_one_thread.rounds == 0 || to.speed_one_thread.rounds == 0) return "not timed";
  return number_cell(to.speed_one_thread.median_ms / of.speed_one_thread.median_ms, column, false);
}

std::string figure(const std::string& name, const DocumentColumn& column, const RunRecord& of,
                   const RunRecord* to) {
  if (name == "parameters") return with_commas(static_cast<std::size_t>(of.audit.parameters));
  if (name == "arithmetic") return arithmetic_of(of);
  if (name == "megabytes") return number_cell(bytes_of(of) / 1e6, column, false);
  if (name == "time-ratio") return to ? ratio_cell(of, *to, column) : "-";
  if (name == "saving") {
    return to ? number_cell(1 - bytes_of(of) / bytes_of(*to), column, false) : "-";
  }
  return metric_cell(of, to, name, column);
}

std::string here_cell(const Sight& sight, const DocumentColumn& column, const DocumentCell& cell) {
  if (cell.of.empty()) return "";
  const RunRecord* of = sight.find(cell.of);
  const RunRecord* to = cell.to.empty() ? nullptr : sight.find(cell.to);
  if (!of || (!cell.to.empty() && !to)) return not_run;
  for (const RunRecord* one : {of, to}) {
    if (one && one->status != "passed") return one->status;
  }
  std::string text;
  for (const std::string& name : column.figures) {
    text += (text.empty() ? "" : "/") + figure(name, column, *of, to);
  }
  return text;
}

bool has_printed(const DocumentTable& table, std::size_t column) {
  return std::ranges::any_of(table.rows,
                             [&](const auto& row) { return row[column].printed.has_value(); });
}

// The networks behind a row, each once.
std::string networks_of(const Sight& sight, const std::vector<DocumentCell>& row) {
  std::vector<std::string> names;
  for (const DocumentCell& cell : row) {
    const RunRecord* record = sight.find(cell.of);
    if (record && std::ranges::find(names, record->model.name) == names.end()) {
      names.push_back(record->model.name);
    }
  }
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, ", "));
}

void add_columns(Table& out, const DocumentTable& table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const DocumentColumn& column = table.columns[i];
    const bool printed = has_printed(table, i);
    if (!column.figures.empty()) out.columns.push_back(column.heading + ", here");
    if (printed) out.columns.push_back(column.heading + ", document");
    if (column.figures.empty() && !printed) out.columns.push_back(column.heading);
  }
  out.columns.emplace_back("network here");
}

std::string printed_cell(const DocumentCell& cell) {
  if (!cell.printed) return "-";
  return cell.printed->empty() ? "(empty)" : *cell.printed;
}

std::vector<std::string> row_of(const Sight& sight, const std::vector<DocumentCell>& row) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const DocumentColumn& column = sight.table.columns[i];
    const bool printed = has_printed(sight.table, i);
    if (!column.figures.empty()) cells.push_back(here_cell(sight, column, row[i]));
    if (printed) cells.push_back(printed_cell(row[i]));
    if (column.figures.empty() && !printed) cells.push_back(row[i].text);
  }
  cells.push_back(networks_of(sight, row));
  return cells;
}

std::vector<RunRecord> records_in(const Sight& sight) {
  std::vector<RunRecord> seen;
  std::set<std::string> roles;
  for (const auto& row : sight.table.rows) {
    for (const DocumentCell& cell : row) {
      const RunRecord* record = roles.insert(cell.of).second ? sight.find(cell.of) : nullptr;
      if (record) seen.push_back(*record);
    }
  }
  return seen;
}

void add_notes(Table& out, const Sight& sight) {
  const std::vector<RunRecord> seen = records_in(sight);
  std::set<std::int64_t> scored;
  for (const RunRecord& record : seen) scored.insert(record.data.scored);
  scored.erase(sight.table.images);
  if (sight.table.images > 0 && !scored.empty()) {
    out.notes.push_back(fmt::format("the document's figures are on {} images, those here on {}.",
                                    sight.table.images, fmt::join(scored, ", ")));
  }
  out.notes.insert(out.notes.end(), sight.table.notes.begin(), sight.table.notes.end());
  if (const std::string note = drawn_note(seen); !note.empty()) out.notes.push_back(note);
  out.is_drawn = any_drawn(seen);
}

// In small, what has no case at all is left out.
std::vector<std::string> left_out(const Sight& sight, Table& out) {
  std::vector<std::string> labels;
  for (const auto& row : sight.table.rows) {
    const bool kept = !sight.binding.drawn ||
                      std::ranges::any_of(row, [&](const auto& cell) { return sight.binds(cell); });
    if (kept) {
      out.rows.push_back(row_of(sight, row));
    } else {
      labels.push_back(row.front().text);
    }
  }
  return labels;
}

std::vector<Table> tables_of(const Document& document, const DocumentBinding& binding,
                             const std::vector<RunRecord>& records) {
  std::vector<Table> tables;
  std::vector<std::string> missing;
  for (const DocumentTable& table : document.tables) {
    const Sight sight{table, binding, records};
    Table out;
    out.title = document.title + ": " + table.caption + " (" + binding.about + ")";
    add_columns(out, table);
    const std::vector<std::string> labels = left_out(sight, out);
    if (out.rows.empty()) {
      missing.push_back(table.caption);
      continue;
    }
    add_notes(out, sight);
    if (!labels.empty()) {
      out.notes.push_back(fmt::format("not here in small: {}.", fmt::join(labels, ", ")));
    }
    tables.push_back(std::move(out));
  }
  if (!missing.empty() && !tables.empty()) {
    tables.back().notes.push_back(
        fmt::format("tables not here in small: {}.", fmt::join(missing, "; ")));
  }
  return tables;
}

bool has_case(const Document& document, const DocumentBinding& binding,
              const std::vector<RunRecord>& records) {
  return std::ranges::any_of(document.tables, [&](const DocumentTable& table) {
    return !records_in({table, binding, records}).empty();
  });
}

}  // namespace

bool has_figures(const Document& document, const std::vector<RunRecord>& records) {
  return std::ranges::any_of(document.bindings, [&](const DocumentBinding& binding) {
    return has_case(document, binding, records);
  });
}

std::vector<Table> document_tables(const Document& document,
                                   const std::vector<RunRecord>& records) {
  std::vector<Table> all;
  for (const DocumentBinding& binding : document.bindings) {
    if (!has_case(document, binding, records)) continue;
    for (Table& table : tables_of(document, binding, records)) all.push_back(std::move(table));
  }
  if (all.empty() && !document.bindings.empty()) {
    all = tables_of(document, document.bindings.front(), records);
  }
  return all;
}

}  // namespace bench
