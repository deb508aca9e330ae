#include <fmt/format.h>
#include <zip.h>

#include <mutex>
#include <unordered_map>

#include "datasets/archive.h"
#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

struct Close {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

struct Member {
  std::uint64_t index = 0, size = 0;
};

class Zip : public ImageSource {
 public:
  explicit Zip(const std::filesystem::path& path) : path_(path.string()) {
    int code = 0;
    archive_.reset(zip_open(path_.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
    if (!archive_) {
      zip_error_t error;
      zip_error_init_with_code(&error, code);
      const bool twice = code == ZIP_ER_EXISTS;  // ZIP_CHECKCONS looks for that
      const std::string why = twice ? "a member is there twice" : zip_error_strerror(&error);
      zip_error_fini(&error);
      const bool absent = code == ZIP_ER_NOENT || code == ZIP_ER_OPEN;
      throw Error(absent ? Fault::missing : Fault::bad_data, "archive " + path_ + ": " + why);
    }
    const auto count = zip_get_num_entries(archive_.get(), 0);
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i) add(i);
  }

  std::string where() const override { return path_; }

  std::vector<std::string> absent(const std::vector<std::string>& names) const override {
    return names_without(members_, names);
  }

  EncodedImage read(const std::string& name) const override {
    const auto found = members_.find(name);
    if (found == members_.end()) {
      throw Error(Fault::missing, fmt::format("archive {} has no member '{}'", path_, name));
    }
    const auto [index, size] = found->second;
    EncodedImage image{path_ + ":" + name, std::vector<std::byte>(size)};
    const std::lock_guard lock(mutex_);  // libzip reads through one shared position
    const std::unique_ptr<zip_file_t, Close> file(zip_fopen_index(archive_.get(), index, 0));
    if (!file) fail(name, zip_strerror(archive_.get()));
    const auto got = zip_fread(file.get(), image.bytes.data(), size);
    std::byte beyond;  // reading to the end is what checks the CRC
    if (got != static_cast<zip_int64_t>(size) || zip_fread(file.get(), &beyond, 1) != 0) {
      fail(name, "damaged: it does not give its bytes or its checksum");
    }
    return image;
  }

 private:
  void add(std::uint64_t index) {
    zip_stat_t stat;
    if (zip_stat_index(archive_.get(), index, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_NAME) ||
        !(stat.valid & ZIP_STAT_SIZE)) {
      fail(fmt::format("number {}", index), "has no readable entry");
    }
    const std::string name = stat.name;
    require_safe_name(name, path_);
    if (name.ends_with('/')) return;  // a folder
    if (stat.size > largest_image_bytes) {
      fail(name, with_commas(stat.size) + " bytes, more than any real image");
    }
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE) {
      fail(name, "is encrypted, which is not supported", Fault::unsupported);
    }
    members_.emplace(name, Member{index, stat.size});
  }

  [[noreturn]] void fail(const std::string& name, const std::string& what,
                         Fault fault = Fault::bad_data) const {
    throw Error(fault, fmt::format("archive {}: member '{}' {}", path_, name, what));
  }

  std::string path_;
  std::unique_ptr<zip_t, Close> archive_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Member> members_;
};

}  // namespace

std::unique_ptr<ImageSource> open_zip(const std::filesystem::path& path) {
  return std::make_unique<Zip>(path);
}

}  // namespace bench
