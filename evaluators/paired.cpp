#include "evaluators/paired.h"

#include <algorithm>

#include "evaluators/bootstrap.h"

namespace bench {

std::vector<Difference> differences(const std::vector<Metric>& before,
                                    const std::vector<Metric>& after) {
  std::vector<Difference> list;
  for (const Metric& from : before) {
    const auto to = std::find_if(after.begin(), after.end(),
                                 [&](const Metric& other) { return other.name == from.name; });
    if (to == after.end() || !from.unit.empty()) continue;
    std::vector<double> drawn;
    for (std::size_t k = 0; k < std::min(from.replicates.size(), to->replicates.size()); ++k) {
      drawn.push_back(to->replicates[k] - from.replicates[k]);
    }
    list.push_back({from.name, to->value - from.value, interval95(std::move(drawn))});
  }
  return list;
}

std::optional<Moved> moved(const Evaluator& before, const Evaluator& after) {
  const auto from = before.per_image(), to = after.per_image();
  if (from.empty()) return std::nullopt;
  Moved count;
  for (const auto& [id, counted] : from) {
    count.lost += to.at(id) < counted;
    count.gained += to.at(id) > counted;
  }
  return count;
}

}  // namespace bench
