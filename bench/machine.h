#pragma once
// Where and when a run took place.

#include <string>

#include "reports/run_record.h"

namespace bench {

/// CPU, operating system, and how this program was built.
RunRecord::Environment this_environment();

std::string program_version();

/// "2024-05-31T12:00:00Z"
std::string utc_now();

}  // namespace bench
