#include "reports/document.h"

#include <algorithm>
#include <set>

namespace bench {
namespace {

DocumentCell take_object(const Json& json, const std::string& file, const std::string& place) {
  JsonFields from(json, file, place);
  DocumentCell cell;
  if (from.has("printed")) cell.printed = from.text("printed");
  cell.of = from.text_or("of", "");
  cell.to = from.text_or("to", "");
  from.finish();
  if (cell.of.empty() && !cell.to.empty()) from.fail("of", "is missing beside 'to'");
  return cell;
}

std::vector<DocumentCell> take_row(const Json& json, const JsonFields& table,
                                   const std::string& file, std::size_t columns) {
  const auto* cells = std::get_if<JsonArray>(&json.value);
  if (!cells || cells->size() != columns) {
    table.fail("rows", "expected lists of " + std::to_string(columns) + " cells");
  }
  std::vector<DocumentCell> row;
  for (const Json& cell : *cells) {
    if (const auto* text = std::get_if<std::string>(&cell.value)) {
      row.emplace_back().text = *text;
    } else {
      row.push_back(take_object(cell, file, "cell"));
    }
  }
  return row;
}

DocumentColumn take_column(JsonFields from) {
  DocumentColumn column;
  column.heading = from.text("heading");
  column.figures = from.texts("figures");
  column.decimals = static_cast<int>(from.integer_or("decimals", column.decimals));
  if (column.decimals < 0 || column.decimals > 9) from.fail("decimals", "expected 0 to 9");
  column.scale = from.number_or("scale", column.scale);
  column.unit = from.text_or("unit", "");
  from.finish();
  return column;
}

DocumentTable take_table(JsonFields from, const std::string& file) {
  DocumentTable table;
  table.caption = from.text("caption");
  table.dataset = from.text("dataset");
  table.images = from.integer_or("images", 0);
  table.all_images = from.boolean_or("all_images", false);
  for (JsonFields& column : from.objects("columns")) table.columns.push_back(take_column(column));
  const Json rows = from.json("rows");
  const auto* list = std::get_if<JsonArray>(&rows.value);
  if (!list) from.fail("rows", "expected a list");
  for (const Json& row : *list) {
    table.rows.push_back(take_row(row, from, file, table.columns.size()));
  }
  table.notes = from.texts("notes");
  from.finish();
  return table;
}

DocumentBinding take_binding(JsonFields from) {
  DocumentBinding binding;
  binding.about = from.text("about");
  binding.drawn = from.boolean_or("drawn", false);
  const Json cases = from.json("cases");
  const auto* pairs = std::get_if<JsonObject>(&cases.value);
  if (!pairs) from.fail("cases", "expected an object of case names by role");
  for (const auto& [role, name] : *pairs) {
    const auto* text = std::get_if<std::string>(&name.value);
    if (!text) from.fail("cases", "expected the name of a case for '" + role + "'");
    binding.cases[role] = *text;
  }
  from.finish();
  return binding;
}

std::set<std::string> roles_in(const Document& document) {
  std::set<std::string> roles;
  for (const DocumentTable& table : document.tables) {
    for (const auto& row : table.rows) {
      for (const DocumentCell& cell : row) {
        if (!cell.of.empty()) roles.insert(cell.of);
        if (!cell.to.empty()) roles.insert(cell.to);
      }
    }
  }
  return roles;
}

void check_roles(const Document& document, const JsonFields& fields) {
  const std::set<std::string> roles = roles_in(document);
  std::set<std::string> bound;
  for (const DocumentBinding& binding : document.bindings) {
    for (const auto& [role, name] : binding.cases) {
      if (!roles.contains(role)) fields.fail("bindings", "no cell has the role '" + role + "'");
      bound.insert(role);
    }
  }
  for (const std::string& role : roles) {
    if (!bound.contains(role)) fields.fail("bindings", "none has a case for '" + role + "'");
  }
}

}  // namespace

Document parse_document(std::string_view text, const std::string& file) {
  const Json json = parse_json(text, file);
  JsonFields from(json, file);
  Document document;
  document.name = from.text("name");
  document.title = from.text("title");
  document.origin = from.text("origin");
  for (JsonFields& table : from.objects("tables")) {
    document.tables.push_back(take_table(std::move(table), file));
  }
  for (JsonFields& binding : from.objects("bindings")) {
    document.bindings.push_back(take_binding(std::move(binding)));
  }
  from.finish();
  check_roles(document, from);
  return document;
}

}  // namespace bench
