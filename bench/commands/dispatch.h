#pragma once
// The command line: finds the command, runs it, turns what went wrong into one line and an exit
// code.

#include <iosfwd>
#include <string>
#include <vector>

#include "models/error.h"

namespace bench {

/// Exit codes, as `bench --help` documents them.
enum ExitCode {
  exit_ok = 0,
  exit_failed = 1,  ///< a case failed or a gate was missed
  exit_usage = 2,
  exit_missing = 3,  ///< data or weights
  exit_bad_data = 4,
  exit_unsupported = 5,
  exit_environment = 6,  ///< disk, memory
  exit_bug = 70,
  exit_interrupted = 130  ///< resumable: the same command goes on
};

int exit_code(Fault fault);

/// Runs `arguments` (without the program's name). Results go to `out`, everything else to `err`.
int dispatch(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace bench
