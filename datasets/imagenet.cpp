#include "datasets/imagenet.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/archive.h"
#include "datasets/imagenet_labels.h"
#include "datasets/listed.h"
#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view page = "image-net.org (ILSVRC2012_img_val.tar)";
const char* const tar_name = "ILSVRC2012_img_val.tar";
const char* const kaggle_name = "LOC_val_solution.csv";
const char* const devkit_name = "ILSVRC2012_validation_ground_truth.txt";

// What a layout gives; `folder` is where `files` lie, empty if that is still to be found.
struct Found {
  std::vector<LabelledFile> files;
  std::optional<Synsets> synsets;
  std::optional<fs::path> folder;
  std::string_view source = page;
};

std::vector<std::string> image_folders() {
  return {"val", "ILSVRC2012_img_val", "ILSVRC/Data/CLS-LOC/val", "images", ""};
}

std::vector<fs::path> folders_there(const fs::path& root) {
  std::vector<fs::path> folders;
  for (const auto& name : image_folders()) {
    const fs::path folder = name.empty() ? root : root / name;
    if (fs::is_directory(folder)) folders.push_back(folder);
  }
  return folders;
}

Synsets require_synsets(const fs::path& root, const std::string& why) {
  if (auto synsets = find_synsets(root)) return *synsets;
  throw Error(Fault::missing,
              fmt::format("{}, so the list of the 1,000 synsets is needed to number them: "
                          "imagenet_synsets.txt or synset_words.txt; looked in {}",
                          why, label_folders(root)));
}

int label_of(const Synsets& synsets, std::string_view id, const fs::path& where) {
  const auto label = synsets.label(id);
  if (!label) {
    throw Error(Fault::bad_data,
                fmt::format("{}: synset {} is not one of the 1,000", where.string(), id));
  }
  return *label;
}

std::vector<std::string> images_in(const fs::path& folder) {
  auto files = files_in(folder);
  std::erase_if(files, [](const std::string& file) { return !has_image_ending(file); });
  return files;
}

std::optional<Found> by_synset_folders(const fs::path& root) {
  for (const auto& parent : folders_there(root)) {
    auto folders = folders_in(parent);
    std::erase_if(folders, [](const std::string& name) { return !is_synset(name); });
    if (folders.empty()) continue;
    Found found{{}, find_synsets(root), parent};
    if (!found.synsets && folders.size() == imagenet_classes) {
      std::vector<std::pair<std::string, std::string>> ids;
      for (const auto& id : folders) ids.emplace_back(id, "");
      found.synsets = make_synsets(std::move(ids), parent);
    }
    if (!found.synsets) {
      found.synsets = require_synsets(
          root, fmt::format("{} holds {} folders of synsets", parent.string(), folders.size()));
    }
    for (const auto& id : folders) {
      const int label = label_of(*found.synsets, id, parent / id);
      for (const auto& file : images_in(parent / id)) {
        found.files.push_back({id + "/" + file, label});
      }
    }
    // As the images are in one folder: by name, not by class.
    std::sort(found.files.begin(), found.files.end(), [](const auto& a, const auto& b) {
      return std::pair(stem_of(a.file), a.file) < std::pair(stem_of(b.file), b.file);
    });
    return found;
  }
  return std::nullopt;
}

bool begins_with_synset(const std::string& file) {
  return file.size() > 10 && file[9] == '_' && is_synset(std::string_view(file).substr(0, 9));
}

std::optional<Found> by_names(const fs::path& root) {
  for (const auto& folder : folders_there(root)) {
    const auto files = images_in(folder);
    if (files.empty() || !std::all_of(files.begin(), files.end(), begins_with_synset)) continue;
    Found found{{}, std::nullopt, folder};
    found.synsets = require_synsets(
        root, "the files of " + folder.string() + " are named by synset (" + files[0] + ")");
    for (const auto& file : files) {
      found.files.push_back({file, label_of(*found.synsets, file.substr(0, 9), folder / file)});
    }
    return found;
  }
  return std::nullopt;
}

std::optional<Found> by_label_files(const fs::path& root) {
  if (const auto list = find_labels(root, {"val.txt", "caffe_val.txt"})) {
    return Found{read_label_list(*list), find_synsets(root), {}};
  }
  if (const auto devkit = find_labels(root, {devkit_name})) {
    auto labels = read_devkit(*devkit, root);
    return Found{std::move(labels.files), std::move(labels.synsets), {}};
  }
  if (const auto kaggle = find_labels(root, {kaggle_name})) {
    auto synsets = require_synsets(root, kaggle->string() + " labels images by synset");
    auto files = read_kaggle_csv(*kaggle, synsets);
    return Found{std::move(files), std::move(synsets), {}};
  }
  return std::nullopt;
}

