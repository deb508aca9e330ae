#include "evaluators/tally.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "evaluators/face_verification.h"
#include "evaluators/mean_iou.h"
#include "evaluators/top_k.h"
#include "evaluators/voc_map.h"
#include "evaluators/widerface_ap.h"
#include "models/error.h"

namespace bench {
namespace {

[[noreturn]] void fail_tally(const Tally& tally, const std::string& what) {
  throw Error(Fault::bad_data, "tally of " + tally.evaluator + ": " + what);
}

bool groups_hold_all(const Tally& tally) {
  std::size_t left = tally.items.size();
  for (const std::size_t size : tally.groups) {
    if (size > left) return false;  // their sum might be too large to be one
    left -= size;
  }
  return left == 0;
}

void check(const Tally& tally) {
  const auto fail = [&](const std::string& what) { fail_tally(tally, what); };
  if (tally.width == 0) fail("rows of no numbers");
  if (tally.rows.size() != tally.items.size()) fail("not every image has its numbers");
  if (!groups_hold_all(tally)) fail("its groups do not hold all its images");
  for (std::size_t i = 0; i < tally.rows.size(); ++i) {
    const std::vector<double>& row = tally.rows[i];
    if (row.size() % tally.width != 0) fail("a row of " + tally.items[i] + " is not whole");
    if (!std::ranges::all_of(row, [](double number) { return std::isfinite(number); })) {
      fail("a number of " + tally.items[i] + " is none");
    }
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

std::uint32_t whole(const Tally& tally, double number) {
  if (!(number >= 0 && number < 0x1p31 && number == std::floor(number))) {
    fail_tally(tally, std::to_string(number) + " stands where something is counted");
  }
  return static_cast<std::uint32_t>(number);
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
