#pragma once
// A page to look at: images that two runs answered otherwise, with both answers drawn on them.

#include <cstddef>
#include <string>

#include "bench/journal.h"
#include "datasets/dataset.h"
#include "reports/compare.h"

namespace bench {

/// One HTML file that needs no other: up to `most` images, those that the figure loses most by
/// first, each with what is true (white), the earlier answer (blue) and the later one (orange):
/// boxes by score, label maps as they differ, the five best classes, or both pictures of a pair.
/// Where the earlier run has no journal (null), as in a committed baseline, the later answer alone.
/// REQUIRES journals of the two runs over this data set. Throws as Dataset::image and
/// JournalReader.
std::string flip_page(const CaseComparison& comparison, const JournalReader* before,
                      const JournalReader& after, const Dataset& dataset, std::size_t most);

}  // namespace bench
