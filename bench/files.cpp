#include "bench/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "models/error.h"

namespace bench {
namespace {

constexpr std::uintmax_t size_limit = 64u << 20;

// Closes on the way out, whatever happened.
class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  ~Descriptor() {
    if (file_ >= 0) close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

[[noreturn]] void cannot_write(const std::string& path) {
  throw Error(Fault::environment, path + ": cannot be written: " + std::strerror(errno));
}

void write_flushed(const std::string& path, std::string_view text) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) cannot_write(path);
  while (!text.empty()) {
    const ssize_t n = write(file.get(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) cannot_write(path);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (fsync(file.get()) != 0) cannot_write(path);
}

}  // namespace

std::string read_file(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) throw Error(Fault::missing, path + ": no such file, or it cannot be opened");
  if (size > size_limit) throw Error(Fault::bad_data, path + ": is over 64 MiB");
  std::string text(static_cast<std::size_t>(size), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (static_cast<std::uintmax_t>(in.gcount()) != size) {
    throw Error(Fault::bad_data, path + ": cannot be read to its end");
  }
  return text;
}

void write_file(const std::string& path, std::string_view text) {
  const std::string beside = path + ".part";
  try {
    write_flushed(beside, text);
    if (std::rename(beside.c_str(), path.c_str()) != 0) cannot_write(path);
  } catch (const Error&) {
    unlink(beside.c_str());
    throw;
  }
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path)) {
    throw Error(Fault::environment, path + ": cannot be made a folder: " +
                                        (error ? error.message() : "a file is in the way"));
  }
}

}  // namespace bench
