#include "models/passes/prune_search.h"

#include <algorithm>

#include "models/error.h"
#include "models/passes/layers.h"
#include "models/shapes.h"

namespace bench {

// What a node does with the channels of one of its inputs.
enum class DeadChannelSearch::Way {
  reads,    // sums over them: they must be 0 there
  carries,  // each becomes one channel of the result
  joins,    // the same, behind those of other inputs
  spreads,  // each becomes a run of channels: flattening
  stops,
};

bool is_depthwise(const Conv2d& conv) {
  return conv.groups > 1 && conv.groups == conv.weight.dim(0) && conv.weight.dim(1) == 1;
}

// Input number `from` of a node, which has `rank` axes.
struct WayThrough {
  using Way = DeadChannelSearch::Way;

  const DeadChannelSearch& search;
  const Node& node;
  std::size_t from, rank;

  Way operator()(const Conv2d& op) const {
    if (has_grid(node.op)) return Way::stops;
    if (op.groups == 1) return Way::reads;
    return is_depthwise(op) ? Way::carries : Way::stops;
  }
  Way operator()(const Linear&) const {
    return has_grid(node.op) || rank != 2 ? Way::stops : Way::reads;
  }
  Way operator()(const BatchNorm&) const { return Way::carries; }
  Way operator()(const Activation&) const { return Way::carries; }
  Way operator()(const PRelu&) const { return Way::carries; }
  Way operator()(const MaxPool&) const { return Way::carries; }
  Way operator()(const AveragePool&) const { return Way::carries; }
  Way operator()(const Resize&) const { return Way::carries; }
  Way operator()(const Concat& op) const {
    return resolve_axis(op.axis, rank) == 1u ? Way::joins : Way::stops;
  }
  Way operator()(const Pad& op) const {
    const bool on_channels = op.before.size() > 1 && (op.before[1] != 0 || op.after[1] != 0);
    return on_channels ? Way::stops : Way::carries;
  }
  Way operator()(const Reshape& op) const {
    const bool flattens = op.dims.size() == 2 && op.dims[0] == Dim{Dim::Kind::copy, 0, 0, 0} &&
                          op.dims[1].kind == Dim::Kind::infer;
    return flattens && from == 0 ? Way::spreads : Way::stops;
  }
  // A sum or length over channels reads them; anything over pixels carries them.
  Way operator()(const Reduce& op) const {
    using Kind = Reduce::Kind;
    bool over_channels = false, over_images = false;
    for (const int named : op.axes) {
      const auto axis = resolve_axis(named, rank);
      over_channels |= axis == 1u;
      over_images |= axis == 0u;
    }
    if (over_images) return Way::stops;
    if (!over_channels) return Way::carries;
    return op.kind == Kind::sum || op.kind == Kind::l2 ? Way::reads : Way::stops;
  }
  // Times (or over) one number per pixel, or one for all.
  Way operator()(const Arithmetic& op) const {
    using Kind = Arithmetic::Kind;
    const bool scales = op.kind == Kind::mul || (op.kind == Kind::div && from == 0);
    const bool one = scales && search.has_one_channel(node.inputs[1 - from], rank);
    return one ? Way::carries : Way::stops;
  }
  template <class T>
  Way operator()(const T&) const {
    return Way::stops;
  }
};

DeadChannelSearch::DeadChannelSearch(const Graph& graph, const ChannelMaxima& maxima)
    : graph_(graph), maxima_(maxima), ranks_(infer_ranks(graph)), readers_(graph.nodes.size()) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    std::vector<NodeId> inputs = graph.nodes[i].inputs;
    std::ranges::sort(inputs);
    const auto same = std::ranges::unique(inputs);
    inputs.erase(same.begin(), same.end());
    for (const NodeId input : inputs) {
      readers_[static_cast<std::size_t>(input)].push_back(static_cast<NodeId>(i));
    }
  }
}

ChannelMask DeadChannelSearch::removable(NodeId layer, std::string& why) const {
  ChannelMask mask(channels_of(layer), true);
  why = follow(layer, 0, 1, mask);
  if (!why.empty()) return {};
  if (std::ranges::count(mask, false) == 0) mask[0] = false;
  return mask;
}

const std::vector<float>& DeadChannelSearch::maxima_of(NodeId id) const {
  const auto found = maxima_.find(node(id).name);
  if (found != maxima_.end()) return found->second;
  throw Error(Fault::missing, describe(node(id)) + ": nothing is known of its channels");
}

// The channels of `mask` are at `id` from number `first` on, `run` of each. Gives why they cannot
// go, or nothing after taking those out of the mask that are not 0 where they are read.
std::string DeadChannelSearch::follow(NodeId id, std::size_t first, std::size_t run,
                                      ChannelMask& mask) const {
  for (const Output& output : graph_.outputs) {
    if (output.node == id) return describe(node(id)) + " is an output of the graph";
  }
  for (const NodeId reader : readers_[static_cast<std::size_t>(id)]) {
    const std::vector<NodeId>& inputs = node(reader).inputs;
    for (std::size_t from = 0; from < inputs.size(); ++from) {
      if (inputs[from] != id) continue;
      std::string why = follow_through(reader, from, first, run, mask);
      if (!why.empty()) return why;
    }
  }
  return "";
}

std::string DeadChannelSearch::follow_through(NodeId reader, std::size_t from, std::size_t first,
                                              std::size_t run, ChannelMask& mask) const {
  const std::vector<NodeId>& inputs = node(reader).inputs;
  const NodeId id = inputs[from];
  switch (std::visit(WayThrough{*this, node(reader), from, rank_of(id)}, node(reader).op)) {
    case Way::reads: keep_what_is_not_0(id, first, run, mask); return "";
    case Way::carries: return follow(reader, first, run, mask);
    case Way::joins:
      for (std::size_t i = 0; i < from; ++i) first += channels_of(inputs[i]);
      return follow(reader, first, run, mask);
    case Way::spreads: {
      const std::size_t pixels = channels_of(reader) / channels_of(id);
      return follow(reader, first * pixels, run * pixels, mask);
    }
    case Way::stops: break;
  }
  return describe(node(reader)) + " reads it";
}

void DeadChannelSearch::keep_what_is_not_0(NodeId id, std::size_t first, std::size_t run,
                                           ChannelMask& mask) const {
  const std::vector<float>& maxima = maxima_of(id);
  for (std::size_t c = 0; c < mask.size(); ++c) {
    for (std::size_t i = 0; i < run; ++i) {
      if (maxima.at(first + c * run + i) != 0) mask[c] = false;
    }
  }
}

// Broadcast onto a tensor of `rank` axes.
bool DeadChannelSearch::has_one_channel(NodeId id, std::size_t rank) const {
  const auto* constant = std::get_if<Constant>(&node(id).op);
  if (!constant) return rank_of(id) == rank && channels_of(id) == 1;
  const Shape& shape = constant->value.shape();
  if (shape.size() > rank) return false;
  const std::size_t missing = rank - shape.size();
  return missing > 1 || shape[1 - missing] == 1;
}

}  // namespace bench
