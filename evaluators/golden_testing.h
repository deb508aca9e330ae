#pragma once
// For tests only: golden files as they lie packed beside the checkout.

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "models/testing.h"

namespace bench::testing {

/// An archive (.tar.gz) of real data unpacked into a folder of its own, or a single .gz file.
class Unpacked {
 public:
  explicit Unpacked(const std::string& name) {
    const auto packed = real_data(name);
    if (!packed) return;
    const std::string folder = folder_.path().string();
    const bool tar = packed->ends_with(".tar.gz");
    const std::string command = tar ? "tar -xzf '" + *packed + "' -C '" + folder + "'"
                                    : "gzip -dc '" + *packed + "' > '" + folder + "/file'";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
    path_ = tar ? folder_.path() : folder_.path() / "file";
  }
  /// False where the real data are absent: the test returns.
  explicit operator bool() const { return path_.has_value(); }
  /// The folder, or the one file.
  const std::filesystem::path& path() const { return *path_; }

 private:
  TemporaryFolder folder_;
  std::optional<std::filesystem::path> path_;
};

/// Lines of a text file without comments (#), split at white space and commas. No lines if there is
/// no file.
inline std::vector<std::vector<std::string>> fields_of(const std::filesystem::path& file) {
  std::vector<std::vector<std::string>> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) continue;
    for (char& c : line) c = c == ',' ? ' ' : c;
    std::istringstream words(line);
    auto& fields = lines.emplace_back();
    for (std::string word; words >> word;) fields.push_back(word);
  }
  return lines;
}

}  // namespace bench::testing
