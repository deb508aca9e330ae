// The devkit of ILSVRC2012 counts its synsets from 1, in an order of its own (1 is the kit fox).
#include <fmt/format.h>

#include <algorithm>

#include "datasets/imagenet_labels.h"
#include "datasets/mat_file.h"
#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t validation_images = 50'000;

struct Entry {
  int number = 0;  // the devkit's
  std::string synset, name;
};

[[noreturn]] void refuse(const fs::path& path, const std::string& what) {
  throw Error(Fault::bad_data, path.string() + ": " + what);
}

// meta.mat: a struct array "synsets"; those above 1000 are inner nodes of the tree.
std::vector<Entry> read_meta(const fs::path& path) {
  const MatArray synsets = read_mat(path, {"synsets"})[0];
  const auto column = [&](const char* name) {
    const auto& names = synsets.field_names;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) refuse(path, fmt::format("'synsets' has no field {}", name));
    return static_cast<std::size_t>(found - names.begin());
  };
  const std::size_t number = column("ILSVRC2012_ID"), id = column("WNID"), words = column("words");
  const std::size_t width = synsets.field_names.size();
  std::vector<Entry> entries;
  for (std::size_t at = 0; at + width <= synsets.elements.size(); at += width) {
    const auto& value = synsets.elements[at + number].numbers;
    if (value.size() != 1) refuse(path, "an ILSVRC2012_ID is not one number");
    if (value[0] >= 1 && value[0] <= imagenet_classes) {
      entries.push_back({static_cast<int>(value[0]), synsets.elements[at + id].text,
                         synsets.elements[at + words].text});
    }
  }
  return entries;
}

// label map in protobuf text form: item { name: "n02119789" label: 1 display_name: "kit_fox" }
std::vector<Entry> read_prototxt(const fs::path& path) {
  const std::string text = read_text(path);
  std::vector<Entry> entries;
  for (const Line& line : lines_of(text)) {
    const auto fields = fields_of(line.text);
    if (fields[0] == "item") entries.emplace_back();
    if (fields.size() < 2 || fields[0] == "item") continue;
    if (entries.empty()) refuse_line(path, line, "expected 'item {' first");
    const auto value =
        line.text.substr(static_cast<std::size_t>(fields[1].data() - line.text.data()));
    const auto quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"'
                            ? value.substr(1, value.size() - 2)
                            : std::string_view();
    if (fields[0] == "name:") entries.back().synset = quoted;
    if (fields[0] == "display_name:") entries.back().name = quoted;
    if (fields[0] != "label:") continue;
    const auto number = to_int(value);
    if (!number) refuse_line(path, line, "expected a number");
    entries.back().number = *number;
  }
  std::erase_if(entries, [](const Entry& entry) { return entry.number == 0; });  // background
  return entries;
}

struct Map {
  Synsets synsets;
  std::vector<int> label_of;  // by the devkit's number, [0] unused
};

Map find_map(const fs::path& root, const fs::path& wanted_by) {
  const auto path = find_labels(root, {"meta.mat", "labelmap_ilsvrc_clsloc.prototxt"});
  if (!path) {
    throw Error(Fault::missing,
                fmt::format("{} holds the devkit's own numbers; to turn them into labels one of "
                            "meta.mat (of ILSVRC2012_devkit_t12, image-net.org) and "
                            "labelmap_ilsvrc_clsloc.prototxt is needed; looked in {}",
                            wanted_by.string(), label_folders(root)));
  }
  const auto entries = path->extension() == ".mat" ? read_meta(*path) : read_prototxt(*path);
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto& entry : entries) names.emplace_back(entry.synset, entry.name);
  Map map{make_synsets(std::move(names), *path), std::vector<int>(imagenet_classes + 1, -1)};
  for (const auto& entry : entries) {
    if (entry.number < 1 || entry.number > imagenet_classes) {
      refuse(*path, fmt::format("synset {} has the number {}", entry.synset, entry.number));
    }
    int& label = map.label_of[static_cast<std::size_t>(entry.number)];
    if (label >= 0) refuse(*path, fmt::format("two synsets have the number {}", entry.number));
    label = map.synsets.label(entry.synset).value();
  }
  return map;
}

std::vector<int> read_numbers(const fs::path& path) {
  const std::string text = read_text(path);
  std::vector<int> numbers;
  for (const Line& line : lines_of(text)) {
    const auto number = to_int(line.text);
    if (number && *number == 0) {
      refuse_line(path, line,
                  "the devkit counts from 1 in its own order; this file seems to hold labels from "
                  "0, as in Caffe's val.txt: give it as val.txt with lines 'NAME LABEL'");
    }
    if (!number || *number < 1 || *number > imagenet_classes) {
      refuse_line(path, line, "expected one of the devkit's numbers, 1 to 1000");
    }
    numbers.push_back(*number);
  }
  if (numbers.size() != validation_images) {
    refuse(path, fmt::format("{} labels, the validation set has {} images",
                             with_commas(numbers.size()), with_commas(validation_images)));
  }
  return numbers;
}

}  // namespace

DevkitLabels read_devkit(const fs::path& path, const fs::path& root) {
  const auto numbers = read_numbers(path);
  Map map = find_map(root, path);
  DevkitLabels labels;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    labels.files.push_back({fmt::format("ILSVRC2012_val_{:08}.JPEG", i + 1),
                            map.label_of[static_cast<std::size_t>(numbers[i])]});
  }
  labels.synsets = std::move(map.synsets);
  return labels;
}

}  // namespace bench
