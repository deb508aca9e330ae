#pragma once
// CASE.tally beside result.json: what every image adds to the figures, compressed. With it two run
// folders are compared image by image, where neither journals nor the data set need to be at hand;
// result.json and the tallies alone are a baseline that can be committed. (Against compressed
// journals: an embedding of 128 floats per image becomes one distance per pair, a label map some
// numbers per class, a detection its score and whether it hit.)
//
//   file    = "QBTALLY2" size:u64 zlib(payload)       size of the payload; little-endian
//
// The numbers stand column by column; whole numbers and decimals of 3 or 6 places, which scores of
// results files are, as steps from one to the next: a fifth of what their doubles would take.

#include <optional>
#include <string>
#include <string_view>

#include "evaluators/tally.h"
#include "reports/run_record.h"

namespace bench {

/// The file's bytes. `answers` is the digest of the answers that were tallied.
std::string to_tally_file(const Tally& tally, const std::string& answers);

struct ReadTally {
  Tally tally;
  std::string answers;
};

/// Throws Error{bad_data} naming `file` for anything to_tally_file does not write.
ReadTally read_tally_file(std::string_view bytes, const std::string& file);

std::string tally_path(const std::string& folder, const std::string& case_name);

/// Writes the tally of a scored case into `folder`, which is made; nothing for a case without
/// scored images. Throws Error{environment}.
void write_tally(const std::string& folder, const RunRecord& record, const Tally& tally);

/// The tally of a record in `folder`; nothing if there is none. Throws Error{bad_data} if it is
/// damaged, or not of the record's answers.
std::optional<Tally> find_tally(const std::string& folder, const RunRecord& record);

}  // namespace bench
