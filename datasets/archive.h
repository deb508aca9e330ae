#pragma once
// Archives read in place: nothing is unpacked. Member names are paths with '/'; names that climb
// out ("..", "/...", backslashes) and names that occur twice are refused.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "datasets/image_source.h"

namespace bench {

/// A tar file (ustar, GNU long names, pax paths): its headers are read once, members are read from
/// their offsets. Throws Error{missing}, or Error{bad_data} naming the member or byte where it is
/// damaged or cut short.
std::unique_ptr<ImageSource> open_tar(const std::filesystem::path& path);

/// A zip file. Throws Error{missing}; Error{bad_data} for damage and members of absurd size;
/// Error{unsupported} for encrypted members.
std::unique_ptr<ImageSource> open_zip(const std::filesystem::path& path);

/// Those of `names` that are no key of `members`.
template <class Members>
std::vector<std::string> names_without(const Members& members,
                                       const std::vector<std::string>& names) {
  std::vector<std::string> missing;
  for (const auto& name : names) {
    if (!members.contains(name)) missing.push_back(name);
  }
  return missing;
}

/// Throws Error{bad_data} unless `name` is a relative path that stays below where it starts.
void require_safe_name(const std::string& name, const std::filesystem::path& archive);

}  // namespace bench
