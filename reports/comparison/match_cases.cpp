#include "reports/comparison/match_cases.h"

#include <algorithm>
#include <set>
#include <utility>

namespace bench::comparing {
namespace {

using Key = std::pair<std::string, std::string>;

Key key_of(const CaseRun& run) { return {run.record.data.name, run.record.name}; }

}  // namespace

std::vector<const CaseRun*> match_cases(const std::vector<CaseRun>& before,
                                        const std::vector<CaseRun>& after) {
  std::vector<const CaseRun*> matched(after.size());
  std::set<const CaseRun*> taken;
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto found = std::ranges::find(before, key_of(after[i]), key_of);
    if (found == before.end()) continue;
    matched[i] = &*found;
    taken.insert(&*found);
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (matched[i]) continue;
    const std::string& data = after[i].record.data.name;
    const CaseRun* left = nullptr;
    std::size_t left_before = 0, left_after = 0;
    for (const CaseRun& run : before) {
      if (run.record.data.name != data || taken.contains(&run)) continue;
      left = &run;
      ++left_before;
    }
    for (std::size_t k = 0; k < after.size(); ++k) {
      left_after += after[k].record.data.name == data && !matched[k];
    }
    if (left_before != 1 || left_after != 1) continue;
    matched[i] = left;
    taken.insert(left);
  }
  return matched;
}

}  // namespace bench::comparing
