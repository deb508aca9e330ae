#include "datasets/mini/checks.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "datasets/image.h"
#include "datasets/mini/output.h"
#include "datasets/testing.h"
#include "datasets/text.h"
#include "models/sha256.h"

namespace bench::testing {
namespace {

// Every file below a folder, by its relative path.
std::map<std::string, std::string> contents(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[std::filesystem::relative(entry.path(), folder).string()] = read_text(entry.path());
  }
  return files;
}

}  // namespace

void check_images(const Dataset& data, const std::function<bool(int, int)>& size_is_right) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const EncodedImage file = data.image(i);
    const DecodedImage image = decode_image(file.bytes, file.file);
    INFO(file.file);
    CHECK(image.warnings.empty());
    CHECK(size_is_right(static_cast<int>(image.pixels.dim(1)),
                        static_cast<int>(image.pixels.dim(0))));
    CHECK(seen.insert(sha256(file.bytes)).second);
  }
}

void check_seeds(std::string_view task, int images, int train_images) {
  TemporaryFolder folder;
  const auto draw = [&](const std::string& name, std::uint64_t seed, bool train) {
    const auto out = folder.path() / name;
    mini::draw_task(
        task, {.out = out, .seed = seed, .images = train ? train_images : images, .train = train});
    return contents(out);
  };
  const auto first = draw("first", 5, false);
  CHECK(first.at("README.md").find("was drawn by a program") != std::string::npos);
  CHECK(first.at("README.md").find("--seed 5 ") != std::string::npos);
  CHECK((draw("again", 5, false) == first));
  std::set<std::string> pictures;
  const auto is_picture = [](const std::string& path) {
    return path.ends_with(".jpg") || path.ends_with(".JPEG");
  };
  for (const auto& [path, bytes] : first) {
    if (is_picture(path)) pictures.insert(bytes);
  }
  CHECK_FALSE(pictures.empty());
  for (const auto& others : {draw("seed", 6, false), draw("train", 5, true)}) {
    for (const auto& [path, bytes] : others) {
      INFO(path);
      CHECK_FALSE((is_picture(path) && pictures.contains(bytes)));
    }
  }
}

}  // namespace bench::testing
