#include "models/formats/darknet_cfg.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "models/error.h"
#include "models/formats/read_file.h"

namespace bench {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    if (!text.substr(0, end).empty()) parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string without_blanks(std::string_view line) {
  std::string result;
  for (const char c : line) {
    if (c != ' ' && c != '\t' && c != '\r') result += c;
  }
  return result;
}

}  // namespace

void DarknetSection::reject(const std::string& text) const {
  throw Error(Fault::bad_data, place_ + ": " + text);
}

void DarknetSection::refuse(const std::string& text) const {
  throw Error(Fault::unsupported, place_ + ": " + text);
}

void DarknetSection::set(const std::string& key, const std::string& value, int line) {
  if (!values_.emplace(key, Value{value, line, false}).second) {
    reject("has " + in_quotes(key) + " twice, again in line " + std::to_string(line));
  }
}

DarknetSection::Value* DarknetSection::take(const std::string& key) {
  const auto found = values_.find(key);
  if (found == values_.end()) return nullptr;
  found->second.understood = true;
  return &found->second;
}

template <class T>
T DarknetSection::number(const std::string& key, std::string_view text) const {
  T value{};
  const bool plus = text.starts_with('+');
  const auto [end, error] = std::from_chars(text.data() + plus, text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    reject(key + "=" + in_quotes(text) + " is no number");
  }
  return value;
}

int DarknetSection::integer(const std::string& key, int otherwise, int least, int most) {
  const Value* value = take(key);
  const int result = value ? number<int>(key, value->text) : otherwise;
  if (result < least || result > most) {
    reject(key + "=" + std::to_string(result) + " is not within " + std::to_string(least) + ".." +
           std::to_string(most));
  }
  return result;
}

double DarknetSection::real(const std::string& key, double otherwise) {
  const Value* value = take(key);
  const double result = value ? number<double>(key, value->text) : otherwise;
  if (!std::isfinite(result)) reject(key + " is not finite");
  return result;
}

std::string DarknetSection::text(const std::string& key, const std::string& otherwise) {
  const Value* value = take(key);
  return value ? value->text : otherwise;
}

std::vector<int> DarknetSection::integers(const std::string& key) {
  const std::string list = text(key, "");
  std::vector<int> result;
  for (const auto part : split(list, ',')) result.push_back(number<int>(key, part));
  return result;
}

std::vector<double> DarknetSection::reals(const std::string& key) {
  const std::string list = text(key, "");
  std::vector<double> result;
  for (const auto part : split(list, ',')) result.push_back(number<double>(key, part));
  return result;
}

void DarknetSection::check_all_understood(std::span<const std::string_view> ignored) const {
  for (const auto& [key, value] : values_) {
    if (value.understood || std::ranges::count(ignored, key) > 0) continue;
    refuse(in_quotes(key) + " (line " + std::to_string(value.line) + ") is not supported");
  }
}

std::vector<DarknetSection> parse_darknet_cfg(std::string_view text, const std::string& path) {
  std::vector<DarknetSection> sections;
  for (int number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string line = without_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    const std::string place = path + ":" + std::to_string(number);
    const auto equals = line.find('=');
    if (line[0] == '[' && line.back() == ']') {
      const std::string name = line.substr(1, line.size() - 2);
      sections.emplace_back(place + ": [" + name + "]", name);
    } else if (equals == line.npos || equals == 0 || sections.empty()) {
      throw Error(Fault::bad_data, place + ": " + in_quotes(line) +
                                       " is neither [section] nor key=value inside a section");
    } else {
      sections.back().set(line.substr(0, equals), line.substr(equals + 1), number);
    }
  }
  if (sections.empty()) throw Error(Fault::bad_data, path + ": has no section");
  return sections;
}

}  // namespace bench