Found by_nips_csv(const fs::path& csv, const fs::path& root) {
  return {read_nips_csv(csv), find_synsets(root), root / "images",
          "the pages of the NIPS 2017 adversarial contest"};
}

Found find_in_folder(const fs::path& root) {
  if (fs::is_regular_file(root / "images.csv")) return by_nips_csv(root / "images.csv", root);
  if (auto found = by_synset_folders(root)) return *found;
  if (auto found = by_names(root)) return *found;
  if (auto found = by_label_files(root)) return *found;
  throw Error(Fault::missing,
              fmt::format("no ImageNet labels under {}: no folders or files named by synset, no "
                          "images.csv, and none of val.txt, caffe_val.txt, {}, {} in {}",
                          root.string(), devkit_name, kaggle_name, label_folders(root)));
}

Found find_beside_file(const fs::path& file, const fs::path& root) {
  const std::string name = file.filename().string();
  if (file.extension() == ".csv") return by_nips_csv(file, root);
  if (file.extension() == ".tar") {
    if (auto found = by_label_files(root)) return *found;
    throw Error(Fault::missing, fmt::format("no labels beside {}: val.txt, caffe_val.txt or {} is "
                                            "needed",
                                            file.string(), devkit_name));
  }
  if (name == devkit_name) {
    auto labels = read_devkit(file, root);
    return {std::move(labels.files), std::move(labels.synsets), {}};
  }
  return {read_label_list(file), find_synsets(root), {}};
}

// The folder that holds any of the images, or the tar.
std::unique_ptr<ImageSource> find_images(const fs::path& root, const fs::path& given,
                                         const std::vector<ListedImage>& images) {
  if (given.extension() == ".tar") return open_tar(given);
  std::vector<std::string> names;
  for (const auto& image : images) names.push_back(image.file);
  for (const auto& folder : folders_there(root)) {
    auto source = open_folder(folder);
    if (source->absent(names).size() < names.size()) return source;
  }
  if (fs::is_regular_file(root / tar_name)) return open_tar(root / tar_name);
  std::vector<std::string> places = image_folders();
  places.back() = "the folder itself";
  throw Error(Fault::missing,
              fmt::format("none of {} images is under {}: looked in {}, and for {}; get it from {}",
                          with_commas(names.size()), root.string(),
                          first_few(places, places.size()), tar_name, page));
}

// Ids are stems; where stems repeat over folders, the folder is part of all of them.
std::vector<ListedImage> with_ids(const std::vector<LabelledFile>& files) {
  std::vector<ListedImage> images;
  std::set<std::string> seen;
  for (const auto& f : files) {
    images.push_back({stem_of(f.file), f.file, ClassLabel{f.label}});
    seen.insert(images.back().id);
  }
  if (seen.size() != images.size()) {
    for (auto& image : images) image.id = image.file.substr(0, image.file.rfind('.'));
  }
  return images;
}

std::vector<std::string> class_names(const std::optional<Synsets>& synsets) {
  if (synsets) return synsets->names;
  std::vector<std::string> names;
  for (int label = 0; label < imagenet_classes; ++label) names.push_back(std::to_string(label));
  return names;
}

}  // namespace

std::unique_ptr<Dataset> open_imagenet(const DatasetOptions& options) {
  const fs::path given = options.root;
  const bool is_file = fs::is_regular_file(given);
  const fs::path root = is_file ? fs::absolute(given).parent_path() : given;
  Found found = is_file ? find_beside_file(given, root) : find_in_folder(root);
  auto images = with_ids(found.files);
  if (images.empty()) {
    throw Error(Fault::missing, fmt::format("no image under {}; get them from {}",
                                            found.folder.value_or(root).string(), found.source));
  }
  keep_listed(images, {.root = root.string(), .list = options.list});
  std::unique_ptr<ImageSource> source;
  if (options.need_images) {
    source = found.folder ? open_folder(*found.folder) : find_images(root, given, images);
    require_images(images, *source, found.source);
  }
  return std::make_unique<ListedDataset>("imagenet", class_names(found.synsets), std::move(images),
                                         std::move(source));
}

}  // namespace bench
