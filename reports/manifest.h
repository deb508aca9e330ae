#pragma once
// The making of a case as a list of named texts, and what differs between two of them.

#include <string>
#include <string_view>
#include <vector>

#include "reports/run_record.h"

namespace bench {

/// "data": "imagenet 1a2b3c4d5e6f", "commit": "...", ...
struct ManifestField {
  std::string field, text;
  friend bool operator==(const ManifestField&, const ManifestField&) = default;
};

/// One field of the manifests that differs.
struct ManifestDifference {
  std::string field;  ///< "data", "protocol", "model", "instruction set", ...
  std::string before, after;
  bool refuses = false;  ///< figures are not comparable, unless allowed by name
};

/// Every field, in a fixed order. Digests are cut to 12 digits.
std::vector<ManifestField> manifest_of(const RunRecord& record);

/// The text of a field; empty where there is none of this name.
std::string manifest_text(const std::vector<ManifestField>& manifest, std::string_view field);

/// What differs between two cases, in a fixed order. "data" (annotations), "images" (their bytes),
/// "subset", "protocol", "preprocessing" and "decoder" refuse; "model", "graph", "recipe",
/// "calibration", "requantization", "binary engine", "library", "instruction set", "version",
/// "commit", "compiler" and "machine" may well be what the comparison is about.
std::vector<ManifestDifference> manifest_differences(const RunRecord& before,
                                                     const RunRecord& after);

/// The same of two manifests of cases that lost no image. A field that one of them has not counts
/// as equal: an older program did not write it.
std::vector<ManifestDifference> manifest_differences(const std::vector<ManifestField>& before,
                                                     const std::vector<ManifestField>& after);

/// Names that --allow takes.
std::vector<std::string> refusing_fields();

}  // namespace bench
