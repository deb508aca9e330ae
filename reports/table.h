#pragma once
// A table of text cells, and how it is written: a writer is a pure function from a table to text.

#include <string>
#include <vector>

#include "models/json.h"

namespace bench {

struct Table {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as columns
  std::vector<std::string> notes;              ///< printed below, one per line
  bool is_drawn = false;                       ///< about drawn images; title and notes say so too
};

std::string to_markdown(
    const Table& table);  ///< padded so that it also reads as plain text; "|" escaped
/// Text inside markdown: on one line, "<" as an entity so that it opens no tag.
std::string markdown_text(const std::string& text);
/// The same to be shown letter by letter.
std::string markdown_code(const std::string& text);
std::string to_csv(const Table& table);  ///< RFC 4180; without title and notes

/// {"title", "drawn", "columns": [...], "rows": [[...]], "notes": [...]}.
Json to_json(const Table& table);

}  // namespace bench
