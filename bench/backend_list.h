#pragma once
// The list the build writes from the folders under bench/backends.

#include <memory>
#include <vector>

#include "bench/backend.h"

namespace bench {

std::vector<std::unique_ptr<Backend>> built_in_backends();

}  // namespace bench
