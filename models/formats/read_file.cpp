#include "models/formats/read_file.h"

#include <filesystem>
#include <fstream>

#include "models/error.h"

namespace bench {

std::string read_file(const std::string& path, std::uint64_t limit) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw Error(Fault::missing, path + ": no such file");
  if (!std::filesystem::is_regular_file(path, error)) {
    throw Error(Fault::bad_data, path + ": not a plain file");
  }
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) throw Error(Fault::missing, path + ": " + error.message());
  if (size == 0) throw Error(Fault::bad_data, path + ": the file is empty");
  if (size > limit) {
    throw Error(Fault::bad_data, path + ": " + std::to_string(size) + " bytes; at most " +
                                     std::to_string(limit) + " are read from such a file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(Fault::missing, path + ": cannot be opened");
  std::string bytes(size, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    throw Error(Fault::bad_data, path + ": cannot be read to its end");
  }
  return bytes;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string result = "'";
  for (const char c : text.substr(0, longest)) result += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > longest) result += "...";
  return result + "'";
}

}  // namespace bench
