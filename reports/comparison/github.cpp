// A comparison as workflow commands.
#include <fmt/format.h>

#include "reports/comparison/words.h"

namespace bench {
namespace {

using namespace comparing;

// Data of a workflow command: the characters that end or part it are written as %XX.
std::string command_data(const std::string& text, bool property) {
  std::string escaped;
  for (const char c : text) {
    const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    escaped += special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return escaped;
}

std::string command(const char* level, const std::string& title, const std::string& text) {
  return fmt::format("::{} title={}::{}\n", level, command_data(title, true),
                     command_data(text, false));
}

}  // namespace

std::string to_github(const Comparison& comparison) {
  std::string text;
  for (const CaseComparison& one : comparison.cases) {
    if (one.verdict == Verdict::not_comparable) {
      text += command("error", one.name + " is not comparable",
                      fmt::format("{}", fmt::join(one.reasons, "; ")));
    }
    for (const FigureChange& change : one.figures) {
      if (!change.missed && change.verdict != Verdict::regressed) continue;
      const std::string title = one.name + ": " + change.metric;
      text += command(change.missed ? "error" : "warning",
                      change.share ? title : title + " regressed", sentence(change));
    }
  }
  return text + command("notice", "bench compare", conclusion(comparison));
}

}  // namespace bench
