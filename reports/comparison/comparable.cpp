#include "reports/comparison/comparable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "reports/figures.h"

namespace bench::comparing {
namespace {

constexpr std::size_t names_given = 5;

std::string first_names(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), names_given); ++i) {
    text += (i ? ", " : "") + names[i];
  }
  return names.size() > names_given ? text + ", ..." : text;
}

std::string count(std::size_t n, const char* one, const char* several) {
  return fmt::format("{} {}", n, n == 1 ? one : several);
}

void find_lost_images(CaseComparison& result, const CaseRun& before, const CaseRun& after) {
  std::set<std::string> lost;
  for (const FailedImage& image : after.record.failures) lost.insert(image.id);
  if (before.tally && after.tally) {
    const std::set<std::string> now(after.tally->items.begin(), after.tally->items.end());
    for (const std::string& item : before.tally->items) {
      if (!now.contains(item)) lost.insert(item);
    }
  }
  result.lost_images.assign(lost.begin(), lost.end());
}

// Nothing allows a run that did not answer everything it was asked.
void require_whole(CaseComparison& result, const RunRecord& record, const char* which) {
  if (record.status == "passed" && record.data.scored > 0) return;
  std::string reason = fmt::format("the {} run {}", which,
                                   record.status == "passed" ? "has no figures" : record.status);
  if (record.data.listed > record.data.scored) {
    reason += fmt::format(": {} of {} images have no answer",
                          record.data.listed - record.data.scored, record.data.listed);
  }
  if (!record.error.empty()) reason += ": " + record.error;
  result.reasons.push_back(reason);
}

void require_same_making(CaseComparison& result, const CompareOptions& options) {
  for (const ManifestDifference& one : result.manifest) {
    const bool allowed = std::ranges::find(options.allowed, one.field) != options.allowed.end();
    if (!one.refuses || allowed) continue;
    result.reasons.push_back(fmt::format("{} differ{}: {} | {} (--allow {} insists)", one.field,
                                         one.field.back() == 's' ? "" : "s", one.before, one.after,
                                         one.field));
  }
}

// A tally is of the figures beside it, or somebody has exchanged one of them.
void require_own_tally(CaseComparison& result, const CaseRun& run, const char* which) {
  if (!run.tally) return;
  const TallyFigures figures = figures_of(*run.tally);
  const auto values = figures.values(std::vector<std::uint32_t>(run.tally->items.size(), 1));
  for (std::size_t k = 0; k < values.size(); ++k) {
    const Metric* metric = metric_named(run.record, figures.names[k]);
    if (metric && (std::abs(metric->value - values[k]) <= 1e-9 ||
                   (std::isnan(metric->value) && std::isnan(values[k])))) {
      continue;
    }
    result.reasons.push_back(fmt::format(
        "the {} run's tally gives {} = {:.6f}, its result.json {}", which, figures.names[k],
        values[k], metric ? fmt::format("{:.6f}", metric->value) : std::string("nothing")));
    return;
  }
}

bool allows(const CompareOptions& options, const char* field) {
  return std::ranges::find(options.allowed, field) != options.allowed.end();
}

}  // namespace

void check_comparable(CaseComparison& result, const CaseRun& before, const CaseRun& after,
                      const CompareOptions& options) {
  result.manifest = manifest_differences(before.record, after.record);
  find_lost_images(result, before, after);
  require_whole(result, before.record, "earlier");
  require_whole(result, after.record, "later");
  require_same_making(result, options);
  const bool fewer_allowed = allows(options, "data") || allows(options, "subset");
  if (!result.lost_images.empty() && !fewer_allowed) {
    result.reasons.push_back(fmt::format("{} lost: {}",
                                         count(result.lost_images.size(), "image is", "images are"),
                                         first_names(result.lost_images)));
  }
  if (!result.reasons.empty()) return;
  require_own_tally(result, before, "earlier");
  require_own_tally(result, after, "later");
}

}  // namespace bench::comparing
