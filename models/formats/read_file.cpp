#include "models/formats/read_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "models/error.h"

namespace bench {

namespace {

std::uint64_t checked_size(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw Error(Fault::missing, path + ": no such file");
  if (!std::filesystem::is_regular_file(path, error)) {
    throw Error(Fault::bad_data, path + ": not a plain file");
  }
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) throw Error(Fault::missing, path + ": " + error.message());
  if (size == 0) throw Error(Fault::bad_data, path + ": the file is empty");
  return size;
}

std::string first_bytes(const std::string& path, std::uint64_t length) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(Fault::missing, path + ": cannot be opened");
  std::string bytes(length, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(length))) {
    throw Error(Fault::bad_data, path + ": cannot be read to its end");
  }
  return bytes;
}

}  // namespace

std::string read_file(const std::string& path, std::uint64_t limit) {
  const std::uint64_t size = checked_size(path);
  if (size > limit) {
    throw Error(Fault::bad_data, path + ": " + std::to_string(size) + " bytes; at most " +
                                     std::to_string(limit) + " are read from such a file");
  }
  return first_bytes(path, size);
}

std::string start_of_file(const std::string& path, std::uint64_t length) {
  return first_bytes(path, std::min(checked_size(path), length));
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string result = "'";
  for (const char c : text.substr(0, longest)) result += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > longest) result += "...";
  return result + "'";
}

}  // namespace bench
