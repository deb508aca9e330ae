#pragma once
// Annotation files are text: lines with numbers, fields, and errors that quote the line.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// The whole file, without a byte order mark. Throws Error{missing} if it cannot be opened,
/// Error{bad_data} if it is larger than `limit` or not a regular file.
std::string read_text(const std::filesystem::path& path, std::size_t limit = 256u << 20);

struct Line {
  std::size_t number = 0;  ///< from 1
  std::string_view text;   ///< without the line end and the blanks around it; never empty
};

/// The lines of `text` that are not blank. The views point into `text`.
std::vector<Line> lines_of(std::string_view text);

/// The fields of a line, separated by blanks or tabs.
std::vector<std::string_view> fields_of(std::string_view text);

/// The fields of a line of comma-separated values; "" inside quotes is a quote.
std::vector<std::string> csv_fields_of(std::string_view text);

/// A whole field as a number, or nothing.
std::optional<int> to_int(std::string_view field);
std::optional<double> to_double(std::string_view field);

/// Throws Error{bad_data} "FILE line 12: 'what is there': wish". Long lines are cut, control
/// characters shown as '?'.
[[noreturn]] void refuse_line(const std::filesystem::path& file, const Line& line,
                              const std::string& wish);

/// 3226 -> "3,226".
std::string with_commas(std::size_t number);

/// "a, b, c" for the first `most`, then "and 12 more".
std::string first_few(const std::vector<std::string>& names, std::size_t most = 3);

}  // namespace bench
