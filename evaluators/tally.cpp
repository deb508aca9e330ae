#include "evaluators/tally.h"

#include <cassert>
#include <numeric>

#include "evaluators/face_verification.h"
#include "evaluators/mean_iou.h"
#include "evaluators/top_k.h"
#include "evaluators/voc_map.h"
#include "evaluators/widerface_ap.h"
#include "models/error.h"

namespace bench {
namespace {

void check(const Tally& tally) {
  const auto fail = [&](const std::string& what) {
    throw Error(Fault::bad_data, "tally of " + tally.evaluator + ": " + what);
  };
  if (tally.width == 0) fail("rows of no numbers");
  if (tally.rows.size() != tally.items.size()) fail("not every image has its numbers");
  if (std::accumulate(tally.groups.begin(), tally.groups.end(), std::size_t{0}) !=
      tally.items.size()) {
    fail("its groups do not hold all its images");
  }
  for (std::size_t i = 0; i < tally.rows.size(); ++i) {
    if (tally.rows[i].size() % tally.width != 0)
      fail("a row of " + tally.items[i] + " is not whole");
  }
}

}  // namespace

TallyFigures figures_of(const Tally& tally) {
  check(tally);
  if (tally.evaluator == "top-k") return top_k_figures(tally);
  if (tally.evaluator == "mean-iou") return mean_iou_figures(tally);
  if (tally.evaluator == "widerface-ap") return widerface_figures(tally);
  if (tally.evaluator == "voc-map") return voc_map_figures(tally);
  if (tally.evaluator == "face-verification") return face_figures(tally);
  throw Error(Fault::bad_data, "a tally of an unknown evaluator, '" + tally.evaluator + "'");
}

Tally interleaved(const Tally& first, const Tally& second) {
  assert(first.items == second.items && first.width == second.width);
  Tally both = first;
  both.items.clear();
  both.rows.clear();
  for (std::size_t& size : both.groups) size *= 2;
  for (std::size_t i = 0; i < first.items.size(); ++i) {
    both.items.push_back(first.items[i]);
    both.rows.push_back(first.rows[i]);
    both.items.push_back(second.items[i]);
    both.rows.push_back(second.rows[i]);
  }
  return both;
}

}  // namespace bench
