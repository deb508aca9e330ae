#include "datasets/widerface.h"

#include <fmt/format.h>

#include "datasets/listed.h"
#include "datasets/text.h"
#include "datasets/widerface_annotations.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view page = "the WIDER FACE page (shuoyang1213.me/WIDERFACE)";
const char* const mat_name = "wider_face_val.mat";
const char* const text_name = "wider_face_val_bbx_gt.txt";
const char* const flags_name = "wider_val_gt_flags.txt";

// The publisher's archives unpack to WIDER_val/images, eval_tools/ground_truth and
// wider_face_split; the others are what people make of them.
std::vector<std::string> image_folders() {
  return {"WIDER_val/images", "images", "wider_val_images", ""};
}
std::vector<std::string> truth_folders() {
  return {"eval_tools/ground_truth", "ground_truth", "wider_face_split", "gt", ""};
}

// The folder given; or, where a ground-truth file was given, the folders above it, nearest first.
using Roots = std::vector<fs::path>;

std::optional<fs::path> find_truth(const Roots& roots, const std::string& name) {
  for (const auto& root : roots) {
    for (const auto& folder : truth_folders()) {
      if (const auto path = first_existing(root, {(fs::path(folder) / name).string()})) return path;
    }
  }
  return std::nullopt;
}

std::string shown(const std::vector<std::string>& folders) {
  std::string text;
  for (const auto& folder : folders) {
    text += (text.empty() ? "" : ", ") + (folder.empty() ? "itself" : folder);
  }
  return text;
}

void mark_all(std::vector<FaceAnnotation>& images, const Roots& roots) {
  const auto mark = [&](const std::string& name, bool FaceBox::*level) {
    const auto path = find_truth(roots, name);
    if (!path) {
      throw Error(Fault::missing,
                  fmt::format("no {} under {} (looked in {}); it says which faces count as such, "
                              "get eval_tools.zip from {}",
                              name, roots[0].string(), shown(truth_folders()), page));
    }
    mark_difficulty(images, *path, level);
  };
  mark("wider_easy_val.mat", &FaceBox::easy);
  mark("wider_medium_val.mat", &FaceBox::medium);
  mark("wider_hard_val.mat", &FaceBox::hard);
}

std::vector<FaceAnnotation> from_text(const fs::path& path, const Roots& roots) {
  WiderText text = read_wider_text(path);
  if (!text.flags) mark_all(text.images, roots);
  return std::move(text.images);
}

std::vector<FaceAnnotation> from_mat(const fs::path& path, const Roots& roots) {
  auto images = read_wider_mat(path);
  mark_all(images, roots);
  return images;
}

std::vector<FaceAnnotation> from_folder(const Roots& roots) {
  const auto mat = find_truth(roots, mat_name);
  const auto text = find_truth(roots, text_name);
  if (mat) {
    auto images = from_mat(*mat, roots);
    if (text) require_same_boxes(images, *mat, read_wider_text(*text).images, *text);
    return images;
  }
  if (text) return from_text(*text, roots);
  if (const auto flags = find_truth(roots, flags_name)) return from_text(*flags, roots);
  throw Error(Fault::missing,
              fmt::format("no WIDER FACE ground truth under {}: none of {}, {}, {} in {}; get "
                          "eval_tools.zip from {}",
                          roots[0].string(), mat_name, text_name, flags_name,
                          shown(truth_folders()), page));
}

// The first folder that holds the events; where none does, the publisher's own, for the message.
fs::path find_images(const Roots& roots, const std::vector<ListedImage>& images) {
  for (const auto& root : roots) {
    for (const auto& name : image_folders()) {
      const fs::path folder = root / name;
      for (const auto& image : images) {
        if (fs::is_directory((folder / image.file).parent_path())) return folder;
      }
    }
  }
  throw Error(Fault::missing, fmt::format("no WIDER FACE images under {} (looked in {}); get "
                                          "WIDER_val.zip from {}",
                                          roots[0].string(), shown(image_folders()), page));
}

}  // namespace

std::unique_ptr<Dataset> open_widerface(const DatasetOptions& options) {
  const fs::path root = options.root;
  const bool is_file = fs::is_regular_file(root);
  const fs::path folder = fs::absolute(root).parent_path();
  const Roots roots = is_file ? Roots{folder, folder / "..", folder / "../.."} : Roots{root};
  std::vector<FaceAnnotation> annotations;
  if (!is_file) {
    annotations = from_folder(roots);
  } else if (root.extension() == ".mat") {
    annotations = from_mat(root, roots);
  } else {
    annotations = from_text(root, roots);
  }
  std::vector<ListedImage> images;
  for (auto& a : annotations) images.push_back({a.id, a.id + ".jpg", std::move(a.faces)});
  keep_listed(images, options);
  std::unique_ptr<ImageSource> source;
  if (options.need_images) {
    source = open_folder(find_images(roots, images));
    require_images(images, *source, page);
  }
  return std::make_unique<ListedDataset>("widerface", std::vector<std::string>{"face"},
                                         std::move(images), std::move(source));
}

}  // namespace bench
