#include "models/passes/absorb_bias.h"

#include <algorithm>

#include "models/passes/layers.h"

namespace bench {
namespace {

// What taking c off a channel does to nodes between: f(x - c) = f(x) - c.
enum class Shift { carried, carried_but_for_borders, lost };

bool is_relu(const Op& op) {
  const auto* activation = std::get_if<Activation>(&op);
  return activation && activation->kind == Activation::Kind::relu;
}

Shift shift_through(const Op& op) {
  if (const auto* pool = std::get_if<AveragePool>(&op)) {
    const bool zeros = pool->count_include_pad && !(pool->pad == Padding{});
    return zeros ? Shift::carried_but_for_borders : Shift::carried;
  }
  if (const auto* reduce = std::get_if<Reduce>(&op)) {
    using Kind = Reduce::Kind;
    return reduce->kind == Kind::sum || reduce->kind == Kind::l2 ? Shift::lost : Shift::carried;
  }
  if (const auto* conv = std::get_if<Conv2d>(&op)) {
    return conv->pad == Padding{} ? Shift::carried : Shift::carried_but_for_borders;
  }
  // Bins may be empty, which gives 0 whatever the channel.
  if (std::holds_alternative<RoiPool>(op)) return Shift::carried_but_for_borders;
  if (std::holds_alternative<Pad>(op)) return Shift::carried_but_for_borders;
  const auto* activation = std::get_if<Activation>(&op);
  return !activation || is_relu(op) ? Shift::carried : Shift::lost;
}

Shift shift_through(const Graph& graph, const LayerPair& pair) {
  const auto of = [&](NodeId id) {
    return shift_through(graph.nodes[static_cast<std::size_t>(id)].op);
  };
  Shift result = of(pair.second);
  for (const NodeId id : pair.between) result = std::max(result, of(id));
  return result;
}

// How much each output of `layer` gains when each channel of its input does.
std::vector<double> gains(const Op& layer, const std::vector<double>& channels,
                          std::size_t inputs_per_channel) {
  const LayerSize size = size_of_layer(layer);
  const auto weights = weight_of(layer)->data<float>();
  std::vector<double> result(size.outputs, 0.0);
  for (std::size_t at = 0; at < weights.size(); ++at) {
    const std::size_t o = at / (size.inputs * size.kernel), j = at / size.kernel % size.inputs;
    result[o] += weights[at] * channels[size.input_of(o, j) / inputs_per_channel];
  }
  return result;
}

class Absorption {
 public:
  Absorption(Graph graph, BatchStatistics statistics, const AbsorbOptions& options)
      : options_(options), result_{std::move(graph), std::move(statistics), {}, {}} {}

  Absorbed run() && {
    for (const Node& node : result_.graph.nodes) require_changeable(node);
    LayerPairs found = find_layer_pairs(result_.graph, true);
    result_.left = std::move(found.left);
    for (const LayerPair& pair : found.pairs) {
      const std::string why = absorb(pair);
      if (!why.empty()) result_.left.push_back({node(pair.first).name, why});
    }
    return std::move(result_);
  }

 private:
  Node& node(NodeId id) { return result_.graph.nodes[static_cast<std::size_t>(id)]; }

  // Gives why nothing moved, or nothing.
  std::string absorb(const LayerPair& pair) {
    Node &first = node(pair.first), &second = node(pair.second);
    const auto known = result_.statistics.find(first.name);
    if (known == result_.statistics.end()) return describe(first) + " has no batch statistics";
    const auto relus =
        std::ranges::count_if(pair.between, [&](NodeId id) { return is_relu(node(id).op); });
    if (relus == 0) return "no relu between it and " + describe(second);
    const Shift shift = shift_through(result_.graph, pair);
    if (shift == Shift::lost) return "a constant does not pass to " + describe(second);
    std::vector<double> moved = excess(first.name, known->second);
    if (std::ranges::all_of(moved, [](double c) { return c == 0; })) {
      return "no channel's mean is high enough";
    }
    add_to_bias(second.op, gains(second.op, moved, pair.inputs_per_channel));
    std::vector<double> lost;
    for (std::size_t c = 0; c < moved.size(); ++c) {
      known->second.mean[c] -= moved[c];
      lost.push_back(-moved[c]);
    }
    add_to_bias(first.op, lost);
    result_.pairs.push_back({first.name, second.name, std::move(moved), shift == Shift::carried});
    return "";
  }

  std::vector<double> excess(const std::string& layer, const ChannelStatistics& known) const {
    std::vector<double> result;
    for (std::size_t c = 0; c < known.mean.size(); ++c) {
      const double over = known.mean[c] - options_.deviations * known.deviation[c];
      result.push_back(was_scaled_up(layer, c) ? std::max(0.0, over) : 0.0);
    }
    return result;
  }

  bool was_scaled_up(const std::string& layer, std::size_t channel) const {
    if (!options_.scaled) return true;
    const auto pair = std::ranges::find(options_.scaled->pairs, layer, &EqualizedPair::first);
    return pair != options_.scaled->pairs.end() && pair->scale[channel] > 1;
  }

  AbsorbOptions options_;
  Absorbed result_;
};

}  // namespace

Absorbed absorb_bias(Graph graph, BatchStatistics statistics, const AbsorbOptions& options) {
  return Absorption(std::move(graph), std::move(statistics), options).run();
}

}  // namespace bench
