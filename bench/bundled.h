#pragma once
// What comes with the source tree and is too large to carry inside the program: drawn images
// (datasets/mini/data) and trained networks (models/mini).

#include <optional>
#include <string>

namespace bench {

/// A folder of the tree, "models/mini", where it is: below $BENCH_MINI if that is set; else
/// below the tree the program was built from, or the working directory.
std::optional<std::string> find_bundled(const std::string& folder);

/// The same. Throws Error{missing} naming `wanted` and every place looked in.
std::string bundled(const std::string& folder, const std::string& wanted);

/// Where data lie that a suite names: "bundled:imagenet" is datasets/mini/data/imagenet of the
/// tree, anything else is a path. Throws as bundled.
std::string data_folder(const std::string& name);

}  // namespace bench
