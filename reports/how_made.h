#pragma once
// How a figure came about, in words: what a report says of every case.

#include <string>
#include <vector>

#include "reports/run_record.h"

namespace bench {

struct Fact {
  std::string name, value;
  bool is_code = false;  ///< to paste into a shell
};

/// Status, command, network and its hash, size, preparation, backend, recipe, data and its hashes,
/// protocol, speed, machine, published figures, warnings, failed images; what is not known is left
/// out.
std::vector<Fact> how_made(const RunRecord& record);

}  // namespace bench
