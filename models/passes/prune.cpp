#include "models/passes/prune.h"

#include <algorithm>

#include "models/passes/layers.h"
#include "models/passes/prune_search.h"
#include "models/shapes.h"

namespace bench {
namespace {

std::int64_t left_in(const ChannelMask& mask) {
  return static_cast<std::int64_t>(std::ranges::count(mask, false));
}

// Without the entries of the mask on `axis`. An empty mask or tensor: nothing to do.
Tensor without(const Tensor& tensor, const ChannelMask& mask, std::size_t axis) {
  if (mask.empty() || tensor.empty()) return tensor;
  Shape shape = tensor.shape();
  const auto before = static_cast<std::size_t>(shape[axis]);
  shape[axis] = left_in(mask);
  std::size_t run = size_of(tensor.type());
  for (std::size_t i = axis + 1; i < shape.size(); ++i) run *= static_cast<std::size_t>(shape[i]);
  Tensor result(std::move(shape), tensor.type());
  const auto from = tensor.bytes();
  auto to = result.bytes().begin();
  for (std::size_t i = 0; i * run < from.size(); ++i) {
    if (!mask[i % before]) to = std::ranges::copy(from.subspan(i * run, run), to).out;
  }
  return result;
}

// One node's parameters without channels of its inputs and, for a convolution, of its result. Gives
// the mask of its result.
struct Removal {
  const ChannelMask& own;                  // a convolution's
  std::vector<const ChannelMask*> inputs;  // empty masks where all stay
  std::vector<std::size_t> sizes;          // channels of the inputs before
  std::size_t size = 0;                    // channels of the result before
  std::size_t rank = 0;                    // of the first input

  ChannelMask operator()(Conv2d& op) const {
    if (is_depthwise(op)) {
      remove_outputs(op, *inputs[0]);
      op.groups = static_cast<int>(op.weight.dim(0));
      return *inputs[0];
    }
    op.weight = without(op.weight, *inputs[0], 1);
    remove_outputs(op, own);
    return own;
  }
  ChannelMask operator()(Linear& op) const {
    op.weight = without(op.weight, *inputs[0], 1);
    return {};
  }
  ChannelMask operator()(BatchNorm& op) const {
    for (Tensor* one : {&op.gamma, &op.beta, &op.mean, &op.variance}) {
      *one = without(*one, *inputs[0], 0);
    }
    return *inputs[0];
  }
  ChannelMask operator()(PRelu& op) const {
    if (op.slope.size() > 1) op.slope = without(op.slope, *inputs[0], 0);
    return *inputs[0];
  }
  ChannelMask operator()(Concat&) const {
    ChannelMask result;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const ChannelMask all_stay(sizes[i], false);
      const ChannelMask& one = inputs[i]->empty() ? all_stay : *inputs[i];
      result.insert(result.end(), one.begin(), one.end());
    }
    return std::ranges::count(result, true) == 0 ? ChannelMask{} : result;
  }
  ChannelMask operator()(Reshape&) const {
    ChannelMask result;
    const std::size_t run = inputs[0]->empty() ? 0 : size / sizes[0];
    for (const bool goes : *inputs[0]) result.insert(result.end(), run, goes);
    return result;
  }
  ChannelMask operator()(Reduce& op) const {
    const bool over_channels = std::ranges::any_of(
        op.axes, [&](int axis) { return axis == 1 || axis == 1 - static_cast<int>(rank); });
    return over_channels ? ChannelMask{} : *inputs[0];
  }
  ChannelMask operator()(Arithmetic&) const { return inputs[0]->empty() ? *inputs[1] : *inputs[0]; }
  template <class T>
  ChannelMask operator()(T&) const {
    return inputs.empty() ? ChannelMask{} : *inputs[0];
  }

  static void remove_outputs(Conv2d& op, const ChannelMask& mask) {
    op.weight = without(op.weight, mask, 0);
    op.bias = without(op.bias, mask, 0);
  }
};

class Pruning {
 public:
  Pruning(Graph graph, const ChannelMaxima& maxima)
      : maxima_(maxima), ranks_(infer_ranks(graph)), masks_(graph.nodes.size()) {
    result_.graph = std::move(graph);
  }

  Pruned run() && {
    const DeadChannelSearch search(result_.graph, maxima_);
    std::vector<ChannelMask> own;  // of convolutions
    for (std::size_t i = 0; i < masks_.size(); ++i) own.push_back(choose(search, i));
    for (std::size_t i = 0; i < masks_.size(); ++i) masks_[i] = remove(i, own[i]);
    return std::move(result_);
  }

 private:
  // Which channels of this node go, if it is a convolution; empty if none do.
  ChannelMask choose(const DeadChannelSearch& search, std::size_t number) {
    const Node& node = result_.graph.nodes[number];
    const auto* conv = std::get_if<Conv2d>(&node.op);
    if (!conv || is_depthwise(*conv)) return {};
    std::string why = has_grid(node.op)  ? "it is quantised"
                      : conv->groups > 1 ? "it has groups"
                                         : "";
    ChannelMask mask;
    if (why.empty()) mask = search.removable(static_cast<NodeId>(number), why);
    if (!why.empty()) {
      result_.left.push_back({node.name, why});
      return {};
    }
    PrunedLayer layer{node.name, mask.size(), {}};
    for (std::size_t c = 0; c < mask.size(); ++c) {
      if (mask[c]) layer.removed.push_back(c);
    }
    result_.layers.push_back(layer);
    return layer.removed.empty() ? ChannelMask{} : mask;
  }

  // Takes channels out of one node's parameters; gives the mask of its result.
  ChannelMask remove(std::size_t number, const ChannelMask& own) {
    Node& node = result_.graph.nodes[number];
    Removal removal{own, {}, {}, channels_of(node), 0};
    for (const NodeId id : node.inputs) {
      const auto input = static_cast<std::size_t>(id);
      removal.inputs.push_back(&masks_[input]);
      removal.sizes.push_back(channels_of(result_.graph.nodes[input]));
    }
    if (!node.inputs.empty()) removal.rank = ranks_[static_cast<std::size_t>(node.inputs[0])];
    return std::visit(removal, node.op);
  }

  std::size_t channels_of(const Node& node) const {
    const auto found = maxima_.find(node.name);
    return found == maxima_.end() ? 0 : found->second.size();
  }

  const ChannelMaxima& maxima_;
  const std::vector<std::size_t> ranks_;
  std::vector<ChannelMask> masks_;  // of each node's result
  Pruned result_;
};

}  // namespace

Pruned prune_dead_channels(Graph graph, const ChannelMaxima& maxima) {
  return Pruning(std::move(graph), maxima).run();
}

}  // namespace bench
