#include "bench/bundled.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "bundled:";

std::vector<fs::path> roots() {
  const char* given = std::getenv("BENCH_MINI");
  if (given && *given) return {given};
  std::error_code ignored;
  return {BENCH_SOURCE_DIR, fs::current_path(ignored)};
}

}  // namespace

std::optional<std::string> find_bundled(const std::string& folder) {
  for (const fs::path& root : roots()) {
    std::error_code ignored;
    if (fs::is_directory(root / folder, ignored)) return (root / folder).string();
  }
  return std::nullopt;
}

std::string bundled(const std::string& folder, const std::string& wanted) {
  if (const auto found = find_bundled(folder)) return *found;
  std::string looked;
  for (const fs::path& root : roots()) {
    looked += (looked.empty() ? "" : " nor in ") + (root / folder).string();
  }
  throw Error(Fault::missing, wanted + ": comes with Quantbench's source tree, but is not in " +
                                  looked + "; set BENCH_MINI to a folder that holds " +
                                  folder);
}

std::string data_folder(const std::string& name) {
  if (!name.starts_with(prefix)) return name;
  return bundled("datasets/mini/data/" + name.substr(prefix.size()), name);
}

}  // namespace bench
