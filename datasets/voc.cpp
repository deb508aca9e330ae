#include "datasets/voc.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pugixml.hpp>

#include "datasets/listed.h"
#include "datasets/text.h"
#include "datasets/voc_layout.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_xml = 1u << 20;

int class_index(const std::vector<std::string>& classes, std::string_view name) {
  return static_cast<int>(std::find(classes.begin(), classes.end(), name) - classes.begin());
}

std::string known(const std::vector<std::string>& classes) {
  return "known: " + first_few(classes, 20);
}

bool in_order(const Box& box) { return box.x1 <= box.x2 && box.y1 <= box.y2; }

// One annotation file. Boxes are taken as written: some coordinates are fractional.
class Annotation {
 public:
  explicit Annotation(const fs::path& path) : path_(path) {
    const std::string text = read_text(path, largest_xml);
    const auto result = document_.load_buffer(text.data(), text.size());
    if (!result) fail(fmt::format("{} at byte {}", result.description(), result.offset));
    if (!document_.child("annotation")) fail("no element <annotation>");
  }

  std::vector<ObjectBox> objects() const {
    std::vector<ObjectBox> objects;
    for (const auto& node : document_.child("annotation").children("object")) {
      const std::string place = fmt::format("object {}", objects.size() + 1);
      objects.push_back(object(node, place));
    }
    return objects;
  }

 private:
  ObjectBox object(const pugi::xml_node& node, const std::string& place) const {
    const std::string name = trimmed(node.child_value("name"));
    const int label = class_index(voc_classes(), name);
    if (label == static_cast<int>(voc_classes().size())) {
      fail(fmt::format("{}: unknown class '{}', {}", place, name, known(voc_classes())));
    }
    const auto box = node.child("bndbox");
    const ObjectBox out{label,
                        {number(box, "xmin", place), number(box, "ymin", place),
                         number(box, "xmax", place), number(box, "ymax", place)},
                        flag(node, "difficult", place),
                        flag(node, "truncated", place)};
    if (!in_order(out.box)) fail(place + ": its box has xmax < xmin or ymax < ymin");
    return out;
  }

  double number(const pugi::xml_node& parent, const char* name, const std::string& place) const {
    const auto value = to_double(trimmed(parent.child_value(name)));
    if (!value) {
      fail(fmt::format("{}: <{}> is '{}', not a number", place, name, parent.child_value(name)));
    }
    return *value;
  }

  // Absent in some years' files, which then means no.
  bool flag(const pugi::xml_node& parent, const char* name, const std::string& place) const {
    const std::string text = trimmed(parent.child_value(name));
    if (!text.empty() && text != "0" && text != "1") {
      fail(fmt::format("{}: <{}> is '{}', not 0 or 1", place, name, text));
    }
    return text == "1";
  }

  static std::string trimmed(std::string_view text) {
    const auto lines = lines_of(text);
    return lines.size() == 1 ? std::string(lines[0].text) : std::string();
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Fault::bad_data, "annotation " + path_.string() + ": " + what);
  }

  fs::path path_;
  pugi::xml_document document_;
};

std::vector<std::string> read_names(const fs::path& path) {
  std::vector<std::string> names;
  const std::string text = read_text(path);
  for (const Line& line : lines_of(text)) {
    if (line.text[0] != '#') names.emplace_back(line.text);
  }
  return names;
}

ObjectBox object_of(const fs::path& path, const Line& line,
                    const std::vector<std::string>& classes) {
  const auto fields = fields_of(line.text);
  if (fields.size() != 7) refuse_line(path, line, "expected: id class x1 y1 x2 y2 difficult");
  const int label = class_index(classes, fields[1]);
  if (label == static_cast<int>(classes.size())) {
    refuse_line(path, line, fmt::format("unknown class '{}', {}", fields[1], known(classes)));
  }
  double corner[4];
  for (std::size_t i = 0; i < 4; ++i) {
    const auto value = to_double(fields[i + 2]);
    if (!value) refuse_line(path, line, fmt::format("'{}' is not a number", fields[i + 2]));
    corner[i] = *value;
  }
  if (fields[6] != "0" && fields[6] != "1") refuse_line(path, line, "difficult is not 0 or 1");
  const ObjectBox object{label, {corner[0], corner[1], corner[2], corner[3]}, fields[6] == "1"};
  if (!in_order(object.box)) refuse_line(path, line, "x2 < x1 or y2 < y1");
  return object;
}

// Images in the order of ids.txt; without it, as they first appear.
std::unique_ptr<Dataset> open_text(const fs::path& path, const DatasetOptions& options) {
  if (options.need_images) {
    throw Error(Fault::missing, path.string() +
                                    " is a ground-truth text file and has no images: it "
                                    "serves to score answers; for a run give the "
                                    "VOCdevkit folder");
  }
  const fs::path beside = fs::absolute(path).parent_path();
  const bool own_classes = fs::exists(beside / "classes.txt");
  const auto classes = own_classes ? read_names(beside / "classes.txt") : voc_classes();
  const bool own_ids = fs::exists(beside / "ids.txt");
  std::vector<ListedImage> images;
  std::map<std::string, std::size_t, std::less<>> by_id;
  const auto add = [&](std::string_view id) {
    by_id.emplace(id, images.size());
    images.push_back({std::string(id), std::string(id) + ".jpg", std::vector<ObjectBox>{}});
  };
  if (own_ids) {
    for (const auto& id : read_names(beside / "ids.txt")) add(id);
  }
  const std::string text = read_text(path);
  for (const Line& line : lines_of(text)) {
    if (line.text[0] == '#') continue;
    const ObjectBox object = object_of(path, line, classes);
    const auto id = fields_of(line.text)[0];
    if (!by_id.contains(id)) {
      if (own_ids) refuse_line(path, line, "this image is not in ids.txt beside the file");
      add(id);
    }
    std::get<std::vector<ObjectBox>>(images[by_id.find(id)->second].truth).push_back(object);
  }
  if (images.empty()) throw Error(Fault::bad_data, path.string() + " lists no object");
  keep_listed(images, {.root = beside.string(), .list = options.list});
  return std::make_unique<ListedDataset>("voc-detection", classes, std::move(images), nullptr);
}

}  // namespace

std::unique_ptr<Dataset> open_voc_detection(const DatasetOptions& options) {
  if (fs::is_regular_file(options.root)) return open_text(options.root, options);
  const VocKind kind = {"Annotations", ".xml", "Main"};
  const fs::path year = find_voc_year(options.root, kind.annotations);
  auto images = list_voc(year, kind, options);
  auto source = open_voc_images(year, images, options.need_images);
  for (auto& image : images) {
    image.truth = Annotation(year / kind.annotations / (image.id + kind.ending)).objects();
  }
  return std::make_unique<ListedDataset>("voc-detection", voc_classes(), std::move(images),
                                         std::move(source));
}

}  // namespace bench
