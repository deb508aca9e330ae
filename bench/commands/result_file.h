#pragma once
// The records of a run, as its folder holds them.

#include <string>
#include <vector>

#include "reports/run_record.h"

namespace bench {

struct ResultFile {
  std::string path, text;
  std::vector<RunRecord> records;
};

/// `run` is a folder that holds result.json, or that file. Throws Error{missing} if it is not
/// there, Error{bad_data} naming file and key if it is damaged.
ResultFile read_result(const std::string& run);

}  // namespace bench
