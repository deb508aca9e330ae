#pragma once
// A page to look at: images that two runs answered otherwise, with both answers drawn on them.

#include <cstddef>
#include <string>

#include "bench/journal.h"
#include "datasets/dataset.h"
#include "evaluators/tally.h"
#include "reports/compare.h"

namespace bench {

/// What a run answered, and what it counts for.
struct AnsweredRun {
  const JournalReader* journal;  ///< null: answers were not kept, as in a committed baseline
  const Tally& tally;
};

/// One HTML file that needs no other: up to `most` images, the same as in the table
/// (comparing::shown_flips). Before is blue, after orange, true white:
///   detections   all three as boxes, fainter by score
///   classes      the five best of both, the right one bold
///   label maps   the true map, both answers, and the pixels that changed: mended, broken, neither
///   faces        both pictures of the pair, both distances, and what they were taken for
/// Where the earlier run has no journal, the later answers alone, and label maps by what is wrong.
/// REQUIRES runs over this data set, the later with its journal. Throws as Dataset::image and
/// JournalReader.
std::string flip_page(const CaseComparison& comparison, const AnsweredRun& before,
                      const AnsweredRun& after, const Dataset& dataset, std::size_t most);

}  // namespace bench
