// The tar format: 512-byte headers, each followed by its member's bytes padded to 512.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "datasets/archive.h"
#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

constexpr std::uint64_t block_size = 512;
constexpr std::uint64_t longest_extension = 64u << 10;  // a long name or pax record

class File {
 public:
  explicit File(const std::filesystem::path& path)
      : path_(path.string()), fd_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw Error(Fault::missing, "cannot open archive " + path_);
    const off_t end = ::lseek(fd_, 0, SEEK_END);
    if (end < 0) {
      ::close(fd_);
      throw Error(Fault::bad_data, "archive " + path_ + " is not a regular file");
    }
    size_ = static_cast<std::uint64_t>(end);
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }

  /// REQUIRES offset + size <= size(). Throws Error{bad_data} if the file has become shorter.
  void read(std::uint64_t offset, void* out, std::uint64_t size) const {
    for (std::uint64_t done = 0; done < size;) {
      const auto got = ::pread(fd_, static_cast<char*>(out) + done, size - done,
                               static_cast<off_t>(offset + done));
      if (got <= 0) {
        throw Error(Fault::bad_data,
                    fmt::format("archive {}: cannot read byte {}", path_, offset + done));
      }
      done += static_cast<std::uint64_t>(got);
    }
  }

  [[noreturn]] void fail(std::uint64_t offset, const std::string& what) const {
    throw Error(Fault::bad_data, fmt::format("archive {}, byte {}: {}", path_, offset, what));
  }

 private:
  std::string path_;
  int fd_;
  std::uint64_t size_ = 0;
};

struct Member {
  std::uint64_t offset = 0, size = 0;
};
using Members = std::unordered_map<std::string, Member>;

struct Header {
  std::array<char, block_size> bytes;

  std::string_view field(std::size_t at, std::size_t size) const {
    const std::string_view all(bytes.data() + at, size);
    return all.substr(0, all.find('\0'));
  }
  char type() const { return bytes[156]; }
  bool is_zero() const {
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
  }

  // Octal digits between blanks; or, with the top bit set, a big-endian number (GNU).
  std::optional<std::uint64_t> number(std::size_t at, std::size_t size) const {
    std::uint64_t value = 0;
    if (static_cast<unsigned char>(bytes[at]) == 0x80) {
      for (std::size_t i = 1; i < size; ++i) {
        if (value >> 55) return std::nullopt;
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
      }
      return value;
    }
    const auto fields = fields_of(field(at, size));
    if (fields.size() != 1) return std::nullopt;
    for (const char c : fields[0]) {
      if (c < '0' || c > '7') return std::nullopt;
      value = value << 3 | static_cast<std::uint64_t>(c - '0');  // at most 12 digits: 36 bits
    }
    return value;
  }

  bool checksum_holds() const {
    std::uint64_t sum = 8 * ' ';  // its own field counts as blanks
    for (std::size_t i = 0; i < block_size; ++i) {
      if (i < 148 || i >= 156) sum += static_cast<unsigned char>(bytes[i]);
    }
    return number(148, 8) == sum;
  }

  std::string name() const {
    const std::string own(field(0, 100));
    const bool has_prefix =
        std::string_view(bytes.data() + 257, 6) == std::string_view("ustar\0", 6);
    const auto prefix = has_prefix ? field(345, 155) : std::string_view();
    return prefix.empty() ? own : std::string(prefix) + "/" + own;
  }
};

// The member's path in a pax extension: records "LENGTH path=VALUE\n".
std::string pax_path(std::string_view records) {
  std::string path;
  while (!records.empty()) {
    const auto blank = records.find(' ');
    const auto length = to_int(records.substr(0, blank));
    if (blank == std::string_view::npos || !length) break;
    const auto size = static_cast<std::size_t>(std::max(*length, 0));
    if (size < blank + 2 || size > records.size()) break;
    const auto record = records.substr(blank + 1, size - blank - 2);
    if (record.starts_with("path=")) path = record.substr(5);
    records.remove_prefix(size);
  }
  return path;
}

// Reads the headers from front to back.
class Indexer {
 public:
  explicit Indexer(const File& file) : file_(file) {}

  Members read() {
    while (true) {
      if (file_.size() - at_ < block_size) file_.fail(at_, "cut short: no end mark");
      Header header;
      file_.read(at_, header.bytes.data(), block_size);
      if (header.is_zero()) return std::move(members_);
      if (!header.checksum_holds()) file_.fail(at_, "not a tar header, or a damaged one");
      const auto size = header.number(124, 12);
      if (!size) file_.fail(at_, "a member without a size");
      const std::uint64_t left = file_.size() - at_ - block_size;
      if (*size > left) {
        file_.fail(at_, fmt::format("cut short: member '{}' has {} bytes, {} are left",
                                    header.name(), with_commas(*size), with_commas(left)));
      }
      add(header, {at_ + block_size, *size});
      at_ += block_size + std::min((*size + block_size - 1) / block_size * block_size, left);
    }
  }

 private:
  void add(const Header& header, const Member& member) {
    switch (header.type()) {
      case 'L': long_name_ = extension(member); return;
      case 'x': long_name_ = pax_path(extension(member)); return;
      case '0':
      case '7':
      case '\0': add_file(long_name_.empty() ? header.name() : long_name_, member); break;
      default: break;  // folders, links, devices
    }
    long_name_.clear();
  }

  std::string extension(const Member& member) const {
    if (member.size > longest_extension) file_.fail(at_, "a name of absurd length");
    std::string text(member.size, '\0');
    file_.read(member.offset, text.data(), text.size());
    while (text.ends_with('\0')) text.pop_back();
    return text;
  }

  void add_file(std::string name, const Member& member) {
    while (name.starts_with("./")) name.erase(0, 2);
    require_safe_name(name, file_.path());
    if (!members_.emplace(name, member).second) {
      file_.fail(at_, "member '" + name + "' is there twice");
    }
  }

  const File& file_;
  std::uint64_t at_ = 0;
  std::string long_name_;  // for the next member
  Members members_;
};

class Tar : public ImageSource {
 public:
  explicit Tar(const std::filesystem::path& path) : file_(path), members_(Indexer(file_).read()) {}

  std::string where() const override { return file_.path(); }

  std::vector<std::string> absent(const std::vector<std::string>& names) const override {
    return names_without(members_, names);
  }

  EncodedImage read(const std::string& name) const override {
    const auto found = members_.find(name);
    if (found == members_.end()) {
      throw Error(Fault::missing, fmt::format("archive {} has no member '{}'", where(), name));
    }
    const auto [offset, size] = found->second;
    if (size > largest_image_bytes) {
      file_.fail(offset, fmt::format("member '{}' has {} bytes, more than any real image", name,
                                     with_commas(size)));
    }
    EncodedImage image{where() + ":" + name, std::vector<std::byte>(size)};
    file_.read(offset, image.bytes.data(), size);
    return image;
  }

 private:
  File file_;
  Members members_;
};

}  // namespace

std::unique_ptr<ImageSource> open_tar(const std::filesystem::path& path) {
  return std::make_unique<Tar>(path);
}

}  // namespace bench
