// Passes that scale channels apart, and that take some away.

#include <fmt/format.h>

#include <algorithm>

#include "bench/recipe_parts.h"
#include "bench/recipe_report.h"
#include "bench/recipe_showing.h"
#include "models/passes/passes.h"
#include "models/passes/prune.h"

namespace bench {
namespace {

// Of noise, where there are no images.
ChannelMaxima maxima_on(const Graph& graph, const CalibrationInputs& inputs) {
  const auto images = [&](const auto& take) {
    if (inputs.images == 0) return take(any_input(graph, inputs));
    for_each(inputs, take);
  };
  return channel_maxima(graph, images, runner(inputs, graph));
}

double moved(const Graph& before, const Graph& after, const CalibrationInputs& inputs) {
  const Tensor input = any_input(before, inputs);
  const PrepareGraph prepare = as_prepare(inputs);
  return moved(prepare(before)(input), prepare(after)(input));
}

Notes notes_of(const Unbalanced& result, bool spared) {
  Notes notes;
  for (const UnbalancedPair& pair : result.pairs) {
    const auto [least, most] = std::ranges::minmax(pair.exponents);
    notes.emplace_back(pair.first,
                       fmt::format("scaled with '{}' by 2^{} to 2^{}", pair.second, least, most));
  }
  const char* what = spared ? "reaches 6: left as it is" : "reaches 6: answers change";
  for (const std::string& channel : result.reaching_6) notes.emplace_back(channel, what);
  add_left(notes, result.left);
  return notes;
}

}  // namespace

PassReport apply(const pass::Unbalance& pass, Graph& graph, const CalibrationInputs& inputs) {
  if (pass.spare_relu6) need_images(inputs, "unbalance");
  const Graph before = simplify(std::move(graph));
  const ChannelMaxima maxima = maxima_on(before, inputs);
  Unbalanced result = unbalance(before, pass.options, &maxima, pass.spare_relu6);
  graph = std::move(result.graph);
  return {"unbalance",
          fmt::format("{} scaled, {} left; {} of ReLU6 at 6 on {}; float answers moved by {:.2g}",
                      count(result.pairs.size(), "pair"), count(result.left.size(), "layer"),
                      count(result.reaching_6.size(), "channel"),
                      inputs.images > 0 ? count(inputs.images, "image") : "noise",
                      moved(before, graph, inputs)),
          notes_of(result, pass.spare_relu6)};
}

PassReport apply(const pass::PruneDeadChannels&, Graph& graph, const CalibrationInputs& inputs) {
  need_images(inputs, "prune-dead-channels");
  const Graph before = simplify(std::move(graph));
  Pruned result = prune_dead_channels(before, maxima_on(before, inputs));
  graph = std::move(result.graph);
  Notes notes;
  std::size_t removed = 0, channels = 0;
  for (const PrunedLayer& layer : result.layers) {
    removed += layer.removed.size();
    channels += layer.channels;
    notes.emplace_back(layer.layer, fmt::format("{} of {} channels removed", layer.removed.size(),
                                                layer.channels));
  }
  add_left(notes, result.left);
  return {"prune-dead-channels",
          fmt::format("{} of {} removed, {} left; float answers moved by {:.2g}", removed,
                      count(channels, "channel"), count(result.left.size(), "layer"),
                      moved(before, graph, inputs)),
          notes};
}

}  // namespace bench
