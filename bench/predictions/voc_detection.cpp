// The devkit's result files: one per class, FOLDER/comp4_det_test_CLASS.txt or any other name that
// ends in _CLASS.txt, with lines over all images:
//
//     000004 0.702732 89 112 516 466        (image, score, x1 y1 x2 y2: 1-based and inclusive)
//
// Images that no line names have no detections. The line number goes into Detection::order, since
// the devkit breaks ties of score by it.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <unordered_map>

#include "bench/predictions/readers.h"
#include "bench/predictions/sightings.h"
#include "bench/predictions/text.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

struct Findings {
  Sightings no_file, other_files, unknown, inverted, from_zero;
  std::size_t detections = 0, within_unit = 0, tied = 0;
  bool three_decimals = true;
};

[[noreturn]] void fail(const std::string& file, int line, const std::string& what) {
  throw Error(Fault::bad_data, fmt::format("{}:{}: {}", file, line, what));
}

/// Label of the class a file is of: the longest class name that its name is or ends in after "_".
std::optional<std::size_t> class_of(std::string_view stem,
                                    const std::vector<std::string>& classes) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const bool fits = stem == classes[i] || stem.ends_with("_" + classes[i]);
    if (fits && (!best || classes[i].size() > classes[*best].size())) best = i;
  }
  return best;
}

/// The file of each class; empty where there is none.
std::vector<std::string> find_files(const std::string& folder,
                                    const std::vector<std::string>& classes, Findings& findings) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().string());
  }
  std::sort(names.begin(), names.end());
  std::vector<std::string> files(classes.size());
  for (const std::string& name : names) {
    const auto label = class_of(fs::path(name).stem().string(), classes);
    if (!label) {
      findings.other_files.add(name);
    } else if (!files[*label].empty()) {
      throw Error(Fault::bad_data, fmt::format("{} and {} are both of class {}; keep one",
                                               files[*label], name, classes[*label]));
    } else {
      files[*label] = name;
    }
  }
  return files;
}

class Reader {
 public:
  explicit Reader(const Dataset& dataset) : detections_(dataset.size()) {
    for (std::size_t i = 0; i < dataset.size(); ++i) index_.emplace(dataset.id(i), i);
  }

  void read(const std::string& file, int label) {
    const std::string text = read_text(file);
    std::vector<double> scores;
    Lines lines(text);
    while (const auto line = lines.next()) {
      Fields fields(*line);
      const auto id = fields.next();
      if (!id) continue;
      const Detection detection = parse(fields, file, lines.number(), label);
      scores.push_back(detection.score);
      const auto image = index_.find(*id);
      if (image == index_.end()) {
        findings.unknown.add(fmt::format("{}:{}, {}", file, lines.number(), *id));
      } else {
        detections_[image->second].items.push_back(detection);
      }
    }
    count_ties(scores);
  }

  Detections& of(std::size_t image) { return detections_[image]; }

  Findings findings;

 private:
  Detection parse(Fields& fields, const std::string& file, int line, int label) {
    double values[5];  // score x1 y1 x2 y2
    for (int i = 0; i < 5; ++i) {
      const auto field = fields.next();
      if (!field) fail(file, line, "too few fields; expected: image score x1 y1 x2 y2");
      const auto value = parse_number(*field);
      if (!value || !std::isfinite(*value)) {
        fail(file, line, fmt::format("'{}' is not a finite number", *field));
      }
      values[i] = *value;
      if (i == 0) note_decimals(*field);
    }
    if (fields.next()) fail(file, line, "too many fields; expected: image score x1 y1 x2 y2");
    const Detection detection{label, values[0], {values[1], values[2], values[3], values[4]}, line};
    note_box(detection.box, file, line);
    return detection;
  }

  void note_decimals(std::string_view score) {
    const auto point = score.find('.');
    if (score.find_first_of("eE") != std::string_view::npos ||
        (point != std::string_view::npos && score.size() - point > 4)) {
      findings.three_decimals = false;
    }
  }

  void note_box(const Box& box, const std::string& file, int line) {
    ++findings.detections;
    if (box.x2 < box.x1 || box.y2 < box.y1) findings.inverted.add(file, line);
    if (box.x1 == 0 || box.y1 == 0) findings.from_zero.add(file, line);
    const auto [low, high] = std::minmax({box.x1, box.y1, box.x2, box.y2});
    findings.within_unit += low >= 0 && high <= 1;
  }

  void count_ties(std::vector<double>& scores) {
    std::sort(scores.begin(), scores.end());
    for (std::size_t i = 1; i < scores.size(); ++i) findings.tied += scores[i] == scores[i - 1];
  }

  std::unordered_map<std::string_view, std::size_t> index_;
  std::vector<Detections> detections_;
};

std::vector<std::string> warnings(const Findings& found) {
  std::vector<std::string> list;
  found.no_file.warn(list, "classes have no file *_CLASS.txt: taken as no detections");
  found.other_files.warn(list, "text files end in no class's name: not read");
  found.unknown.warn(list, "lines name images that are not in the data set: not scored");
  found.inverted.warn(list, "boxes have x2 < x1 or y2 < y1: x1 y1 x2 y2 is needed, not x y w h");
  if (found.detections > 0 && found.within_unit == found.detections) {
    list.push_back("every box lies within 0..1: these look normalised; corners must be in pixels");
  } else {
    found.from_zero.warn(list, "boxes begin at 0: VOC counts pixels from 1; add 1 to all corners");
  }
  if (found.three_decimals && found.tied > 0) {
    list.push_back(
        fmt::format("scores have at most 3 decimals and {} of {} equal another of their class: AP "
                    "depends on the order of lines; write more decimals",
                    found.tied, found.detections));
  }
  return list;
}

}  // namespace

Predictions read_voc_detections(const std::string& path, const Dataset& dataset) {
  if (!fs::is_directory(path)) {
    throw Error(Fault::missing, path + ": no such folder; it should hold comp4_det_test_CLASS.txt");
  }
  Predictions predictions;
  Reader reader(dataset);
  const auto& classes = dataset.class_names();
  const auto files = find_files(path, classes, reader.findings);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (files[i].empty()) {
      reader.findings.no_file.add(classes[i]);
      continue;
    }
    reader.read(files[i], static_cast<int>(i));
    predictions.files.push_back(files[i]);
  }
  const Findings& found = reader.findings;
  if (predictions.files.empty()) {
    throw Error(Fault::missing, path +
                                    ": no file is named after a class, as in "
                                    "comp4_det_test_aeroplane.txt");
  }
  if (found.detections > 0 && found.unknown.count == found.detections) {
    throw Error(Fault::bad_data,
                fmt::format("{}: no line names an image of the data set (first: {}; an image of "
                            "the data set: {})",
                            path, found.unknown.first, dataset.id(0)));
  }
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    predictions.answers.emplace(dataset.id(i), std::move(reader.of(i)));
  }
  predictions.warnings = warnings(found);
  return predictions;
}

}  // namespace bench
