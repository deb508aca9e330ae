#include "datasets/dataset.h"

#include <filesystem>
#include <fstream>

#include "datasets/imagenet.h"
#include "datasets/lfw.h"
#include "datasets/voc.h"
#include "datasets/widerface.h"
#include "models/registry.h"

namespace bench {
namespace {

using Open = std::unique_ptr<Dataset> (*)(const DatasetOptions&);

constexpr Entry<Open> list[] = {
    {"widerface", "WIDER FACE validation: faces of all sizes, easy/medium/hard", open_widerface},
    {"imagenet", "ILSVRC2012 classification, 1,000 classes", open_imagenet},
    {"voc-detection", "PASCAL VOC 2007/2012 boxes of 20 classes", open_voc_detection},
    {"voc-segmentation", "PASCAL VOC 2007/2012 label maps of 20 classes and background",
     open_voc_segmentation},
    {"lfw", "Labeled Faces in the Wild: 6,000 pairs in 10 folds", open_lfw},
};

}  // namespace

std::unique_ptr<Dataset> open_dataset(std::string_view name, const DatasetOptions& options) {
  const auto open = find(list, "data set", name).make;
  const std::string wanted = "data set '" + std::string(name) + "'";
  if (options.root.empty()) {
    throw Error(Fault::usage, wanted + " needs a folder: give it with --data");
  }
  try {
    if (!std::filesystem::exists(options.root)) {
      throw Error(Fault::missing, wanted + ": " + options.root + " does not exist");
    }
    return open(options);
  } catch (const std::filesystem::filesystem_error& error) {  // e.g. no permission to look
    throw Error(Fault::environment, wanted + ": " + error.what());
  }
}

bool is_drawn(const std::string& root) {
  constexpr std::string_view mark = "# Drawn images";
  constexpr int levels = 3;
  std::error_code ignored;
  std::filesystem::path folder = std::filesystem::weakly_canonical(root, ignored);
  for (int level = 0; level < levels; ++level, folder = folder.parent_path()) {
    std::ifstream card(folder / "README.md");
    std::string line;
    if (std::getline(card, line) && line.starts_with(mark)) return true;
  }
  return false;
}

std::vector<DatasetInfo> datasets() {
  std::vector<DatasetInfo> infos;
  for (const auto& entry : list) infos.push_back({entry.name, entry.about});
  return infos;
}

}  // namespace bench
