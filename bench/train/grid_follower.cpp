#include "bench/train/grid_follower.h"

#include <ATen/ATen.h>

#include "bench/recipe_parts.h"
#include "models/error.h"
#include "models/passes/passes.h"

namespace bench {
namespace {

bool puts_grids(const Pass& one) {
  return std::holds_alternative<pass::Quantize>(one) || std::holds_alternative<pass::Binarize>(one);
}

bool corrects(const Pass& one) {
  return std::holds_alternative<pass::CorrectBias>(one) ||
         std::holds_alternative<pass::CorrectBiasOnData>(one);
}

Graph with_grids(const Recipe& passes, Graph graph, const Ranges& ranges) {
  for (const Pass& one : passes.passes) {
    if (const auto* quantized = std::get_if<pass::Quantize>(&one)) {
      graph = quantize(std::move(graph), quantized->rules, ranges);
    } else if (const auto* binary = std::get_if<pass::Binarize>(&one)) {
      graph = binarize(std::move(graph), binary->rules, binary->scales).graph;
    }
  }
  return graph;
}

bool same_nodes(const Graph& a, const Graph& b) {
  return std::ranges::equal(a.nodes, b.nodes, [](const Node& x, const Node& y) {
    return x.name == y.name && x.op.index() == y.op.index() && x.inputs == y.inputs;
  });
}

}  // namespace

GridFollower::GridFollower(const Recipe& recipe, const Quantized& first,
                           const TrainingRecipe::Observe& options)
    : passes_{recipe.name, {}}, ranges_(first.ranges), options_(options) {
  for (const Pass& one : recipe.passes) {
    if (puts_grids(one)) passes_.passes.push_back(one);
    if (corrects(one)) {
      throw Error(Fault::unsupported, "recipe " + recipe.name + ": pass '" +
                                          std::string(name_of(one)) +
                                          "' moves biases that training moves; leave it out");
    }
  }
  for (const Node& node : first.graph.nodes) {
    const auto* op = std::get_if<FakeQuantize>(&node.op);
    const auto* grid = op ? std::get_if<Grid>(&op->grid) : nullptr;
    if (!grid || is_binary(*grid)) continue;
    const std::string& name = first.graph.nodes[static_cast<std::size_t>(node.inputs[0])].name;
    if (ranges_.contains(name)) watched_[node.inputs[0]] = name;
  }
  if (!same_nodes(grids(first.graph), first.graph)) {
    throw Error(Fault::unsupported, "recipe " + recipe.name +
                                        ": its grids cannot follow weights in training: made "
                                        "twice, they are in other places");
  }
}

void GridFollower::see(NodeId node, const at::Tensor& value) {
  const auto watched = watched_.find(node);
  if (watched == watched_.end() || value.numel() == 0) return;
  const auto [least, most] = at::aminmax(value.detach());
  seen_[watched->second] = {least.item<float>(), most.item<float>()};
}

void GridFollower::end_step(int step) {
  if (options_.freeze_after == 0 || step <= options_.freeze_after) {
    for (const auto& [name, range] : seen_) {
      MovingAverage average({.decay = options_.decay, .start = ranges_.at(name)});
      average.add(range);
      ranges_[name] = average.range();
    }
  }
  seen_.clear();
}

Graph GridFollower::grids(Graph trained) const {
  return with_grids(passes_, without_grids(std::move(trained)), ranges_);
}

}  // namespace bench
