#pragma once
// For tests only: the program called in process, and runs of a tiny network on a few drawings.

#include <sstream>
#include <string>
#include <vector>

#include "bench/commands/dispatch.h"
#include "bench/files.h"
#include "bench/tiny_lfw.h"
#include "models/contains_testing.h"
#include "models/testing.h"
#include "reports/run_record.h"

namespace bench::testing {

struct Ran {
  int code;
  std::string out, err;
};

/// `bench ARGUMENTS`.
inline Ran bench(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int code = dispatch(arguments, out, err);
  return {code, out.str(), err.str()};
}

/// A folder with the tiny network and its drawings, and the runs made of them.
class TinyRun {
 public:
  explicit TinyRun(int people = 6) { write_tiny_lfw(folder_.path(), people); }

  /// Runs the network into `out`, with `more` added to the command.
  Ran operator()(const std::string& out, const std::vector<std::string>& more = {}) const {
    return bench(tiny_run(folder_.path(), out, 50, more));
  }
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  std::vector<RunRecord> records(const std::string& out) const {
    const std::string path = file(out) + "/result.json";
    return read_result_file(read_file(path), path);
  }
  RunRecord record(const std::string& out) const { return records(out).at(0); }

 private:
  TemporaryFolder folder_;
};

/// Runs of one bundled network on the first few images of its bundled data, chosen by the seed.
class MiniRuns {
 public:
  explicit MiniRuns(std::string model, int images = 4)
      : model_(std::move(model)), images_(images) {}

  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  /// Into the folder called as the backend. `more` is added to the command.
  Ran operator()(const std::string& backend, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"run",         "--suite", "mini",
                                    "--model",     model_,    "--backend",
                                    backend,       "--limit", std::to_string(images_),
                                    "--bootstrap", "20",      "--threads",
                                    "1",           "--out",   file(backend)};
    all.insert(all.end(), more.begin(), more.end());
    return bench(all);
  }

 private:
  std::string model_;
  int images_;
  TemporaryFolder folder_;
};

}  // namespace bench::testing
