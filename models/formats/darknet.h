#pragma once
// darknet networks: a .cfg that lists the layers and a .weights that holds their numbers.

#include <string>

#include "models/formats/formats.h"

namespace bench {

/// `path` is the .cfg or the .weights; the other has the same stem and lies beside it.
/// Throws as load_network.
LoadedNetwork read_darknet(const std::string& path, bool is_cfg);

}  // namespace bench
