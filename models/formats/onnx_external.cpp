#include "models/formats/onnx_external.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

#include "models/error.h"
#include "models/formats/read_file.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using Entries = std::map<std::string, std::string>;

std::optional<std::uint64_t> number(const Entries& entries, const std::string& key) {
  const auto found = entries.find(key);
  if (found == entries.end()) return std::nullopt;
  const std::string& text = found->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw Error(Fault::bad_data, "external_data " + key + " " + in_quotes(text) + " is no number");
  }
  return value;
}

fs::path inside_folder_of(const std::string& model, const std::string& location) {
  if (location.empty() || location.find('\0') != location.npos) {
    throw Error(Fault::bad_data, "external_data location " + in_quotes(location) + " is no path");
  }
  const fs::path parent = fs::path(model).parent_path();
  std::error_code error;
  const fs::path folder = fs::canonical(parent.empty() ? "." : parent, error);
  if (error) throw Error(Fault::missing, parent.string() + ": " + error.message());
  const fs::path target = fs::weakly_canonical(folder / location, error);
  const auto [end, ignored] =
      std::mismatch(folder.begin(), folder.end(), target.begin(), target.end());
  if (error || fs::path(location).is_absolute() || end != folder.end()) {
    throw Error(Fault::bad_data, "external_data location " + in_quotes(location) +
                                     " is not inside the model's folder");
  }
  return target;
}

}  // namespace

std::string read_onnx_external(const Entries& entries, std::uint64_t needed, OnnxFiles& files) {
  const auto location = entries.find("location");
  if (location == entries.end()) {
    throw Error(Fault::bad_data, "is external but has no external_data location");
  }
  const fs::path target = inside_folder_of(files.path, location->second);
  std::error_code error;
  if (!fs::is_regular_file(target, error)) {
    throw Error(Fault::missing, "its data file " + target.string() + " is not there");
  }
  const std::uint64_t size = fs::file_size(target, error);
  const std::uint64_t offset = number(entries, "offset").value_or(0);
  const std::uint64_t length = number(entries, "length").value_or(needed);
  if (error || offset > size || length > size - offset || length != needed) {
    throw Error(Fault::bad_data, "needs " + std::to_string(needed) + " bytes, its external_data " +
                                     "says " + std::to_string(length) + " at offset " +
                                     std::to_string(offset) + ", " + in_quotes(location->second) +
                                     " has " + std::to_string(size));
  }
  std::string bytes(needed, '\0');
  std::ifstream file(target, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  if (!file.read(bytes.data(), static_cast<std::streamsize>(needed))) {
    throw Error(Fault::bad_data, "its data file " + target.string() + " cannot be read");
  }
  files.external.insert(target.string());
  return bytes;
}

}  // namespace bench
