#pragma once
// For tests only: the real data sets beside the checkout, and a clean way to skip where they are
// absent.
//
//     TEST_CASE("...") {
//       const auto file = real_data("face/gt/wider_face_val.mat");
//       if (!file) return;

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace bench::testing {

/// The path of `name` under $BENCH_REAL (default: ../shared/real beside the checkout), or
/// nothing after printing the line by which ctest counts this test as skipped.
inline std::optional<std::string> real_data(const std::string& name) {
  const char* root = std::getenv("BENCH_REAL");
  const auto path = std::filesystem::path(root ? root : BENCH_SOURCE_DIR "/../shared/real") / name;
  if (std::filesystem::exists(path)) return path.string();
  std::cout << "SKIPPED: real data not here: " << path.string() << " (set BENCH_REAL)\n";
  return std::nullopt;
}

/// A fresh empty folder, removed at the end.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / "quantbench-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// An environment variable that has another value meanwhile.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~EnvironmentVariable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace bench::testing
