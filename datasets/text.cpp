#include "datasets/text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <fstream>

#include "models/error.h"

namespace bench {
namespace {

constexpr std::string_view blanks = " \t\r\v\f";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 80;
  std::string out(text.substr(0, most));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = c == '\t' ? ' ' : '?';
  }
  return text.size() > most ? out + "..." : out;
}

template <class Number>
std::optional<Number> to_number(std::string_view field) {
  if (field.size() > 1 && field[0] == '+') field.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc{} || end != field.data() + field.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string read_text(const std::filesystem::path& path, std::size_t limit) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw Error(Fault::bad_data, path.string() + " is a folder where a text file is expected");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(Fault::missing, "cannot open " + path.string());
  std::string text;
  char block[1 << 16];
  while (in.read(block, sizeof block) || in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > limit) {
      throw Error(Fault::bad_data, fmt::format("{} is larger than {} bytes, too large for an "
                                               "annotation file",
                                               path.string(), with_commas(limit)));
    }
  }
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    if (!line.empty()) lines.push_back({number, line});
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<std::string_view> fields_of(std::string_view text) {
  std::vector<std::string_view> fields;
  for (auto first = text.find_first_not_of(blanks); first != std::string_view::npos;
       first = text.find_first_not_of(blanks)) {
    text.remove_prefix(first);
    const auto end = std::min(text.find_first_of(blanks), text.size());
    fields.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return fields;
}

std::vector<std::string> csv_fields_of(std::string_view text) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      fields.back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::optional<int> to_int(std::string_view field) { return to_number<int>(field); }

std::optional<double> to_double(std::string_view field) {
  const auto value = to_number<double>(field);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

void refuse_line(const std::filesystem::path& file, const Line& line, const std::string& wish) {
  throw Error(Fault::bad_data, fmt::format("{} line {}: '{}': {}", file.string(), line.number,
                                           shown(line.text), wish));
}

std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string first_few(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) {
    text += (i ? ", " : "") + names[i];
  }
  if (names.size() > most) text += " and " + with_commas(names.size() - most) + " more";
  return text;
}

}  // namespace bench
