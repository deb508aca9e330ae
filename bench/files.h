#pragma once
// Whole files.

#include <string>
#include <string_view>

namespace bench {

/// Throws Error{missing} if it cannot be opened, Error{bad_data} if it is over 64 MiB or cannot be
/// read to its end.
std::string read_file(const std::string& path);

/// The file is either as it was or holds all of `text`, whatever happens: written beside, flushed,
/// then renamed. Throws Error{environment}.
void write_file(const std::string& path, std::string_view text);

/// Makes a folder and those above it. Throws Error{environment}.
void make_folder(const std::string& path);

}  // namespace bench
