#include "datasets/listed.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "datasets/text.h"
#include "models/error.h"
#include "models/sha256.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

using Index = std::unordered_map<std::string_view, std::size_t>;

std::string text_of(double value) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

std::string text_of(const Box& box) {
  return text_of(box.x1) + " " + text_of(box.y1) + " " + text_of(box.x2) + " " + text_of(box.y2);
}

// What a digest is made of: one line per fact, so that it can be repeated by other means.
struct TruthText {
  std::string operator()(const ClassLabel& label) const { return std::to_string(label.index); }
  std::string operator()(const std::vector<FaceBox>& faces) const {
    std::string text;
    for (const auto& f : faces) {
      text += fmt::format("{} {:d} {:d} {:d}\n", text_of(f.box), f.easy, f.medium, f.hard);
    }
    return text;
  }
  std::string operator()(const std::vector<ObjectBox>& objects) const {
    std::string text;
    for (const auto& o : objects) {
      text += fmt::format("{} {} {:d} {:d}\n", o.label, text_of(o.box), o.difficult, o.truncated);
    }
    return text;
  }
  std::string operator()(const LabelMap& map) const {
    return fmt::format("{} {} {}", map.height, map.width,
                       sha256(std::as_bytes(std::span(map.labels))));
  }
  std::string operator()(const std::vector<FacePair>& pairs) const {
    std::string text;
    for (const auto& p : pairs) {
      text += fmt::format("{} {} {} {:d}\n", p.index, p.fold, p.other, p.same);
    }
    return text;
  }
};

Index index_of(const std::vector<ListedImage>& images) {
  Index index;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (!index.emplace(images[i].id, i).second) {
      throw Error(Fault::bad_data,
                  fmt::format("two images have the id '{}': {} and {}", images[i].id,
                              images[index[images[i].id]].file, images[i].file));
    }
  }
  return index;
}

std::string_view without_ending(std::string_view file) {
  return has_image_ending(file) ? file.substr(0, file.rfind('.')) : file;
}

// "data/images/EVENT/STEM.jpg" names the image EVENT/STEM: leading folders are dropped one by one.
std::size_t find_id(const Index& index, std::string_view name) {
  for (;;) {
    for (const auto candidate : {name, without_ending(name)}) {
      const auto found = index.find(candidate);
      if (found != index.end()) return found->second;
    }
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return index.size();
    name.remove_prefix(slash + 1);
  }
}

fs::path find_list(const DatasetOptions& options) {
  for (const auto& path : {fs::path(options.list), options.root / fs::path(options.list)}) {
    std::error_code error;
    if (fs::exists(path, error)) return path;
  }
  throw Error(Fault::missing, fmt::format("image list '{}' is not there, nor under {}",
                                          options.list, options.root));
}

// What a list names, as if it were a text file: of a folder, the paths of the images below.
std::string read_list(const fs::path& path) {
  if (!fs::is_directory(path)) return read_text(path);
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file() && has_image_ending(entry.path().filename().string())) {
      names.push_back(entry.path().string());
    }
  }
  std::sort(names.begin(), names.end());
  std::string text;
  for (const auto& name : names) text += name + "\n";
  return text;
}

}  // namespace

ListedDataset::ListedDataset(std::string_view name, std::vector<std::string> class_names,
                             std::vector<ListedImage> images,
                             std::unique_ptr<const ImageSource> source)
    : name_(name),
      class_names_(std::move(class_names)),
      images_(std::move(images)),
      source_(std::move(source)) {
  index_of(images_);
}

EncodedImage ListedDataset::image(std::size_t index) const {
  if (!source_) {
    throw Error(Fault::missing, fmt::format("{} was opened without images: none to give for '{}'",
                                            name_, images_.at(index).id));
  }
  return source_->read(images_.at(index).file);
}

std::string ListedDataset::digest() const {
  Sha256 hash;
  for (const auto& image : images_) {
    hash.add(image.id + "\n" + std::visit(TruthText{}, image.truth) + "\n");
  }
  return hash.hex();
}

void keep_listed(std::vector<ListedImage>& images, const DatasetOptions& options) {
  if (options.list.empty()) return;
  const auto path = find_list(options);
  const std::string text = read_list(path);
  const Index index = index_of(images);
  std::vector<std::size_t> line_of(images.size(), 0);
  for (const Line& line : lines_of(text)) {
    std::size_t found = find_id(index, line.text);
    if (found == images.size()) found = find_id(index, fields_of(line.text)[0]);
    if (found == images.size()) {
      refuse_line(path, line,
                  "no such image in this data set" +
                      (images.empty() ? "" : " (an id is e.g. " + images[0].id + ")"));
    }
    if (line_of[found]) {
      refuse_line(path, line, fmt::format("already listed on line {}", line_of[found]));
    }
    line_of[found] = line.number;
  }
  std::vector<ListedImage> kept;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (line_of[i]) kept.push_back(std::move(images[i]));
  }
  if (kept.empty()) throw Error(Fault::bad_data, "image list " + path.string() + " is empty");
  images = std::move(kept);
}

void require_images(const std::vector<ListedImage>& images, const ImageSource& source,
                    std::string_view page) {
  std::vector<std::string> files;
  files.reserve(images.size());
  for (const auto& image : images) files.push_back(image.file);
  const auto missing = source.absent(files);
  if (missing.empty()) return;
  throw Error(
      Fault::missing,
      fmt::format("{} of {} images are not under {}: first {}; get them from {}, or restrict "
                  "the run with --list (a file of names, or the folder: what is there)",
                  with_commas(missing.size()), with_commas(files.size()), source.where(),
                  first_few(missing), page));
}

std::string stem_of(std::string_view file) {
  const auto slash = file.rfind('/');
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  return std::string(without_ending(file));
}

bool has_image_ending(std::string_view file) {
  const auto dot = file.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string ending(file.substr(dot));
  for (char& c : ending) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

}  // namespace bench
