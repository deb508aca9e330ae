#include "bench/commands/commands.h"

namespace bench {
namespace {

std::string shell_word(const std::string& word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%";
  if (!word.empty() && word.find_first_not_of(plain) == word.npos) return word;
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

}  // namespace

std::string shell_line(const std::vector<std::string>& arguments) {
  std::string line = "bench";
  for (const std::string& argument : arguments) line += " " + shell_word(argument);
  return line;
}

}  // namespace bench
