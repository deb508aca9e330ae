#pragma once
// Whole files and parts of files as bytes, and strangers' names made fit to print.

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

/// All bytes of a file. Throws Error{missing} if there is none; Error{bad_data} if it is empty, no
/// plain file, or longer than `limit`.
std::string read_file(const std::string& path, std::uint64_t limit);

/// Its first bytes, at most `length`. Throws as read_file.
std::string start_of_file(const std::string& path, std::uint64_t length);

/// `text` in single quotes, unprintable bytes as '?', cut after 80: for messages.
std::string in_quotes(std::string_view text);

}  // namespace bench
