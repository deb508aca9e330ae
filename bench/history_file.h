#pragma once
// The figures of many runs in one SQLite file. It holds nothing that the run folders do not hold:
// made anew from them, in any order, it gives the same answers.
//
//   run(id, key)                       key: sha256 of result.json; a run is recorded once
//   case_(run, position, suite, data, name, status, started, finished, answers, drawn, whole,
//         manifest)                    manifest: {"field": "text", ...}, as bench compare names
//         them
//   figure(case_, metric, unit, value, low, high)      value NULL: no number

#include <memory>
#include <string>
#include <vector>

#include "reports/history.h"

namespace bench {

class SqliteFile;

class HistoryFile {
 public:
  enum class Access { read, write };

  /// Opens the file; to write, one that is not there is made. Waits `busy_ms` for others that
  /// write. Throws Error: missing; bad_data (a folder, no such file, damaged); unsupported (written
  /// by a newer program); environment (locked, disk full, no permission).
  HistoryFile(const std::string& path, Access access, int busy_ms = 60000);
  ~HistoryFile();

  /// Keeps the records of the run whose result.json has this hash, all or none of them. Gives
  /// whether it was not there yet.
  bool add(const std::string& key, const std::vector<RunRecord>& records);

  /// Names, sorted.
  std::vector<std::string> suites();
  std::vector<std::string> metrics(const std::string& suite);

  /// The figure in every case of the suite that ever had it; without a value in runs that are not
  /// whole and have none. In the order of runs' hashes.
  std::vector<HistoryPoint> points(const std::string& suite, const std::string& metric);

 private:
  std::unique_ptr<SqliteFile> file_;
};

}  // namespace bench
