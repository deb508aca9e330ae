#include <algorithm>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/output.h"
#include "bench/history_file.h"
#include "models/error.h"
#include "reports/history.h"

namespace bench {
namespace {

bool is_day(const std::string& text) {
  const std::string pattern = "0000-00-00";
  return std::ranges::equal(text, pattern, [](char c, char wanted) {
    return wanted == '-' ? c == '-' : c >= '0' && c <= '9';
  });
}

void check(const HistoryArguments& a) {
  if (a.from.empty() || a.suite.empty() || a.metric.empty()) {
    throw Error(Fault::usage,
                "give all of bench history --from FILE.sqlite --suite NAME --metric NAME");
  }
  check_known("format", a.format, {"markdown", "json", "csv", "svg"});
  if (!a.since.empty() && !is_day(a.since)) {
    throw Error(Fault::usage, "--since: expected a day, YYYY-MM-DD, not '" + a.since + "'");
  }
  if (a.limit < 0) throw Error(Fault::usage, "--limit: expected a number of runs");
}

}  // namespace

int execute(const HistoryArguments& a, std::ostream& out, std::ostream&) {
  check(a);
  HistoryFile file(a.from, HistoryFile::Access::read);
  check_known("suite", a.suite, file.suites());
  check_known("metric", a.metric, file.metrics(a.suite));
  const auto series = history_series(
      file.points(a.suite, a.metric),
      {a.cases.empty() ? "*" : a.cases, a.machine, a.since, static_cast<std::size_t>(a.limit), {}});
  if (a.format == "svg") {
    out << history_svg(series);
  } else if (a.format == "json") {
    out << to_text(to_json(series));
  } else if (a.format == "csv") {
    out << to_csv(history_points_table(series));
  } else {
    print(history_tables(series), a.format, out);
  }
  return exit_ok;
}

}  // namespace bench
