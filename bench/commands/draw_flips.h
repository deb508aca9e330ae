#pragma once
// `bench compare --flips DIR`: a page for each case, of the images answered otherwise.

#include <iosfwd>
#include <string>
#include <vector>

#include "reports/compare.h"

namespace bench {

struct FlipRequest {
  std::string before, after;  ///< run folders
  std::string out;            ///< is made
  std::size_t most = 10;      ///< images on a page
};

/// Writes OUT/CASE.html for every case with flips. A case that cannot be drawn is named on `err`
/// with the reason: the later journal or the data set is not there, or one of them or the earlier
/// journal is not the run's; the comparison is what it is. Without an earlier journal, as for a
/// committed baseline, the later answers are drawn alone. Throws Error{environment}.
void draw_flips(const FlipRequest& request, const Comparison& comparison,
                const std::vector<CaseRun>& before, const std::vector<CaseRun>& after,
                std::ostream& err);

}  // namespace bench
