#include "datasets/imagenet_labels.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_of_labels(const fs::path& root) {
  const fs::path beside = (fs::absolute(root) / "../labels").lexically_normal();
  return {root, root / "ILSVRC2012_devkit_t12/data", root / "data", root / "labels", beside};
}

// Some columns of a csv file, found by their headings.
class Csv {
 public:
  struct Row {
    Line line;
    std::vector<std::string> values;  // in the order in which the columns were asked for
  };

  Csv(const fs::path& path, const std::vector<std::string>& columns) : text_(read_text(path)) {
    const auto lines = lines_of(text_);
    if (lines.empty()) throw Error(Fault::bad_data, path.string() + " is empty");
    const auto header = csv_fields_of(lines[0].text);
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto fields = csv_fields_of(lines[i].text);
      if (fields.size() != header.size()) {
        refuse_line(path, lines[i],
                    fmt::format("{} fields under {} headings", fields.size(), header.size()));
      }
      Row row{lines[i], {}};
      for (const auto& column : columns) {
        const auto found = std::find(header.begin(), header.end(), column);
        if (found == header.end()) refuse_line(path, lines[0], "no column " + column);
        row.values.push_back(fields[static_cast<std::size_t>(found - header.begin())]);
      }
      rows_.push_back(std::move(row));
    }
  }

  const std::vector<Row>& rows() const { return rows_; }

 private:
  std::string text_;  // lines point into it
  std::vector<Row> rows_;
};

}  // namespace

std::optional<int> Synsets::label(std::string_view id) const {
  const auto found = std::lower_bound(ids.begin(), ids.end(), id);
  if (found == ids.end() || *found != id) return std::nullopt;
  return static_cast<int>(found - ids.begin());
}

bool is_synset(std::string_view text) {
  return text.size() == 9 && text[0] == 'n' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Synsets make_synsets(std::vector<std::pair<std::string, std::string>> ids_and_names,
                     const fs::path& file) {
  std::sort(ids_and_names.begin(), ids_and_names.end());
  Synsets synsets;
  for (auto& [id, name] : ids_and_names) {
    if (!is_synset(id)) {
      throw Error(Fault::bad_data,
                  fmt::format("{}: '{}' is not a synset (n and 8 digits)", file.string(), id));
    }
    if (!synsets.ids.empty() && synsets.ids.back() == id) {
      throw Error(Fault::bad_data, fmt::format("{}: synset {} is there twice", file.string(), id));
    }
    synsets.names.push_back(name.empty() ? id : std::move(name));
    synsets.ids.push_back(std::move(id));
  }
  if (synsets.ids.size() != imagenet_classes) {
    throw Error(Fault::bad_data, fmt::format("{} holds {} synsets, ImageNet has 1,000",
                                             file.string(), with_commas(synsets.ids.size())));
  }
  return synsets;
}

std::string label_folders(const fs::path& root) {
  std::vector<std::string> names;
  for (const auto& folder : folders_of_labels(root)) names.push_back(folder.string());
  return first_few(names, names.size());
}

std::optional<fs::path> find_labels(const fs::path& root, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    for (const auto& folder : folders_of_labels(root)) {
      if (fs::is_regular_file(folder / name)) return folder / name;
    }
  }
  return std::nullopt;
}

std::optional<Synsets> find_synsets(const fs::path& root) {
  const auto path =
      find_labels(root, {"synset_words.txt", "LOC_synset_mapping.txt", "imagenet_synsets.txt"});
  if (!path) return std::nullopt;
  const std::string text = read_text(*path);
  std::vector<std::pair<std::string, std::string>> synsets;
  for (const Line& line : lines_of(text)) {
    const auto id = line.text.substr(0, line.text.find_first_of(" \t"));
    if (!is_synset(id)) refuse_line(*path, line, "expected a synset (n and 8 digits)");
    const auto name = line.text.find_first_not_of(" \t", id.size());
    synsets.emplace_back(id, name == std::string_view::npos ? "" : line.text.substr(name));
  }
  return make_synsets(std::move(synsets), *path);
}

std::vector<LabelledFile> read_label_list(const fs::path& path) {
  const std::string text = read_text(path);
  std::vector<LabelledFile> files;
  for (const Line& line : lines_of(text)) {
    const auto blank = line.text.find_last_of(" \t");
    const auto label =
        blank == std::string_view::npos ? std::nullopt : to_int(line.text.substr(blank + 1));
    if (!label) refuse_line(path, line, "expected 'NAME LABEL'");
    if (*label < 0 || *label >= imagenet_classes) {
      refuse_line(
          path, line,
          fmt::format("labels are 0 to 999 in the order of the sorted synsets{}",
                      *label == imagenet_classes ? "; this list seems to count from 1" : ""));
    }
    const auto name = line.text.substr(0, line.text.find_last_not_of(" \t", blank) + 1);
    files.push_back({std::string(name), *label});
  }
  if (files.empty()) throw Error(Fault::bad_data, path.string() + " lists no image");
  return files;
}

std::vector<LabelledFile> read_nips_csv(const fs::path& path) {
  const Csv csv(path, {"ImageId", "TrueLabel"});
  std::vector<LabelledFile> files;
  for (const auto& [line, values] : csv.rows()) {
    const auto number = to_int(values[1]);
    if (!number || *number < 1 || *number > imagenet_classes) {
      refuse_line(path, line, "TrueLabel is not 1 to 1000");
    }
    files.push_back({values[0] + ".png", *number - 1});
  }
  return files;
}

std::vector<LabelledFile> read_kaggle_csv(const fs::path& path, const Synsets& synsets) {
  const Csv csv(path, {"ImageId", "PredictionString"});
  std::vector<LabelledFile> files;
  for (const auto& [line, values] : csv.rows()) {
    const auto label = synsets.label(values[1].substr(0, values[1].find(' ')));
    if (!label) refuse_line(path, line, "does not begin with one of the 1,000 synsets");
    files.push_back({values[0] + ".JPEG", *label});
  }
  std::sort(files.begin(), files.end(), [](auto& a, auto& b) { return a.file < b.file; });
  return files;
}

}  // namespace bench
