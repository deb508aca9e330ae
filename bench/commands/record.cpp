#include <optional>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/result_file.h"
#include "bench/history_file.h"
#include "models/sha256.h"

namespace bench {
// A run that cannot be read keeps none of the others out; one that cannot be written does.
int execute(const RecordArguments& a, std::ostream& out, std::ostream& err) {
  if (a.runs.empty() || a.to.empty()) {
    throw Error(Fault::usage, "give runs and a file: bench record RUN... --to FILE.sqlite");
  }
  std::optional<HistoryFile> file;
  int code = exit_ok;
  for (const std::string& given : a.runs) {
    std::optional<ResultFile> run;
    try {
      run = read_result(given);
    } catch (const Error& error) {
      err << "bench: " << error.what() << std::endl;
      if (code == exit_ok) code = exit_code(error.fault());
      continue;
    }
    if (!file) file.emplace(a.to, HistoryFile::Access::write);
    const bool is_new = file->add(sha256(run->text), run->records);
    const std::size_t cases = run->records.size();
    const std::string words =
        cases == 1 ? "1 case recorded" : std::to_string(cases) + " cases recorded";
    out << given << ": " << (is_new ? words : "was recorded before") << "\n";
  }
  return code;
}

}  // namespace bench
