#include "reports/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/figures.h"
#include "reports/how_made.h"
#include "reports/network_table.h"
#include "reports/run_table.h"

namespace bench {
namespace {

constexpr auto style =
    R"(:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --line: #d8dbe0; --shade: #f4f5f7;
  --flag: #8a4b00; --flagged: #fff4e0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e6ea; --paper: #16181b; --line: #3a3e45;
  --shade: #202327; --flag: #ffc66d; --flagged: #2d2417; } }
body { margin: 0 auto; padding: 1rem; max-width: 75rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.45 system-ui, sans-serif; }
h1, h2, h3 { line-height: 1.2; overflow-wrap: anywhere; }
section, details { margin: 1.2rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border: 1px solid var(--line); text-align: left; vertical-align: top; }
td { white-space: nowrap; }
th { background: var(--shade); }
.drawn td { background: var(--flagged); }
.flag { color: var(--flag); font-size: .85rem; font-weight: 600; }
ul { padding-left: 1.2rem; font-size: .9rem; }
dt { font-weight: 600; margin-top: .4rem; }
dd { margin: 0; overflow-wrap: anywhere; }
code { background: var(--shade); overflow-wrap: anywhere; }
)";

constexpr auto flag = R"(<p class="flag">Drawn images: no figure here is one on the real set.</p>)";

std::string row_of(const std::vector<std::string>& cells, const char* tag) {
  std::string text = "<tr>";
  for (const std::string& cell : cells) {
    text += fmt::format("<{0}>{1}</{0}>", tag, html_text(cell));
  }
  return text + "</tr>\n";
}

std::string list_of(const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string text = "<ul>\n";
  for (const std::string& item : items) text += "<li>" + html_text(item) + "</li>\n";
  return text + "</ul>\n";
}

std::string details_of(const RunRecord& record) {
  std::string text = "<details><summary>" + html_text(record.name) + " on " +
                     html_text(data_name(record)) + "</summary>\n<dl>\n";
  for (const Fact& fact : how_made(record)) {
    const std::string value = html_text(fact.value);
    text += "<dt>" + html_text(fact.name) + "</dt><dd>" +
            (fact.is_code ? "<code>" + value + "</code>" : value) + "</dd>\n";
  }
  return text + "</dl></details>\n";
}

// Values that records have, each once, in order.
template <class Of>
std::string each_once(const std::vector<RunRecord>& records, const Of& of) {
  std::vector<std::string> values;
  for (const RunRecord& record : records) {
    std::string value = of(record);
    if (!value.empty() && std::ranges::find(values, value) == values.end()) {
      values.push_back(std::move(value));
    }
  }
  return fmt::format("{}", fmt::join(values, ", "));
}

std::string summary_of(const std::vector<RunRecord>& records) {
  if (records.empty()) return "<p>No case was run.</p>\n";
  const auto passed = std::ranges::count(records, "passed", &RunRecord::status);
  const auto& machine = records.front().environment;
  std::string text = "<dl>\n";
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, html_text(value));
  };
  line("cases", fmt::format("{}, {} of them passed", records.size(), passed));
  line("data sets", each_once(records, data_name));
  line("backends", each_once(records, [](const RunRecord& r) { return r.backend.name; }));
  line("begun", records.front().started);
  line("machine", fmt::format("{}, {} cores, {}", machine.cpu, machine.cores, machine.os));
  line("program", fmt::format("{} {}", machine.program_version, machine.commit));
  text += "<dt>command</dt>";
  std::set<std::string> commands;
  for (const RunRecord& record : records) {
    if (!commands.insert(record.command).second) continue;
    text += "<dd><code>" + html_text(record.command) + "</code></dd>\n";
  }
  return text + "</dl>\n";
}

}  // namespace

std::string html_text(const std::string& given) {
  std::string text;
  for (const char c : given) {
    switch (c) {
      case '&': text += "&amp;"; break;
      case '<': text += "&lt;"; break;
      case '>': text += "&gt;"; break;
      case '"': text += "&quot;"; break;
      case '\'': text += "&#39;"; break;
      default: text += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return text;
}

std::string to_html(const Table& table) {
  std::string text = table.is_drawn ? "<section class=\"drawn\">\n" : "<section>\n";
  if (!table.title.empty()) text += "<h3>" + html_text(table.title) + "</h3>\n";
  if (table.is_drawn) text += std::string(flag) + "\n";
  text +=
      "<div class=\"wide\"><table>\n<thead>" + row_of(table.columns, "th") + "</thead>\n<tbody>\n";
  for (const auto& row : table.rows) text += row_of(row, "td");
  return text + "</tbody></table></div>\n" + list_of(table.notes) + "</section>\n";
}

std::string html_report(const std::vector<RunRecord>& records,
                        const std::vector<Table>& documents) {
  const std::string suite = html_text(records.empty() ? "Quantbench" : records.front().suite);
  std::string text =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>" +
      suite + "</title>\n<style>\n" + style + "</style>\n</head>\n<body>\n<h1>" + suite +
      "</h1>\n" + summary_of(records) + "<h2>Figures</h2>\n";
  for (const Table& table : run_tables(records)) text += to_html(table);
  const auto networks = network_tables(records);
  if (!networks.empty()) text += "<h2>What quantisation costs</h2>\n";
  for (const Table& table : networks) text += to_html(table);
  if (!documents.empty()) text += "<h2>Tables of documents</h2>\n";
  for (const Table& table : documents) text += to_html(table);
  text += "<h2>How each figure was made</h2>\n";
  for (const RunRecord& record : records) text += details_of(record);
  return text + "</body>\n</html>\n";
}

}  // namespace bench
