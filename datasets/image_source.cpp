#include "datasets/image_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <unordered_set>

#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

enum class Kind { file, folder };

std::vector<std::string> entries(const fs::path& folder, Kind kind) {
  std::vector<std::string> names;
  try {
    for (const auto& entry : fs::directory_iterator(folder)) {
      std::string name = entry.path().filename().string();
      const bool wanted = kind == Kind::file ? entry.is_regular_file() : entry.is_directory();
      if (wanted && !name.starts_with('.')) names.push_back(std::move(name));
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(Fault::missing,
                fmt::format("cannot list folder {}: {}", folder.string(), error.code().message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Folder : public ImageSource {
 public:
  explicit Folder(fs::path path) : path_(std::move(path)) {}

  std::string where() const override { return path_.string(); }

  // Each folder is listed once: fifty thousand single questions are slow on a network disk.
  std::vector<std::string> absent(const std::vector<std::string>& names) const override {
    std::map<fs::path, std::unordered_set<std::string>> listed;
    std::vector<std::string> missing;
    for (const auto& name : names) {
      const fs::path file = path_ / name;
      auto [place, fresh] = listed.try_emplace(file.parent_path());
      if (fresh && fs::is_directory(place->first)) {
        for (auto& entry : files_in(place->first)) place->second.insert(std::move(entry));
      }
      if (!place->second.contains(file.filename().string())) missing.push_back(name);
    }
    return missing;
  }

  EncodedImage read(const std::string& name) const override {
    const std::string file = (path_ / name).string();
    std::error_code error;
    const auto size = fs::file_size(file, error);
    std::ifstream in(file, std::ios::binary);
    if (error || !in) throw Error(Fault::missing, "cannot open image " + file);
    if (size > largest_image_bytes) {
      throw Error(Fault::bad_data, fmt::format("image {} has {} bytes, more than any real image",
                                               file, with_commas(size)));
    }
    EncodedImage image{file, std::vector<std::byte>(size)};
    in.read(reinterpret_cast<char*>(image.bytes.data()), static_cast<std::streamsize>(size));
    if (static_cast<std::uint64_t>(in.gcount()) != size) {
      throw Error(Fault::bad_data, "image " + file + " could not be read to its end");
    }
    return image;
  }

 private:
  fs::path path_;
};

}  // namespace

std::unique_ptr<ImageSource> open_folder(const fs::path& folder) {
  return std::make_unique<Folder>(folder);
}

std::optional<fs::path> first_existing(const fs::path& root,
                                       const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const fs::path path = name.empty() ? root : root / name;
    std::error_code error;
    if (fs::exists(path, error)) return path;
  }
  return std::nullopt;
}

std::vector<std::string> files_in(const fs::path& folder) { return entries(folder, Kind::file); }

std::vector<std::string> folders_in(const fs::path& folder) {
  return entries(folder, Kind::folder);
}

}  // namespace bench
