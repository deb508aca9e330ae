#include <algorithm>

#include "models/decoders/list.h"
#include "models/decoders/outputs.h"
#include "models/error.h"

namespace bench {
namespace {

constexpr std::size_t places = 5;

bool is_better(const ScoredClass& a, const ScoredClass& b) {
  return a.score > b.score || (a.score == b.score && a.label < b.label);
}

/// Every class that scores at least as the fifth best.
ClassScores best_of(std::span<const float> scores) {
  std::vector<ScoredClass> all;
  for (const float score : scores) all.push_back({static_cast<int>(all.size()), score});
  if (all.size() > places) {
    std::nth_element(all.begin(), all.begin() + (places - 1), all.end(), is_better);
    const float fifth = all[places - 1].score;
    std::erase_if(all, [&](const ScoredClass& c) { return c.score < fifth; });
  }
  std::ranges::sort(all, is_better);
  return {std::move(all)};
}

Decode classifier(const Graph& graph, std::string_view name, std::size_t dropped) {
  want_one_output(graph, name);
  return [name, dropped](std::span<const ViewOutputs> views) -> Answer {
    const ViewOutputs& view = only_view(views, name);
    const bool pooled = !view.outputs.empty() && view.outputs[0].rank() == 4;
    const Shape wanted = pooled ? Shape{1, -1, 1, 1} : Shape{1, -1};
    const auto scores = checked_output(view, 0, wanted, name);
    if (scores.size() <= dropped) {
      throw Error(Fault::bad_data, "decoder '" + std::string(name) + "': the network names " +
                                       std::to_string(scores.size()) + " classes");
    }
    return best_of(scores.subspan(dropped));
  };
}

}  // namespace

Decode decode_classifier(const Graph& graph, const DecodeFacts&) {
  return classifier(graph, "classifier", 0);
}

Decode decode_classifier_1001(const Graph& graph, const DecodeFacts&) {
  return classifier(graph, "classifier-1001", 1);
}

}  // namespace bench
