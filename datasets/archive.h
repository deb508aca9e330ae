#pragma once
// Archives read in place: nothing is unpacked. Member names are paths with '/'; names that climb
// out ("..", "/...", backslashes) and names that occur twice are refused.

#include <filesystem>
#include <memory>

#include "datasets/image_source.h"

namespace bench {

/// A tar file (ustar, GNU long names, pax paths): its headers are read once, members are read from
/// their offsets. Throws Error{missing}, or Error{bad_data} naming the member or byte where it is
/// damaged or cut short.
std::unique_ptr<ImageSource> open_tar(const std::filesystem::path& path);

/// A zip file. Throws Error{missing}; Error{bad_data} for damage and members of absurd size;
/// Error{unsupported} for encrypted members.
std::unique_ptr<ImageSource> open_zip(const std::filesystem::path& path);

/// Throws Error{bad_data} unless `name` is a relative path that stays below where it starts.
void require_safe_name(const std::string& name, const std::filesystem::path& archive);

}  // namespace bench
