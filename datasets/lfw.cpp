#include "datasets/lfw.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "datasets/archive.h"
#include "datasets/lfw_pairs.h"
#include "datasets/listed.h"
#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view page = "the LFW page (vis-www.cs.umass.edu/lfw)";

// Where the images may begin inside a folder or archive.
std::vector<std::string> prefixes() { return {"", "lfw/", "lfw-deepfunneled/", "lfw_funneled/"}; }

fs::path folder_of(const fs::path& root) {
  return fs::is_directory(root) ? root : fs::absolute(root).parent_path();
}

struct PairsFile {
  fs::path path;
  bool is_list = false;  // the options' list names it
};

PairsFile find_pairs(const DatasetOptions& options) {
  const fs::path folder = folder_of(options.root);
  const std::string& list = options.list;
  for (const auto& path : {fs::path(list), folder / list, folder / (list + ".txt")}) {
    if (!list.empty() && fs::is_regular_file(path) && looks_like_pairs(path)) {
      return {path, true};
    }
  }
  for (const auto& path : {folder / "pairs.txt", fs::absolute(folder) / "../pairs.txt"}) {
    if (fs::is_regular_file(path)) return {path, false};
  }
  throw Error(Fault::missing,
              fmt::format("no pairs.txt in {} nor in the folder above; get it from {}",
                          folder.string(), page));
}

std::vector<ListedImage> images_of(const std::vector<LfwPair>& pairs) {
  std::map<std::string, std::vector<FacePair>> by_first;
  int index = 0;
  for (const auto& pair : pairs) {
    by_first[pair.first].push_back({index++, pair.fold, pair.second, pair.same});
    by_first[pair.second];
  }
  std::vector<ListedImage> images;
  for (auto& [id, truth] : by_first) images.push_back({id, id, std::move(truth)});
  return images;
}

void drop_pairs_to_others(std::vector<ListedImage>& images) {
  std::set<std::string, std::less<>> ids;
  for (const auto& image : images) ids.insert(image.id);
  for (auto& image : images) {
    std::erase_if(std::get<std::vector<FacePair>>(image.truth),
                  [&](const FacePair& pair) { return !ids.contains(pair.other); });
  }
}

std::unique_ptr<ImageSource> open_source(const fs::path& root) {
  if (fs::is_regular_file(root)) return open_zip(root);
  std::vector<std::string> zips;
  for (auto& file : files_in(root)) {
    if (file.ends_with(".zip")) zips.push_back(std::move(file));
  }
  const auto folders = folders_in(root);
  if (zips.empty() || !folders.empty()) return open_folder(root);
  if (zips.size() == 1) return open_zip(root / zips[0]);
  throw Error(Fault::usage, fmt::format("{} holds several archives ({}); give one of them with "
                                        "--data",
                                        root.string(), first_few(zips)));
}

// Of all places and endings, the one with the most images: its names go into `images`.
void find_files(std::vector<ListedImage>& images, const ImageSource& source) {
  std::vector<std::string> best;
  std::size_t fewest = images.size();
  for (const auto& prefix : prefixes()) {
    for (const std::string ending : {".jpg", ".png"}) {
      std::vector<std::string> names;
      for (const auto& image : images) names.push_back(prefix + image.id + ending);
      const std::size_t missing = source.absent(names).size();
      if (best.empty() || missing < fewest) {
        best = std::move(names);
        fewest = missing;
      }
    }
  }
  for (std::size_t i = 0; i < images.size(); ++i) images[i].file = best[i];
}

}  // namespace

std::unique_ptr<Dataset> open_lfw(const DatasetOptions& options) {
  const PairsFile pairs = find_pairs(options);
  auto images = images_of(read_lfw_pairs(pairs.path));
  if (!pairs.is_list) {
    keep_listed(images, {.root = folder_of(options.root).string(), .list = options.list});
  }
  drop_pairs_to_others(images);
  std::unique_ptr<ImageSource> source;
  if (options.need_images) {
    source = open_source(options.root);
    find_files(images, *source);
    require_images(images, *source, page);
  }
  return std::make_unique<ListedDataset>("lfw", std::vector<std::string>(), std::move(images),
                                         std::move(source));
}

}  // namespace bench
