#include "bench/commands/result_file.h"

#include <filesystem>

#include "bench/files.h"
#include "models/error.h"

namespace bench {

ResultFile read_result(const std::string& run) {
  namespace fs = std::filesystem;
  ResultFile result;
  result.path = fs::is_directory(run) ? (fs::path(run) / "result.json").string() : run;
  if (!fs::exists(result.path)) {
    throw Error(Fault::missing, result.path + ": is not there; give the --out of a finished run");
  }
  result.text = read_file(result.path);
  result.records = read_result_file(result.text, result.path);
  return result;
}

}  // namespace bench
