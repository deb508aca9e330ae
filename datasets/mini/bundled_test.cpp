// The images that come with the tree: whole, readable, and what scripts/draw_mini.sh draws.
#include <catch2/catch.hpp>

#include "datasets/dataset.h"
#include "datasets/image.h"
#include "datasets/mini/output.h"
#include "datasets/testing.h"
#include "datasets/text.h"
#include "models/sha256.h"

namespace bench::mini {
namespace {

using namespace bench::testing;
namespace fs = std::filesystem;

struct Bundled {
  const char *task, *folder, *reader;
  std::size_t size;    // images that the reader lists
  const char* digest;  // of annotations and images, first digits
  int again;           // images to draw once more
};
constexpr Bundled sets[] = {{"classification", "imagenet", "imagenet", 960, "721db6e6e4c6493b", 24},
                            {"voc", "voc", "voc-detection", 300, "dd46c58646e13630", 8},
                            {"voc", "voc", "voc-segmentation", 300, "dc6f273aa5058e5f", 8},
                            {"widerface", "widerface", "widerface", 150, "99881539ebff586d", 5},
                            {"lfw", "lfw", "lfw", 480, "8f9254d14c0e2e44", 80}};

fs::path folder_of(const Bundled& set) {
  return fs::path(BENCH_SOURCE_DIR) / "datasets/mini/data" / set.folder;
}

TEST_CASE("bundled images: readers open them, and they are the ones that were committed") {
  for (const Bundled& set : sets) {
    INFO(set.reader);
    const auto data = open_dataset(set.reader, {.root = folder_of(set).string()});
    CHECK(data->size() == set.size);
    Sha256 digest;
    digest.add(data->digest());
    for (std::size_t i = 0; i < data->size(); ++i) {
      const EncodedImage file = data->image(i);
      digest.add(file.bytes);
      CHECK(decode_image(file.bytes, file.file).warnings.empty());
    }
    CHECK(digest.hex().substr(0, 16) == set.digest);
  }
}

TEST_CASE("bundled images: drawn again they have the same bytes") {
  for (const Bundled& set : sets) {
    TemporaryFolder folder;
    const fs::path out = folder.path() / "again";
    draw_task(set.task, {.out = out, .seed = 1, .images = set.again});
    int pictures = 0;
    for (const auto& entry : fs::recursive_directory_iterator(out)) {
      const std::string ending = entry.path().extension().string();
      if (ending != ".jpg" && ending != ".JPEG" && ending != ".png" && ending != ".xml") continue;
      INFO(entry.path());
      ++pictures;
      CHECK(read_text(entry.path()) == read_text(folder_of(set) / fs::relative(entry.path(), out)));
    }
    CHECK(pictures >= set.again);
  }
}

TEST_CASE("bundled images: each folder's card says that they are drawn") {
  for (const Bundled& set : sets) {
    const std::string card = read_text(folder_of(set) / "README.md");
    CHECK(card.find("was drawn by a program") != std::string::npos);
    CHECK(card.find("--seed 1 ") != std::string::npos);
  }
}

}  // namespace
}  // namespace bench::mini
