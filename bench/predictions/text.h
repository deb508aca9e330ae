#pragma once
// Text files of other programs, read in one pass and with line numbers; read_text is that of the
// data sets.

#include <optional>
#include <string>
#include <string_view>

#include "datasets/text.h"

namespace bench {

/// The lines of a text that outlives this, without their ends ("\n" or "\r\n").
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> next();
  int number() const { return number_; }  ///< of the line last given, from 1

 private:
  std::string_view rest_;
  int number_ = 0;
};

/// The fields of a line, separated by any number of spaces and tabs.
class Fields {
 public:
  explicit Fields(std::string_view line) : rest_(line) {}
  std::optional<std::string_view> next();

 private:
  std::string_view rest_;
};

/// A decimal number, "nan" and "inf" included, if that is the whole of `text`.
std::optional<double> parse_number(std::string_view text);

/// A whole number from 0 on, if that is the whole of `text`.
std::optional<std::size_t> parse_count(std::string_view text);

}  // namespace bench
