#include "models/passes/layer_pairs.h"

#include <algorithm>
#include <limits>

#include "models/passes/layers.h"
#include "models/shapes.h"

namespace bench {
namespace {

// Where the channels of the first layer are by now.
struct Channels {
  std::size_t axis, rank;
};

// Follows the channels through one node. Gives why they cannot be scaled through it, or nothing.
struct Passage {
  const Node& node;
  Channels& at;
  bool through_pools;

  std::string operator()(const Activation& op) const {
    using Kind = Activation::Kind;
    if (op.kind == Kind::relu || op.kind == Kind::leaky_relu || op.kind == Kind::abs) return "";
    if (op.kind != Kind::clip || op.alpha != 0) return stands_between();
    if (op.beta == std::numeric_limits<float>::max()) return "";
    if (op.beta == 6) return describe(node) + " is a ReLU6, which was not replaced";
    return stands_between();
  }
  std::string operator()(const Pad& op) const {
    const bool on_channels = op.before[at.axis] != 0 || op.after[at.axis] != 0;
    return op.value != 0 || on_channels ? stands_between() : "";
  }
  std::string operator()(const MaxPool&) const { return pool(); }
  std::string operator()(const RoiPool&) const { return pool(); }
  std::string operator()(const AveragePool&) const { return pool(); }
  std::string operator()(const Resize&) const { return pool(); }
  std::string operator()(const Reduce& op) const {
    if (!through_pools || op.axes.empty()) return stands_between();
    std::size_t before = 0;
    for (const int named : op.axes) {
      const auto axis = resolve_axis(named, at.rank);
      if (!axis || *axis == at.axis) return stands_between();
      before += *axis < at.axis;
    }
    if (op.keep_dims) return "";
    at = {at.axis - before, at.rank - op.axes.size()};
    return "";
  }
  // N x C x ... to N x (C ...): each channel becomes a run of columns.
  std::string operator()(const Reshape& op) const {
    const Dim batch{Dim::Kind::copy, 0, 0, 0};
    const bool flattens = op.dims.size() == 2 && op.dims[0] == batch && at.axis == 1;
    if (!through_pools || !flattens) return stands_between();
    at.rank = 2;
    return "";
  }
  std::string operator()(const BatchNorm&) const { return describe(node) + " is not folded yet"; }
  template <class T>
  std::string operator()(const T&) const {
    return stands_between();
  }

  std::string pool() const { return through_pools && at.axis == 1 ? "" : stands_between(); }
  std::string stands_between() const { return describe(node) + " stands between"; }
};

class Search {
 public:
  Search(const Graph& graph, bool through_pools)
      : graph_(graph),
        through_pools_(through_pools),
        count_(count_readers(graph)),
        last_(last_readers(graph)),
        ranks_(infer_ranks(graph)) {}

  LayerPairs run() && {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (!weight_of(graph_.nodes[i].op)) continue;
      LayerPair pair{.first = static_cast<NodeId>(i)};
      const std::string why = follow(pair);
      if (why.empty()) result_.pairs.push_back(std::move(pair));
      if (!why.empty()) result_.left.push_back({graph_.nodes[i].name, why});
    }
    return std::move(result_);
  }

 private:
  const Node& node(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }

  // Completes `pair` from its first layer on. Gives why there is none, or nothing.
  std::string follow(LayerPair& pair) const {
    const std::size_t rank = ranks_[static_cast<std::size_t>(pair.first)];
    const bool conv = std::holds_alternative<Conv2d>(node(pair.first).op);
    Channels at{conv ? 1 : rank - 1, rank};
    if (has_grid(node(pair.first).op)) return describe(node(pair.first)) + " is quantised already";
    for (NodeId id = pair.first;;) {
      const std::string why = no_single_reader(id);
      if (!why.empty()) return why;
      const NodeId reader = last_[static_cast<std::size_t>(id)];
      if (weight_of(node(reader).op)) {
        pair.second = reader;
        return join(pair, at);
      }
      const Passage passage{node(reader), at, through_pools_};
      if (node(reader).inputs[0] != id) return passage.stands_between();
      const std::string stop = std::visit(passage, node(reader).op);
      if (!stop.empty()) return stop;
      pair.between.push_back(id = reader);
    }
  }

  std::string no_single_reader(NodeId id) const {
    const int readers = count_[static_cast<std::size_t>(id)];
    if (last_[static_cast<std::size_t>(id)] == static_cast<NodeId>(graph_.nodes.size())) {
      return describe(node(id)) + " is an output of the graph";
    }
    if (readers == 1) return "";
    return describe(node(id)) + " has " + std::to_string(readers) + " readers";
  }

  // The second layer must read the channels where they are, and all of them.
  std::string join(LayerPair& pair, const Channels& at) const {
    const Node& second = node(pair.second);
    const bool conv = std::holds_alternative<Conv2d>(second.op);
    const auto channels = static_cast<std::size_t>(weight_of(node(pair.first).op)->dim(0));
    const std::size_t inputs = size_of_layer(second.op).all_inputs();
    pair.inputs_per_channel = inputs / channels;
    if (has_grid(second.op)) return describe(second) + " is quantised already";
    const bool there = at.axis == (conv ? 1 : at.rank - 1);
    if (there && inputs % channels == 0) return "";
    return describe(second) + " reads another axis than that of the channels";
  }

  const Graph& graph_;
  bool through_pools_;
  std::vector<int> count_;
  std::vector<NodeId> last_;
  std::vector<std::size_t> ranks_;
  LayerPairs result_;
};

}  // namespace

LayerPairs find_layer_pairs(const Graph& graph, bool through_pools) {
  return Search(graph, through_pools).run();
}

}  // namespace bench
