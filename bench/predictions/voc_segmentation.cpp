// FOLDER/ID.png: palette PNGs, a pixel's index being its class, at the size of the original image.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>

#include "bench/predictions/readers.h"
#include "bench/predictions/sightings.h"
#include "bench/predictions/text.h"
#include "datasets/image.h"
#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

struct Findings {
  Sightings missing, extra, with_void;
};

LabelMap read_map(const std::string& file, Findings& findings) {
  const std::string bytes = read_text(file);
  LabelMap map = decode_label_map(std::as_bytes(std::span(bytes)), file);
  const auto& labels = map.labels;
  if (std::find(labels.begin(), labels.end(), 255) != labels.end()) {
    findings.with_void.add(file);
  }
  return map;
}

void look_for_extra_files(const std::string& path, const std::set<std::string>& wanted,
                          Findings& findings) {
  std::set<std::string> extra;
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string file = entry.path().string();
    if (entry.path().extension() == ".png" && !wanted.contains(file)) extra.insert(file);
  }
  for (const std::string& file : extra) findings.extra.add(file);
}

}  // namespace

Predictions read_voc_segmentations(const std::string& path, const Dataset& dataset) {
  if (!fs::is_directory(path)) {
    throw Error(Fault::missing, path + ": no such folder; it should hold IMAGE.png, label maps");
  }
  Predictions predictions;
  Findings findings;
  std::set<std::string> wanted;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const std::string& id = dataset.id(i);
    const std::string file = (fs::path(path) / (id + ".png")).string();
    if (!fs::exists(file)) {
      findings.missing.add(file);
      continue;
    }
    predictions.answers.emplace(id, read_map(file, findings));
    predictions.files.push_back(file);
    wanted.insert(file);
  }
  if (predictions.files.empty() && dataset.size() > 0) {
    throw Error(
        Fault::missing,
        fmt::format("{}: holds no label map of the data set; looked for {} files (first: {})", path,
                    dataset.size(), findings.missing.first));
  }
  look_for_extra_files(path, wanted, findings);
  findings.missing.warn(predictions.warnings,
                        fmt::format("of {} images have no label map", dataset.size()));
  findings.extra.warn(predictions.warnings,
                      "PNG files belong to no image of the data set: not read");
  findings.with_void.warn(predictions.warnings,
                          "predictions hold the label 255: only ground truth has void");
  return predictions;
}

}  // namespace bench
