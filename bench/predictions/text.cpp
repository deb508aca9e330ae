#include "bench/predictions/text.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "models/error.h"

namespace bench {

std::string read_text(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (!file) throw Error(Fault::missing, fmt::format("{}: cannot be opened", path));
  std::setvbuf(file.get(), nullptr, _IONBF, 0);  // straight into the string
  std::string text(4096, '\0');
  std::size_t size = 0;
  while (const std::size_t got =
             std::fread(text.data() + size, 1, text.size() - size, file.get())) {
    size += got;
    if (size == text.size()) text.resize(2 * size);
  }
  if (std::ferror(file.get())) {
    throw Error(Fault::environment, fmt::format("{}: cannot be read", path));
  }
  text.resize(size);
  return text;
}

std::optional<std::string_view> Lines::next() {
  if (rest_.empty()) return std::nullopt;
  const std::size_t end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  ++number_;
  return line;
}

std::optional<std::string_view> Fields::next() {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  std::size_t begin = 0;
  while (begin < rest_.size() && blank(rest_[begin])) ++begin;
  if (begin == rest_.size()) return std::nullopt;
  std::size_t end = begin;
  while (end < rest_.size() && !blank(rest_[end])) ++end;
  const std::string_view field = rest_.substr(begin, end - begin);
  rest_.remove_prefix(end);
  return field;
}

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  // Beyond the range of a double: infinity or (nearly) zero, as every C program reads it.
  if (error == std::errc::result_out_of_range)
    return std::strtod(std::string(text).c_str(), nullptr);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::optional<std::size_t> parse_count(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace bench
