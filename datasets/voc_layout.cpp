#include "datasets/voc_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view page = "the PASCAL VOC pages (host.robots.ox.ac.uk/pascal/VOC)";

std::vector<std::string> stems(const fs::path& folder, const std::string& ending) {
  std::vector<std::string> ids;
  for (auto& file : files_in(folder)) {
    if (file.ends_with(ending)) ids.push_back(file.substr(0, file.size() - ending.size()));
  }
  return ids;
}

// The first word of each line: the sets of one class have a second, -1, 0 or 1.
std::vector<std::string> read_image_set(const fs::path& path) {
  std::vector<std::string> ids;
  std::unordered_set<std::string_view> seen;
  const std::string text = read_text(path);
  for (const Line& line : lines_of(text)) {
    const auto id = fields_of(line.text)[0];
    if (!seen.insert(id).second) refuse_line(path, line, "this image is already listed above");
    ids.emplace_back(id);
  }
  if (ids.empty()) throw Error(Fault::bad_data, "image set " + path.string() + " is empty");
  return ids;
}

std::string default_set(const fs::path& year) {
  const std::string name = year.filename().string();
  if (name.ends_with("2007")) return "test";
  if (name.ends_with("2012")) return "val";
  return "";
}

void require_annotations(const std::vector<std::string>& ids, const fs::path& folder,
                         const std::string& ending) {
  const auto present = stems(folder, ending);
  std::vector<std::string> missing;
  for (const auto& id : ids) {
    if (!std::binary_search(present.begin(), present.end(), id)) missing.push_back(id + ending);
  }
  if (missing.empty()) return;
  throw Error(Fault::missing,
              fmt::format("{} of {} annotations are not in {}: first {}; get them from {} or "
                          "restrict the run with --list",
                          with_commas(missing.size()), with_commas(ids.size()), folder.string(),
                          first_few(missing), page));
}

// The image set that the options name, or nothing where everything (or a list of it) is meant.
std::optional<fs::path> find_image_set(const fs::path& year, const VocKind& kind,
                                       const std::string& list) {
  const fs::path folder = year / "ImageSets" / kind.image_sets;
  const bool have_sets = fs::is_directory(folder);
  const std::string name = list.empty() && have_sets ? default_set(year) : list;
  if (have_sets && !name.empty() && fs::is_regular_file(folder / (name + ".txt"))) {
    return folder / (name + ".txt");
  }
  if (list.empty() && !have_sets) return std::nullopt;
  if (!list.empty() && (fs::exists(list) || fs::exists(year / list))) return std::nullopt;
  const std::string known =
      have_sets ? "there: " + first_few(stems(folder, ".txt"), 8) : "there is no such folder";
  throw Error(
      Fault::missing,
      fmt::format("no image set '{}' in {} ({}), nor a list file of that name; name one with "
                  "--list",
                  name, folder.string(), known));
}

}  // namespace

const std::vector<std::string>& voc_classes() {
  static const std::vector<std::string> names = {
      "aeroplane", "bicycle",     "bird",  "boat",        "bottle", "bus",      "car",
      "cat",       "chair",       "cow",   "diningtable", "dog",    "horse",    "motorbike",
      "person",    "pottedplant", "sheep", "sofa",        "train",  "tvmonitor"};
  return names;
}

fs::path find_voc_year(const fs::path& root, const std::string& annotations) {
  if (fs::is_directory(root / annotations)) return root;
  std::vector<fs::path> years;
  for (const auto& parent : {root, root / "VOCdevkit"}) {
    if (!fs::is_directory(parent)) continue;
    for (const auto& name : folders_in(parent)) {
      if (name.starts_with("VOC2") && fs::is_directory(parent / name / annotations)) {
        years.push_back(parent / name);
      }
    }
  }
  if (years.size() == 1) return years[0];
  if (years.empty()) {
    throw Error(Fault::missing,
                fmt::format("no folder {} in {}, nor in VOC20xx or VOCdevkit/VOC20xx below it; get "
                            "VOC2007 or VOC2012 from {}",
                            annotations, root.string(), page));
  }
  std::vector<std::string> names;
  for (const auto& year : years) names.push_back(year.string());
  throw Error(Fault::usage, fmt::format("{} holds several years: {}; give one of them with --data",
                                        root.string(), first_few(names, names.size())));
}

std::vector<ListedImage> list_voc(const fs::path& year, const VocKind& kind,
                                  const DatasetOptions& options) {
  const fs::path folder = year / kind.annotations;
  const auto set = find_image_set(year, kind, options.list);
  const auto ids = set ? read_image_set(*set) : stems(folder, kind.ending);
  if (ids.empty()) {
    throw Error(Fault::missing, fmt::format("{} holds no {} file; get them from {}",
                                            folder.string(), kind.ending, page));
  }
  require_annotations(ids, folder, kind.ending);
  std::vector<ListedImage> images;
  for (const auto& id : ids) images.push_back({id, id + ".jpg", {}});
  if (!set) keep_listed(images, {.root = year.string(), .list = options.list});
  return images;
}

std::unique_ptr<const ImageSource> open_voc_images(const fs::path& year,
                                                   const std::vector<ListedImage>& images,
                                                   bool need_images) {
  const fs::path folder = year / "JPEGImages";
  if (!need_images && !fs::is_directory(folder)) return nullptr;
  auto source = open_folder(folder);
  if (need_images) require_images(images, *source, page);
  return source;
}

}  // namespace bench
