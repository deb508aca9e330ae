#pragma once
// darknet networks: a .cfg that lists the layers and a .weights that holds their numbers.

#include <string>

#include "models/formats/formats.h"

namespace bench {

/// `path` is either of the two files; the other has the same stem and lies beside it.
/// Throws as load_network.
LoadedNetwork read_darknet(const std::string& path);

}  // namespace bench
