#include <filesystem>
#include <optional>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/files.h"
#include "bench/history_file.h"
#include "models/sha256.h"

namespace bench {
namespace {

struct ReadRun {
  std::string key;
  std::vector<RunRecord> records;
};

ReadRun read_run(const std::string& given) {
  namespace fs = std::filesystem;
  const std::string file =
      fs::is_directory(given) ? (fs::path(given) / "result.json").string() : given;
  if (!fs::exists(file)) {
    throw Error(Fault::missing, file + ": is not there; give the --out of a finished run");
  }
  const std::string text = read_file(file);
  return {sha256(text), read_result_file(text, file)};
}

}  // namespace

// A run that cannot be read keeps none of the others out; one that cannot be written does.
int execute(const RecordArguments& a, std::ostream& out, std::ostream& err) {
  if (a.runs.empty() || a.to.empty()) {
    throw Error(Fault::usage, "give runs and a file: bench record RUN... --to FILE.sqlite");
  }
  std::optional<HistoryFile> file;
  int code = exit_ok;
  for (const std::string& given : a.runs) {
    std::optional<ReadRun> run;
    try {
      run = read_run(given);
    } catch (const Error& error) {
      err << "bench: " << error.what() << std::endl;
      if (code == exit_ok) code = exit_code(error.fault());
      continue;
    }
    if (!file) file.emplace(a.to, HistoryFile::Access::write);
    const bool is_new = file->add(run->key, run->records);
    const std::size_t cases = run->records.size();
    const std::string words =
        cases == 1 ? "1 case recorded" : std::to_string(cases) + " cases recorded";
    out << given << ": " << (is_new ? words : "was recorded before") << "\n";
  }
  return code;
}

}  // namespace bench
