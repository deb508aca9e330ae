// A comparison as JUnit's XML.
#include <fmt/format.h>

#include "reports/comparison/words.h"

namespace bench {
namespace {

using namespace comparing;

std::string xml(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      escaped += ' ';
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string to_junit(const Comparison& comparison) {
  std::string body;
  std::size_t tests = 0, failures = 0;
  const auto add = [&](const CaseComparison& one, const std::string& name, bool failed,
                       const std::string& verdict, const std::string& text) {
    ++tests;
    failures += failed;
    body += fmt::format("  <testcase classname=\"{}\" name=\"{}\">", xml(one.data + "." + one.name),
                        xml(name));
    body += failed ? fmt::format("<failure message=\"{}\">{}</failure>", xml(verdict), xml(text))
                   : fmt::format("<system-out>{}: {}</system-out>", xml(verdict), xml(text));
    body += "</testcase>\n";
  };
  for (const CaseComparison& one : comparison.cases) {
    const bool comparable = one.verdict != Verdict::not_comparable;
    add(one, "comparable", !comparable, std::string(word(one.verdict)),
        fmt::format("{}", fmt::join(one.reasons, "; ")));
    for (const FigureChange& change : one.figures) {
      add(one, change.metric, change.missed, verdict_cell(change), sentence(change));
    }
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"bench compare\" tests=\"{}\" "
      "failures=\"{}\">\n{}</testsuite>\n",
      tests, failures, body);
}

}  // namespace bench
