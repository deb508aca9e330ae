#include "reports/manifest.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/sha256.h"

namespace bench {
namespace {

struct Field {
  const char* name;
  bool refuses;
  std::string (*text)(const RunRecord&);
};

std::string short_hash(const std::string& hash) { return hash.substr(0, 12); }

std::string files_of(const RunRecord& r) {
  std::string text;
  for (const FileHash& file : r.model.files) {
    text += (text.empty() ? "" : ", ") + short_hash(file.sha256);
  }
  return text;
}

// Predictions of another program may be thousands of files.
std::string model_of(const RunRecord& r) {
  if (r.model.files.size() <= 3) return r.model.name + " " + files_of(r);
  return fmt::format("{} ({} files, {})", r.model.name, r.model.files.size(),
                     short_hash(sha256(files_of(r))));
}

const Field fields[] = {
    {"data", true,
     [](const RunRecord& r) { return r.data.name + " " + short_hash(r.data.annotations_digest); }},
    {"images", true, [](const RunRecord& r) { return short_hash(r.data.images_digest); }},
    {"subset", true,
     [](const RunRecord& r) {
       return r.data.limit > 0 ? fmt::format("{} by seed {}", r.data.limit, r.data.seed)
                               : std::string("all");
     }},
    {"protocol", true,
     [](const RunRecord& r) {
       return r.evaluator.meaning.empty() ? r.evaluator.name + " " + r.evaluator.protocol
                                          : r.evaluator.meaning;
     }},
    {"preprocessing", true,
     [](const RunRecord& r) { return r.prepare.name + " " + short_hash(r.prepare.hash); }},
    {"decoder", true, [](const RunRecord& r) { return r.decode; }},
    {"backend", false, [](const RunRecord& r) { return r.backend.name; }},
    {"model", false, model_of},
    {"graph", false, [](const RunRecord& r) { return short_hash(r.model.graph_digest); }},
    {"recipe", false,
     [](const RunRecord& r) {
       return r.quantization.name + " " + short_hash(sha256(to_text(r.quantization.recipe)));
     }},
    {"calibration", false,
     [](const RunRecord& r) { return short_hash(r.quantization.calibration.digest); }},
    {"requantization", false, [](const RunRecord& r) { return r.quantization.requantization; }},
    {"binary engine", false, [](const RunRecord& r) { return r.quantization.binary_engine; }},
    {"library", false, [](const RunRecord& r) { return r.backend.library; }},
    {"instruction set", false, [](const RunRecord& r) { return r.backend.isa; }},
    {"version", false, [](const RunRecord& r) { return r.environment.program_version; }},
    {"commit", false, [](const RunRecord& r) { return r.environment.commit; }},
    {"compiler", false,
     [](const RunRecord& r) { return r.environment.compiler + " " + r.environment.build_type; }},
    {"machine", false,
     [](const RunRecord& r) {
       return fmt::format("{}, {} cores {}", r.environment.cpu, r.environment.cores,
                          r.environment.machine);
     }},
    {"threads", false, [](const RunRecord& r) { return std::to_string(r.speed.threads); }},
};

}  // namespace

std::vector<ManifestField> manifest_of(const RunRecord& record) {
  std::vector<ManifestField> manifest;
  for (const Field& field : fields) manifest.push_back({field.name, field.text(record)});
  return manifest;
}

std::string manifest_text(const std::vector<ManifestField>& manifest, std::string_view field) {
  const auto found = std::ranges::find(manifest, field, &ManifestField::field);
  return found == manifest.end() ? "" : found->text;
}

std::vector<ManifestDifference> manifest_differences(const std::vector<ManifestField>& before,
                                                     const std::vector<ManifestField>& after) {
  std::vector<ManifestDifference> list;
  for (const ManifestField& from : before) {
    const auto to = std::ranges::find(after, from.field, &ManifestField::field);
    if (to == after.end() || to->text == from.text) continue;
    if (from.field == "images" && (from.text.empty() || to->text.empty())) continue;
    const auto field = std::ranges::find(fields, from.field, &Field::name);
    list.push_back(
        {from.field, from.text, to->text, field != std::end(fields) && field->refuses});
  }
  return list;
}

std::vector<ManifestDifference> manifest_differences(const RunRecord& before,
                                                     const RunRecord& after) {
  std::vector<ManifestDifference> list =
      manifest_differences(manifest_of(before), manifest_of(after));
  // Digests of what was read follow from how much was: a lost image is no other image.
  if (before.data.scored != after.data.scored) {
    std::erase_if(list, [](const ManifestDifference& one) { return one.field == "images"; });
  }
  return list;
}

std::vector<std::string> refusing_fields() {
  std::vector<std::string> names;
  for (const Field& field : fields) {
    if (field.refuses) names.emplace_back(field.name);
  }
  return names;
}

}  // namespace bench
