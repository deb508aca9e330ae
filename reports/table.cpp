#include "reports/table.h"

#include <algorithm>

namespace bench {
namespace {

std::string escaped_markdown(const std::string& cell) {
  std::string text;
  for (const char c : markdown_text(cell)) {
    if (c == '|') text += '\\';
    text += c;
  }
  return text;
}

// Width on screen: code points, so that "±" counts once.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string quoted_csv(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) line += (i ? "," : "") + quoted_csv(cells[i]);
  return line + "\r\n";
}

}  // namespace

std::string markdown_text(const std::string& given) {
  std::string text;
  for (const char c : given) {
    if (c == '<') {
      text += "&lt;";
    } else {
      text += c == '\n' || c == '\r' ? ' ' : c;
    }
  }
  return text;
}

std::string markdown_code(const std::string& given) {
  std::string text = given;
  std::replace(text.begin(), text.end(), '\n', ' ');
  const bool ticks = text.find('`') != text.npos;
  return ticks ? "`` " + text + " ``" : "`" + text + "`";
}

std::string to_markdown(const Table& table) {
  std::vector<std::vector<std::string>> lines = {table.columns};
  lines.insert(lines.end(), table.rows.begin(), table.rows.end());
  std::vector<std::size_t> widths(table.columns.size(), 3);
  for (auto& line : lines) {
    line.resize(table.columns.size());
    for (std::size_t i = 0; i < line.size(); ++i) {
      line[i] = escaped_markdown(line[i]);
      widths[i] = std::max(widths[i], width(line[i]));
    }
  }
  std::string text = table.title.empty() ? "" : "### " + markdown_text(table.title) + "\n\n";
  for (std::size_t row = 0; row < lines.size(); ++row) {
    text += "|";
    for (std::size_t i = 0; i < widths.size(); ++i) {
      text += " " + lines[row][i] + std::string(widths[i] - width(lines[row][i]), ' ') + " |";
    }
    text += "\n";
    if (row > 0) continue;
    text += "|";
    for (const std::size_t w : widths) text += std::string(w + 2, '-') + "|";
    text += "\n";
  }
  if (!table.notes.empty()) text += "\n";
  for (const std::string& note : table.notes) text += "* " + markdown_text(note) + "\n";
  return text;
}

std::string to_csv(const Table& table) {
  std::string text = csv_line(table.columns);
  for (const auto& row : table.rows) text += csv_line(row);
  return text;
}

Json to_json(const Table& table) {
  const auto array = [](const std::vector<std::string>& texts) {
    return JsonArray(texts.begin(), texts.end());
  };
  JsonArray rows;
  for (const auto& row : table.rows) rows.emplace_back(array(row));
  return JsonObject{{"title", table.title},
                    {"drawn", table.is_drawn},
                    {"columns", array(table.columns)},
                    {"rows", std::move(rows)},
                    {"notes", array(table.notes)}};
}

}  // namespace bench
