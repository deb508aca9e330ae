// The official layout of WIDER FACE results: FOLDER/EVENT/IMAGE.txt holds
//
//     IMAGE              (name, with or without event and ending)
//     2                  (number of detections)
//     449 330 122 149 0.998
//     361 98 263 339 0.31
//
// Columns are x, y, width, height in pixels of the original image, and the score, which is always
// the FIFTH; further columns (landmarks, ...) are passed over, with a warning.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "bench/predictions/readers.h"
#include "bench/predictions/sightings.h"
#include "bench/predictions/text.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

struct Findings {
  Sightings missing, extra, other_name, more_columns, not_finite;
  std::size_t detections = 0;
  std::size_t within_unit = 0;   ///< boxes with every number within 0..1
  std::size_t like_corners = 0;  ///< boxes with w > x and h > y, as x2 > x1 and y2 > y1 always are
};

[[noreturn]] void fail(const std::string& file, int line, const std::string& what) {
  throw Error(Fault::bad_data, fmt::format("{}:{}: {}", file, line, what));
}

Detection read_detection(std::string_view line, const std::string& file, int number,
                         Findings& findings) {
  double values[5];  // x y w h score
  Fields fields(line);
  for (int column = 0; column < 5; ++column) {
    const auto field = fields.next();
    if (!field) {
      fail(file, number, fmt::format("{} columns where x y w h score are needed", column));
    }
    const auto value = parse_number(*field);
    if (!value) {
      fail(file, number,
           fmt::format("column {}, '{}', is not a number (columns are separated by blanks)",
                       column + 1, *field));
    }
    values[column] = *value;
  }
  if (fields.next()) findings.more_columns.add(file, number);
  const auto [x, y, w, h, score] = values;
  if (!std::ranges::all_of(values, [](double v) { return std::isfinite(v); })) {
    findings.not_finite.add(file, number);
  }
  ++findings.detections;
  findings.within_unit += std::max({x, y, w, h}) <= 1 && std::min({x, y, w, h}) >= 0;
  findings.like_corners += w > x && h > y;
  return {.label = 0, .score = score, .box = {x, y, x + w, y + h}};
}

/// Whether line 1 means this image: "IMAGE", "IMAGE.jpg", "EVENT/IMAGE" or "EVENT/IMAGE.jpg".
bool names(std::string_view line, std::string_view id) {
  while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);
  for (const std::string_view ending : {".jpg", ".jpeg", ".png", ".txt"}) {
    if (line.ends_with(ending)) line.remove_suffix(ending.size());
  }
  return line.substr(line.rfind('/') + 1) == id.substr(id.rfind('/') + 1);
}

Detections read_file(const std::string& file, const std::string& id, Findings& findings) {
  const std::string text = read_text(file);
  Lines lines(text);
  const auto name = lines.next();
  if (!name)
    fail(file, 1, "empty; line 1 should be the image's name, line 2 the number of detections");
  if (!names(*name, id)) findings.other_name.add(file, 1);
  const auto second = lines.next();
  Fields count_fields(second.value_or(""));
  const auto count = parse_count(count_fields.next().value_or(""));
  if (!count || count_fields.next()) {
    fail(file, 2, fmt::format("'{}' is not the number of detections", second.value_or("")));
  }
  Detections detections;
  detections.items.reserve(std::min(*count, text.size() / 10 + 1));  // "0 0 1 1 1\n"
  while (const auto line = lines.next()) {
    if (!Fields(*line).next()) continue;
    detections.items.push_back(read_detection(*line, file, lines.number(), findings));
  }
  if (detections.items.size() != *count) {
    fail(file, 2,
         fmt::format("says {} detections, but {} follow", *count, detections.items.size()));
  }
  return detections;
}

/// Text files below `path` that no image of the data set asked for.
void look_for_extra_files(const fs::path& path, const std::set<std::string>& wanted,
                          Findings& findings) {
  std::vector<std::string> extra;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    std::string file = entry.path().string();
    if (entry.path().extension() == ".txt" && !wanted.contains(file))
      extra.push_back(std::move(file));
  }
  std::sort(extra.begin(), extra.end());
  for (const std::string& file : extra) findings.extra.add(file);
}

std::vector<std::string> warnings(const Findings& found, std::size_t images) {
  std::vector<std::string> list;
  found.missing.warn(
      list,
      fmt::format("of {} images have no file: taken as no detections, their faces count", images));
  found.extra.warn(list, "files belong to no image of the data set: not read");
  found.other_name.warn(list, "files name another image in line 1: the file's own name is taken");
  found.more_columns.warn(list,
                          "lines have more than five columns: the fifth is taken as the score");
  found.not_finite.warn(list, "lines hold NaN or infinity");
  if (found.detections > 0 && found.within_unit == found.detections) {
    list.push_back("every box lies within 0..1: these look normalised; x y w h must be in pixels");
  }
  // True widths exceed x for few faces (large ones at the left), and heights y at the same time for
  // fewer; corners x2 y2 exceed x1 y1 for all.
  if (found.detections >= 20 && found.like_corners * 10 > found.detections * 9) {
    list.push_back(
        fmt::format("in {} of {} boxes columns 3 and 4 exceed columns 1 and 2: these look "
                    "like corners x1 y1 x2 y2; x y w h is needed",
                    found.like_corners, found.detections));
  }
  return list;
}

}  // namespace

Predictions read_widerface_predictions(const std::string& path, const Dataset& dataset) {
  if (!fs::is_directory(path)) {
    throw Error(Fault::missing,
                fmt::format("{}: no such folder; it should hold EVENT/IMAGE.txt", path));
  }
  Predictions predictions;
  Findings findings;
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const std::string& id = dataset.id(i);
    const std::string file = (fs::path(path) / (id + ".txt")).string();
    if (fs::exists(file)) {
      predictions.answers[id] = read_file(file, id, findings);
      predictions.files.push_back(file);
      wanted.insert(file);
    } else {
      predictions.answers[id] = Detections{};
      findings.missing.add(file);
    }
  }
  if (predictions.files.empty() && dataset.size() > 0) {
    throw Error(
        Fault::missing,
        fmt::format("{}: holds no result file of the data set; looked for {} files EVENT/IMAGE.txt "
                    "(first: {})",
                    path, dataset.size(), findings.missing.first));
  }
  look_for_extra_files(path, wanted, findings);
  predictions.warnings = warnings(findings, dataset.size());
  return predictions;
}

}  // namespace bench
