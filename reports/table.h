#pragma once
// A table of text cells, and how it is written: a writer is a pure function from a table to text.

#include <string>
#include <vector>

namespace bench {

struct Table {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as columns
  std::vector<std::string> notes;              ///< printed below, one per line
};

std::string to_markdown(
    const Table& table);  ///< padded so that it also reads as plain text; "|" escaped
std::string to_csv(const Table& table);  ///< RFC 4180; without title and notes

}  // namespace bench
