#include "models/formats/darknet.h"

#include <filesystem>

#include "models/error.h"
#include "models/formats/darknet_builder.h"
#include "models/formats/read_file.h"

namespace bench {
namespace {

constexpr std::uint64_t longest_cfg = 1 << 24, longest_weights = std::uint64_t{1} << 34;

/// The file beside `path` with the same stem and the ending `wanted`.
std::string partner(const std::string& path, const char* wanted) {
  const std::string other = std::filesystem::path(path).replace_extension(wanted).string();
  if (!std::filesystem::exists(other)) {
    throw Error(Fault::missing, path + ": darknet keeps a network in two files; " + other +
                                    " should lie beside it");
  }
  return other;
}

}  // namespace

LoadedNetwork read_darknet(const std::string& path, bool is_cfg) {
  const std::string cfg = is_cfg ? path : partner(path, ".cfg");
  const std::string weights = is_cfg ? partner(path, ".weights") : path;
  DarknetBuilder builder(parse_darknet_cfg(read_file(cfg, longest_cfg), cfg),
                         DarknetWeights(read_file(weights, longest_weights), weights));
  LoadedNetwork result = builder.build();
  result.files = {cfg, weights};
  return result;
}

}  // namespace bench
